// SPDX-License-Identifier: MIT
#include "harmonium/report/svg.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace svg = harmonium::svg;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

/// Left 52, right 352, top 24, bottom 234: 100 pixels a unit of x, 70 a unit of y.
svg::plot unit_plot() {
  return {"a < b", {"x & y", {0, 3}}, {"height", {0, 3}}};
}

}  // namespace

TEST_CASE("text cannot break out of the page") {
  CHECK(svg::escaped("<a href=\"x\">&") == "&lt;a href=&quot;x&quot;&gt;&amp;");
  const auto text = unit_plot().str();
  CHECK(text.find("a &lt; b") != std::string::npos);
  CHECK(text.find("x &amp; y") != std::string::npos);
  CHECK(text.find("a < b") == std::string::npos);
}

TEST_CASE("numbers are short") {
  CHECK(svg::number(0.25) == "0.25");
  CHECK(svg::number(1234.56) == "1235");
  CHECK(svg::number(-3) == "-3");
  CHECK(svg::number(1.0 / 3, 2) == "0.33");
}

TEST_CASE("ticks are round and within the range") {
  CHECK(svg::ticks({0, 1}) == std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1});
  CHECK(svg::ticks({-5, 15}) == std::vector<double>{-5, 0, 5, 10, 15});
  CHECK(svg::ticks({0.31, 0.42}).size() >= 3);
  for (const double at : svg::ticks({123, 4567})) {
    CHECK(at >= 123);
    CHECK(at <= 4567);
  }
  CHECK(svg::ticks({1, 1}).empty());
  CHECK(svg::ticks({0, unknown}).empty());
}

TEST_CASE("a range of values") {
  CHECK(svg::range_of(std::vector<double>{3, unknown, -1}).low == -1);
  CHECK(svg::range_of(std::vector<double>{3, unknown, -1}).high == 3);
  CHECK(svg::range_of(std::vector<double>{2, 2}).low == 1.5);
  CHECK(svg::range_of({}).high == 0.5);
}

TEST_CASE("a number below the right end is not cut") {
  const auto anchor_of_last = [](double high, const std::string& label) {
    const auto text = svg::plot("", {"x", {0, high}}, {"y", {0, 1}}).str();
    const auto end = text.find(">" + label + "<");
    REQUIRE(end != std::string::npos);
    const auto begin = text.rfind("<text", end);
    return text.substr(begin, end - begin);
  };
  CHECK(anchor_of_last(3, "3").find("middle") != std::string::npos);
  CHECK(anchor_of_last(2000, "2000").find("x=\"360\"") != std::string::npos);
  CHECK(anchor_of_last(2000, "2000").find("\"end\"") != std::string::npos);
}

TEST_CASE("marks stand where they belong; those outside or without a place are left out") {
  auto plot = unit_plot();
  plot.points(std::vector<double>{1, 2, 4, unknown}, std::vector<double>{1, 3, 1, 1}, "#123456", 3);
  plot.line(std::vector<double>{0, 3}, std::vector<double>{0, 1.5}, "red", 1, "3 2");
  plot.bar(1, 2, 2, "blue", 0.5);
  plot.bar(2, 3, 9, "green");
  plot.bar(2, 3, unknown, "black");
  plot.bar(2, 3, 0, "black");
  const auto text = plot.str();
  CHECK(text.find("M152 164h0M252 24h0\"") != std::string::npos);
  CHECK(text.find("M52 234L352 129\"") != std::string::npos);
  CHECK(text.find("stroke-dasharray=\"3 2\"") != std::string::npos);
  CHECK(text.find("M152 234L152 94L252 94L252 234z") != std::string::npos);
  CHECK(text.find("fill-opacity=\"0.5\"") != std::string::npos);
  CHECK(text.find("M252 234L252 24L352 24") != std::string::npos);  // cut at the top
  CHECK(text.find("black") == std::string::npos);
  CHECK(occurrences(text, "<path") == 5);
  CHECK(occurrences(text, "<svg") == 1);
  CHECK(occurrences(text, "</svg>") == 1);
}

TEST_CASE("bands and boxes") {
  auto plot = unit_plot();
  plot.band(std::vector<double>{0, 1, 2}, std::vector<double>{0, unknown, 1},
            std::vector<double>{1, 2, 9}, "#123456");
  CHECK(plot.str().find("M52 164L252 24L252 164L52 234z") != std::string::npos);
  plot.box(1, 0.5, {}, "black");
  CHECK(plot.str().find("black") == std::string::npos);
  plot.box(1, 1, std::vector<double>{1, 1, 1, 1, 1, 3}, "red");
  const auto text = plot.str();
  CHECK(text.find("M102 164L102 164L202 164L202 164z") != std::string::npos);
  CHECK(text.find("M152 24h0") != std::string::npos);  // beyond the whiskers
  plot.name_below(1, "a & b");
  CHECK(plot.str().find(">a &amp; b<") != std::string::npos);
}

TEST_CASE("logarithmic axes name powers of ten") {
  const svg::plot plot("p", {"x", {-2, 1}, true}, {"y", {0, 1}, false, false});
  const auto text = plot.str();
  for (const char* label : {">0.01<", ">0.1<", ">1<", ">10<"}) CHECK(occurrences(text, label) == 1);
  CHECK(occurrences(text, "text-anchor=\"end\"") == 0);
}

TEST_CASE("an axis needs an extent") {
  CHECK_THROWS_AS(svg::plot("", {"", {1, 1}}, {"", {0, 1}}), std::invalid_argument);
  CHECK_THROWS_AS(svg::plot("", {"", {0, 1}}, {"", {0, unknown}}), std::invalid_argument);
}

TEST_CASE("colours repeat") {
  CHECK(svg::colour(0) == svg::colour(12));
  CHECK(svg::colour(0) != svg::colour(1));
}
