// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Small plots as SVG text, for pages that need no network and no library.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "harmonium/analysis/quantile.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2::svg {

/// Text as it may stand in HTML and SVG, also within quotes.
[[nodiscard]] inline std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

/// A number with up to `digits` significant digits, in the shortest form.
[[nodiscard]] inline std::string number(double value, int digits = 4) {
  char text[64];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::general, digits).ptr;
  return {text, end};
}

/// Colours of groups, told apart also by most who see few; after the last they begin again.
[[nodiscard]] inline std::string_view colour(std::size_t group) {
  constexpr std::array<std::string_view, 12> all{"#4477aa", "#ee6677", "#228833", "#ccbb44",
                                                 "#66ccee", "#aa3377", "#ee8833", "#555555",
                                                 "#44aa99", "#882255", "#999933", "#bbbbbb"};
  return all[group % all.size()];
}

struct range {
  double low, high;
};

/// From the smallest to the largest finite value; widened where that is no range at all.
[[nodiscard]] inline range range_of(std::span<const double> values) {
  range found{0, 0};
  bool any = false;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    found.low = any ? std::min(found.low, value) : value;
    found.high = any ? std::max(found.high, value) : value;
    any = true;
  }
  if (!(found.low < found.high)) found = {found.low - 0.5, found.high + 0.5};
  return found;
}

/// Round numbers within the range, about `wanted` of them: 1, 2 or 5 times a power of ten apart.
[[nodiscard]] inline std::vector<double> ticks(range within, int wanted = 4) {
  const double rough = (within.high - within.low) / wanted;
  std::vector<double> found;
  if (!(rough > 0) || !std::isfinite(rough)) return found;
  double power = 1;
  while (power * 10 <= rough) power *= 10;
  while (power > rough) power /= 10;
  const double step = rough < 1.5 * power   ? power
                      : rough < 3.5 * power ? 2 * power
                      : rough < 7.5 * power ? 5 * power
                                            : 10 * power;
  for (double k = std::ceil(within.low / step - 1e-9); k * step <= within.high + 1e-9 * step; ++k)
    found.push_back(k == 0 ? 0.0 : k * step);
  return found;
}

/// An axis: its name and what it shows.
struct axis {
  std::string label;
  range shown;
  bool logarithmic = false;  ///< coordinates are log10 of what the ticks name
  bool ticked = true;
};

/// One plot. Marks are drawn in the order they are added, and are left out where they lie outside
/// of the axes or are not finite; coordinates are rounded to a tenth of a pixel.
class plot {
 public:
  /// @throws std::invalid_argument if an axis has no extent.
  plot(std::string title, axis x, axis y, double width = 360, double height = 270)
      : title_(std::move(title)),
        x_(std::move(x)),
        y_(std::move(y)),
        width_(width),
        height_(height) {
    require(x_.shown.low < x_.shown.high && y_.shown.low < y_.shown.high, "svg::plot",
            "an axis has no extent");
  }

  /// Round points, all in one path: some ten bytes each.
  void points(std::span<const double> x, std::span<const double> y, std::string_view colour,
              double diameter, double opacity = 0.7) {
    std::string path;
    for (std::size_t k = 0; k < std::min(x.size(), y.size()); ++k)
      if (inside(x[k], y[k])) path += "M" + place(x[k], y[k]) + "h0";
    stroke(path, colour, diameter, opacity, "");
  }

  /// A line through the points.
  void line(std::span<const double> x, std::span<const double> y, std::string_view colour,
            double width = 1.5, std::string_view dashes = "") {
    std::string path;
    for (std::size_t k = 0; k < std::min(x.size(), y.size()); ++k)
      if (inside(x[k], y[k])) path += (path.empty() ? "M" : "L") + place(x[k], y[k]);
    stroke(path, colour, width, 1, dashes);
  }

