// SPDX-License-Identifier: MIT
#include "harmonium/metrics/bimodality.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/poisson.hpp"
#include "support/score.hpp"

namespace hm = harmonium;

namespace {

// 60 genes of mean 20, the first of which is 4 in some cells and 100 in the others, or, blurred,
// anything between.
hm::count_matrix<> cells(hm::index count, double high_share, bool blurred, std::uint64_t seed) {
  hm::count_matrix<> counts(60);
  hm::random_engine rng(seed);
  for (hm::index i = 0; i < count; ++i) {
    const bool high = hm::draw::uniform(rng) < high_share;
    const double mean = blurred ? hm::draw::uniform(4, 100, rng) : high ? 100 : 4;
    counts.push_back(0, hm::draw::poisson(mean, rng));
    for (hm::index j = 1; j < 60; ++j) counts.push_back(j, hm::draw::poisson(20.0, rng));
    counts.finish_cell();
  }
  return counts;
}

std::map<std::string, double> compare(const hm::count_matrix<>& real,
                                      const hm::count_matrix<>& made,
                                      const hm::bimodality& metric = {.genes = 1}) {
  return support::score(metric, real,
                        std::vector<hm::index>(static_cast<std::size_t>(real.cells()), 0), made,
                        std::vector<hm::index>(static_cast<std::size_t>(made.cells()), 0));
}

}  // namespace

TEST_CASE("the best cut by hand, and of known distributions") {
  const auto parts = hm::split_in_two(std::vector<double>{0, 0, 1, 9, 10, 11, 11});
  CHECK(parts.threshold == 1);
  CHECK(parts.low == doctest::Approx(1.0 / 3).epsilon(1e-15));
  CHECK(parts.high == doctest::Approx(10.25).epsilon(1e-15));
  CHECK(parts.upper_share == doctest::Approx(4.0 / 7).epsilon(1e-15));
  CHECK(hm::split_in_two(std::vector<double>{2, 2, 5}).explained ==
        doctest::Approx(1).epsilon(1e-14));

  hm::random_engine rng(1);
  std::vector<double> normal(20000), even(20000);
  for (double& x : normal) x = hm::draw::normal(rng);
  for (double& x : even) x = hm::draw::uniform(rng);
  std::sort(normal.begin(), normal.end());
  std::sort(even.begin(), even.end());
  // 2 / pi and 3 / 4; the error of a mean square over 20000 numbers is about 0.01.
  CHECK(std::abs(hm::split_in_two(normal).explained - 0.6366) < 0.02);
  CHECK(std::abs(hm::split_in_two(even).explained - 0.75) < 0.02);
}

TEST_CASE("nothing to cut") {
  CHECK(hm::split_in_two({}).explained == 0);
  CHECK(hm::split_in_two(std::vector<double>{3}).upper_share == 0);
  CHECK(hm::split_in_two(std::vector<double>{3, 3, 3}).explained == 0);
}

TEST_CASE("two modes kept, blurred, and in other proportions") {
  const auto real = cells(500, 0.3, false, 1);
  const auto kept = compare(real, cells(500, 0.3, false, 2));
  CHECK(kept.at("genes") == 1);
  // log(1 + 4) and log(1 + 100), but for the change of the library by the gene itself.
  CHECK(std::abs(kept.at("gap_reference") - std::log(101.0 / 5)) < 0.3);
  CHECK(std::abs(kept.at("gap") - kept.at("gap_reference")) < 0.1);
  CHECK(kept.at("explained_reference") > 0.9);
  CHECK(kept.at("explained") > 0.9);
  CHECK(kept.at("valley") < 0.05);
  CHECK(kept.at("upper_share") < 0.12);  // four standard errors of the difference
  const auto blurred = compare(real, cells(500, 0.3, true, 3));
  CHECK(blurred.at("explained") < 0.85);
  CHECK(blurred.at("gap") < 0.7 * blurred.at("gap_reference"));
  CHECK(blurred.at("valley") > blurred.at("valley_reference") + 0.15);
  const auto skewed = compare(real, cells(500, 0.8, false, 4));
  CHECK(std::abs(skewed.at("upper_share") - 0.5) < 0.12);
  CHECK(skewed.at("explained") > 0.9);
}

TEST_CASE("a gene that is 0 or 1 comes after one with modes far apart") {
  hm::count_matrix<> counts(3);
  for (int i = 0; i < 100; ++i) {
    counts.push_back(0, i % 2);  // explained by two parts to the full
    counts.push_back(1, i % 3 == 0 ? 50 + i % 7 : 3 + i % 2);
    counts.push_back(2, 1000);  // keeps the libraries equal
    counts.finish_cell();
  }
  const auto far = compare(counts, counts);
  CHECK(far.at("gap_reference") == doctest::Approx(std::log(54 / 4.5)).epsilon(0.05));
  CHECK(far.at("gap") == far.at("gap_reference"));
  CHECK(compare(counts, counts, {.genes = 2}).at("genes") == 2);
}

TEST_CASE("no gene that qualifies, constant genes, no cell, bad options") {
  const auto real = cells(50, 0.3, false, 1);
  const auto none = compare(real, real, {.least_part = 0.6});
  CHECK(none.at("genes") == 0);
  CHECK(std::isnan(none.at("explained")));
  hm::count_matrix<> constant(2);
  for (int i = 0; i < 4; ++i) {
    constant.push_back(0, 3);
    constant.finish_cell();
  }
  CHECK(compare(constant, constant).at("genes") == 0);
  CHECK(std::isnan(compare(real, hm::count_matrix<>(60)).at("valley")));
  CHECK_THROWS_AS((void)compare(real, real, {.genes = 0}), std::invalid_argument);
  CHECK_THROWS_AS((void)compare(real, real, {.detected = 2}), std::invalid_argument);
}
