// SPDX-License-Identifier: MIT
/// @file
/// Do the synthetic cells have as many counts as real ones, and do they vary as much?
#pragma once

#include <cmath>
#include <concepts>
#include <limits>
#include <string_view>
#include <vector>

#include "harmonium/analysis/quantile.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"
#include "harmonium/metrics/distribution_distance.hpp"

namespace harmonium::inline v0_2 {

/// Counts per cell, synthetic against reference:
/// - `median_ratio`: the medians, synthetic over reference;
/// - `cv` and `cv_reference`: standard deviation (population) over mean, and `cv_ratio`;
/// - `ks`: Kolmogorov-Smirnov distance of the two distributions.
///
/// NaN where a side has no cell, or (the ratios) where the reference's figure is 0.
struct library_size {
  static constexpr std::string_view name = "library_size";
  static constexpr std::string_view range =
      "median_ratio and cv_ratio 0 to infinity, 1 is good; cv good near cv_reference; ks 0 (good) "
      "to 1";
  static constexpr std::string_view chance = "none that is common to all data";
  static constexpr std::string_view ceiling = "ratios near 1; ks about 1.2 / sqrt(cells)";

  [[nodiscard]] std::vector<figure> evaluate(const std::same_as<comparison> auto& pair) const {
    if (pair.empty())
      return unknown_figures({"median_ratio", "cv", "cv_reference", "cv_ratio", "ks"});
    const vector<double> real = library_sizes(pair.reference().counts());
    const vector<double> made = library_sizes(pair.counts());
    const double cv = variation(made), cv_reference = variation(real);
    return {{"median_ratio", ratio(median_of(as_span(made)), median_of(as_span(real)))},
            {"cv", cv},
            {"cv_reference", cv_reference},
            {"cv_ratio", ratio(cv, cv_reference)},
            {"ks", compare_samples(as_span(made), as_span(real)).kolmogorov_smirnov}};
  }

 private:
  static double ratio(double a, double b) {
    return b > 0 ? a / b : std::numeric_limits<double>::quiet_NaN();
  }

  static double variation(const vector<double>& sizes) {
    const auto cells = static_cast<double>(sizes.size());
    double sum = 0, squares = 0;
    for (const double size : sizes) sum += size;
    const double mean = sum / cells;
    for (const double size : sizes) squares += (size - mean) * (size - mean);
    return mean > 0 ? std::sqrt(squares / cells) / mean : std::numeric_limits<double>::quiet_NaN();
  }
};

static_assert(metric<library_size>);

}  // namespace harmonium::inline v0_2