  /// The area between two lines, such as a band of confidence. Points with a value that is not
  /// finite are left out; the rest is cut at the axes.
  void band(std::span<const double> x, std::span<const double> low, std::span<const double> high,
            std::string_view colour, double opacity = 0.18) {
    std::string there, back;
    for (std::size_t k = 0; k < std::min({x.size(), low.size(), high.size()}); ++k) {
      if (!std::isfinite(low[k] + high[k]) || x[k] < x_.shown.low || x[k] > x_.shown.high) continue;
      const auto cut = [&](double y) { return std::clamp(y, y_.shown.low, y_.shown.high); };
      there += (there.empty() ? "M" : "L") + place(x[k], cut(high[k]));
      back = "L" + place(x[k], cut(low[k])) + back;
    }
    if (there.empty()) return;
    marks_ += "<path d=\"" + there + back + "z\" fill=\"" + escaped(colour) + "\" fill-opacity=\"" +
              number(opacity) + "\"/>\n";
  }

  /// Tukey's box over `x`: quartiles and median, whiskers to the farthest values within 1.5
  /// interquartile ranges, points beyond. Nothing where there is no value.
  /// @param sorted finite values, ascending
  void box(double x, double width, std::span<const double> sorted, std::string_view colour) {
    if (sorted.empty()) return;
    const double first = quantile_of_sorted(sorted, 0.25), third = quantile_of_sorted(sorted, 0.75),
                 middle = quantile_of_sorted(sorted, 0.5), reach = 1.5 * (third - first);
    double low_end = first, high_end = third;
    std::vector<double> beyond;
    for (const double value : sorted) {
      if (value < first - reach || value > third + reach)
        beyond.push_back(value);
      else
        low_end = std::min(low_end, value), high_end = std::max(high_end, value);
    }
    const double west = x - width / 2, east = x + width / 2;
    line(std::array{x, x}, std::array{low_end, first}, colour, 1);
    line(std::array{x, x}, std::array{third, high_end}, colour, 1);
    const auto cut = [&](double y) { return std::clamp(y, y_.shown.low, y_.shown.high); };
    marks_ += "<path d=\"M" + place(west, cut(first)) + "L" + place(west, cut(third)) + "L" +
              place(east, cut(third)) + "L" + place(east, cut(first)) + "z\" fill=\"" +
              escaped(colour) + "\" fill-opacity=\"0.3\" stroke=\"" + escaped(colour) + "\"/>\n";
    line(std::array{west, east}, std::array{middle, middle}, colour, 2);
    points(std::vector<double>(beyond.size(), x), beyond, colour, 3);
  }

  /// A name below the axis, in place of ticks.
  void name_below(double x, const std::string& text) {
    marks_ += words(x_place(x), bottom() + 14, text, "middle");
  }

  /// A bar between two values of x, from 0 (or the lower end of the axis) up to `height`.
  void bar(double from, double to, double height, std::string_view colour, double opacity = 1) {
    if (!std::isfinite(height)) return;
    const double base = std::clamp(0.0, y_.shown.low, y_.shown.high);
    const double peak = std::clamp(height, y_.shown.low, y_.shown.high);
    if (!(peak > base) || !(to > from)) return;
    marks_ += "<path d=\"M" + place(from, base) + "L" + place(from, peak) + "L" + place(to, peak) +
              "L" + place(to, base) + "z\" fill=\"" + escaped(colour) + "\"" +
              (opacity < 1 ? " fill-opacity=\"" + number(opacity) + "\"" : "") + "/>\n";
  }

