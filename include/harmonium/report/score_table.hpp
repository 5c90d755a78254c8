// SPDX-License-Identifier: MIT
/// @file
/// Figures of several candidates and repeats in one tidy table.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/metrics/evaluate.hpp"

namespace harmonium::inline v0_2 {

/// One row of the table.
struct score {
  std::string candidate;  ///< whose cells
  index repeat;           ///< 1, 2, ...; 0 where all cells were taken, once
  std::string metric;     ///< its name
  std::string figure;     ///< of the metric
  double value;           ///< NaN where it cannot be told
};

/// A figure over the repeats.
struct mean_and_spread {
  double mean;    ///< NaN without values, or where one is NaN
  double spread;  ///< standard deviation (n - 1); NaN where there are fewer than two values
};

/// Mean and standard deviation of the values of a figure, one per repeat.
[[nodiscard]] inline mean_and_spread summarise(const std::vector<double>& values) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  const auto count = static_cast<double>(values.size());
  if (values.empty()) return {unknown, unknown};
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  const double mean = sum / count;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, values.size() > 1 ? std::sqrt(squares / (count - 1)) : unknown};
}

/// Rows in the order they were added.
struct score_table {
  std::vector<score> rows;  ///< one per candidate, repeat and figure

  void add(std::string_view candidate, index repeat, const evaluation& found) {
    for (const scored_metric& scored : found.metrics)
      for (const figure& one : scored.figures)
        rows.push_back(
            {std::string(candidate), repeat, std::string(scored.name), one.name, one.value});
  }

  /// The figure in every repeat of a candidate, in their order; empty where there is none.
  [[nodiscard]] std::vector<double> values(std::string_view candidate, std::string_view metric,
                                           std::string_view figure) const {
    std::vector<double> found;
    for (const score& row : rows)
      if (row.candidate == candidate && row.metric == metric && row.figure == figure)
        found.push_back(row.value);
    return found;
  }
};

}  // namespace harmonium::inline v0_2
