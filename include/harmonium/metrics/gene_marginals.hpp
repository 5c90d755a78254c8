// SPDX-License-Identifier: MIT
/// @file
/// Location and spread of every gene's counts, and how far the synthetic cells' are from the
/// reference's.
#pragma once

#include <cmath>
#include <concepts>
#include <span>
#include <string_view>
#include <vector>

#include "harmonium/analysis/quantile.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"
#include "harmonium/metrics/sorted_genes.hpp"

namespace harmonium::inline v0_2 {

/// Per gene, over all cells, zeros included; each of length genes.
struct gene_marginals {
  vector<double> mean;           ///< counts per cell
  vector<double> variance;       ///< divided by the number of cells
  vector<double> median;         ///< interpolated as by R's type 7
  vector<double> iqr;            ///< third quartile less first, the same way
  vector<double> cv;             ///< standard deviation over mean; 0 for a gene without counts
  vector<double> zero_fraction;  ///< share of cells without a count

  /// @param counts whole numbers >= 0, at least one cell (all figures are NaN without).
  template <count_source Counts>
  explicit gene_marginals(const Counts& counts) : gene_marginals(sorted_genes(counts)) {}

  /// Cost: O(non-zeros).
  explicit gene_marginals(const sorted_genes& counts)
      : mean(counts.genes()),
        variance(counts.genes()),
        median(counts.genes()),
        iqr(counts.genes()),
        cv(counts.genes()),
        zero_fraction(counts.genes()) {
    const auto cells = static_cast<double>(counts.cells());
    for (index j = 0; j < counts.genes(); ++j) {
      const std::span<const double> sorted = counts.values(j);
      const index zeros = counts.zeros(j);
      double sum = 0;
      for (const double x : sorted) sum += x;
      mean[j] = sum / cells;
      double squares = static_cast<double>(zeros) * mean[j] * mean[j];
      for (const double x : sorted) squares += (x - mean[j]) * (x - mean[j]);
      variance[j] = squares / cells;
      cv[j] = mean[j] == 0 ? 0.0 : std::sqrt(variance[j]) / mean[j];
      zero_fraction[j] = static_cast<double>(zeros) / cells;
      const auto quantile = [&](double p) {
        return quantile_of_order(counts.cells(), p, [&](index rank) {
          return rank < zeros ? 0.0 : sorted[static_cast<std::size_t>(rank - zeros)];
        });
      };
      median[j] = quantile(0.5);
      iqr[j] = quantile(0.75) - quantile(0.25);
    }
  }
};

/// The marginals of a side of a comparison (`reference_cells` or `comparison`), computed once.
template <class Side>
const gene_marginals& marginals_of(const Side& side) {
  return side.template once<gene_marginals>("gene_marginals",
                                            [&] { return gene_marginals(sorted_counts(side)); });
}

/// Mean over genes of |synthetic - reference|: `median`, `iqr`, `cv` and `zero_fraction`.
/// Source: Fig. 3 of Treppner et al. (2021), doi 10.1038/s41598-021-88875-4. NaN where a side has
/// no cell.
struct marginals {
  static constexpr std::string_view name = "marginals";
  static constexpr std::string_view range =
      "0 (good) to infinity, in counts (median, iqr) or without unit (cv, zero_fraction)";
  static constexpr std::string_view chance = "none that is common to all data";
  static constexpr std::string_view ceiling =
      "not 0 but sampling noise, in cv also a bias: it grows with the number of cells where counts "
      "have heavy tails";

  [[nodiscard]] std::vector<figure> evaluate(const std::same_as<comparison> auto& pair) const {
    if (pair.empty()) return unknown_figures({"median", "iqr", "cv", "zero_fraction"});
    const gene_marginals &real = marginals_of(pair.reference()), &made = marginals_of(pair);
    return {{"median", mean_difference(made.median, real.median)},
            {"iqr", mean_difference(made.iqr, real.iqr)},
            {"cv", mean_difference(made.cv, real.cv)},
            {"zero_fraction", mean_difference(made.zero_fraction, real.zero_fraction)}};
  }

 private:
  static double mean_difference(const vector<double>& a, const vector<double>& b) {
    double sum = 0;
    for (index j = 0; j < a.size(); ++j) sum += std::abs(a[j] - b[j]);
    return sum / static_cast<double>(a.size());
  }
};

static_assert(metric<marginals>);

}  // namespace harmonium::inline v0_2