  /// The element, complete. Text takes the page's font and colour.
  [[nodiscard]] std::string str() const {
    std::string text = "<svg viewBox=\"0 0 " + number(width_) + " " + number(height_) +
                       "\" role=\"img\" aria-label=\"" + escaped(title_) +
                       "\" font-size=\"11\" fill=\"currentColor\">\n";
    text += words(left, 15, title_, "start", " font-size=\"13\" font-weight=\"600\"");
    text += "<path d=\"M" + number(left) + " " + number(top) + "V" + number(bottom()) + "H" +
            number(width_ - right) + "\" fill=\"none\" stroke=\"currentColor\" opacity=\"0.5\"/>\n";
    if (x_.ticked)
      for (const double at : marks_of(x_)) {
        const std::string label = label_of(x_, at);
        // A digit is some 6.4 wide: what would be cut at the edge ends there.
        const bool has_room = x_place(at) + 3.2 * static_cast<double>(label.size()) <= width_;
        text += has_room ? words(x_place(at), bottom() + 14, label, "middle")
                         : words(width_, bottom() + 14, label, "end");
      }
    if (y_.ticked)
      for (const double at : marks_of(y_))
        text += words(left - 5, y_place(at) + 4, label_of(y_, at), "end");
    text += words((left + width_ - right) / 2, height_ - 4, x_.label, "middle");
    text += words(0, 0, y_.label, "middle",
                  " transform=\"translate(11 " + pixels((top + bottom()) / 2) + ") rotate(-90)\"");
    return text + marks_ + "</svg>\n";
  }

 private:
  static constexpr double left = 52, right = 8, top = 24, below = 36;

  [[nodiscard]] double bottom() const { return height_ - below; }
  [[nodiscard]] double x_place(double x) const {
    return left + (x - x_.shown.low) / (x_.shown.high - x_.shown.low) * (width_ - right - left);
  }
  [[nodiscard]] double y_place(double y) const {
    return bottom() - (y - y_.shown.low) / (y_.shown.high - y_.shown.low) * (bottom() - top);
  }
  [[nodiscard]] bool inside(double x, double y) const {
    return x >= x_.shown.low && x <= x_.shown.high && y >= y_.shown.low && y <= y_.shown.high;
  }

  static std::string pixels(double value) {
    char text[64];
    auto* end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 1).ptr;
    if (end[-1] == '0') end -= 2;
    return {text, end};
  }
  [[nodiscard]] std::string place(double x, double y) const {
    return pixels(x_place(x)) + " " + pixels(y_place(y));
  }

  static std::vector<double> marks_of(const axis& of) {
    if (!of.logarithmic) return ticks(of.shown);
    std::vector<double> whole;
    const double step = std::max(1.0, std::ceil((of.shown.high - of.shown.low) / 6));
    for (double k = std::ceil(of.shown.low); k <= of.shown.high; k += step) whole.push_back(k);
    return whole;
  }
  static std::string label_of(const axis& of, double at) {
    if (!of.logarithmic) {
      // 20000, where `number` has 2e+04.
      const bool whole = at == std::floor(at) && std::abs(at) >= 1e4 && std::abs(at) < 1e7;
      return whole ? std::to_string(static_cast<long>(at)) : number(at);
    }
    double value = 1;
    for (double k = 0; k < at; ++k) value *= 10;
    for (double k = 0; k > at; --k) value /= 10;
    return number(value);
  }

  static std::string words(double x, double y, const std::string& text, const char* anchor,
                           const std::string& more = "") {
    if (text.empty()) return {};
    return "<text x=\"" + pixels(x) + "\" y=\"" + pixels(y) + "\" text-anchor=\"" + anchor + "\"" +
           more + ">" + escaped(text) + "</text>\n";
  }

  void stroke(const std::string& path, std::string_view colour, double width, double opacity,
              std::string_view dashes) {
    if (path.empty()) return;
    marks_ += "<path d=\"" + path + "\" fill=\"none\" stroke-linecap=\"round\" stroke=\"" +
              escaped(colour) + "\" stroke-width=\"" + number(width) + "\"" +
              (opacity < 1 ? " stroke-opacity=\"" + number(opacity) + "\"" : "") +
              (dashes.empty() ? "" : " stroke-dasharray=\"" + escaped(dashes) + "\"") + "/>\n";
  }

  std::string title_;
  axis x_, y_;
  double width_, height_;
  std::string marks_;
};

}  // namespace harmonium::inline v0_2::svg
