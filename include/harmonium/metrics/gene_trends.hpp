// SPDX-License-Identifier: MIT
/// @file
/// Do variance and zeros depend on a gene's mean as they do in the reference?
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/analysis/quantile.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"
#include "harmonium/metrics/gene_marginals.hpp"

namespace harmonium::inline v0_2 {

/// A trend of y over x, robust against outliers: points are cut along x into groups of equal
/// number, whose medians are joined by straight lines.
class binned_trend {
 public:
  /// @param groups fewer are made where there are fewer points
  /// @throws std::invalid_argument unless x and y are equally many and groups >= 1.
  binned_trend(std::span<const double> x, std::span<const double> y, index groups) {
    require(x.size() == y.size(), "binned_trend", "as many x as y expected");
    require(groups >= 1, "binned_trend",
            "groups must be at least 1, got " + std::to_string(groups));
    std::vector<std::size_t> order(x.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
    const std::size_t count = std::min(x.size(), static_cast<std::size_t>(groups));
    std::vector<double> in_x, in_y;
    for (std::size_t g = 0; g < count; ++g) {
      in_x.clear();
      in_y.clear();
      for (std::size_t k = g * x.size() / count; k < (g + 1) * x.size() / count; ++k) {
        in_x.push_back(x[order[k]]);
        in_y.push_back(y[order[k]]);
      }
      knots_.push_back(median_of(in_x));
      values_.push_back(median_of(in_y));
    }
  }

  /// Ascending; none without points.
  [[nodiscard]] std::span<const double> knots() const noexcept { return knots_; }
  [[nodiscard]] std::span<const double> values() const noexcept { return values_; }

  /// Whether `x` lies between the first and the last knot.
  [[nodiscard]] bool covers(double x) const noexcept {
    return !knots_.empty() && knots_.front() <= x && x <= knots_.back();
  }
  /// Value at an `x` that it covers.
  [[nodiscard]] double operator()(double x) const {
    const auto right = static_cast<std::size_t>(std::upper_bound(knots_.begin(), knots_.end(), x) -
                                                knots_.begin());
    if (right == knots_.size()) return values_.back();
    const double step = (x - knots_[right - 1]) / (knots_[right] - knots_[right - 1]);
    return values_[right - 1] + (values_[right] - values_[right - 1]) * step;
  }

 private:
  std::vector<double> knots_, values_;
};

/// The trend over genes of the log variance, and of the share of zeros, on the log mean of the
/// counts, synthetic against reference: `variance` and `zeros` are the mean absolute difference of
/// the two trends at the knots of the reference's that the synthetic one covers, `variance_bias`
/// and `zeros_bias` the mean difference, synthetic less reference. Genes without counts or
/// (variance) without variation are left out. NaN where no knot is covered. After: Soneson &
/// Robinson (2018), "Towards unified quality verification of synthetic count data with countsimQC",
/// Bioinformatics 34:691, doi 10.1093/bioinformatics/btx631.
struct gene_trends {
  static constexpr std::string_view name = "gene_trends";
  static constexpr std::string_view range =
      "variance (natural logarithm) and zeros (share) 0 (good) and up; bias below 0: too little";
  static constexpr std::string_view chance = "Poisson counts: variance_bias of several";
  static constexpr std::string_view ceiling = "near 0, as medians over genes hardly vary";

  index groups = 20;  ///< groups of genes of equal number, along the mean

  [[nodiscard]] std::vector<figure> evaluate(const std::same_as<comparison> auto& pair) const {
    require(groups >= 1, "gene_trends", "groups must be at least 1, got " + std::to_string(groups));
    if (pair.empty()) return unknown_figures({"variance", "variance_bias", "zeros", "zeros_bias"});
    const gene_marginals &real = marginals_of(pair.reference()), &made = marginals_of(pair);
    auto figures = difference(variance_trend(made), variance_trend(real),
                              unknown_figures({"variance", "variance_bias"}));
    for (const figure& zeros :
         difference(zero_trend(made), zero_trend(real), unknown_figures({"zeros", "zeros_bias"})))
      figures.push_back(zeros);
    return figures;
  }

 private:
  [[nodiscard]] binned_trend variance_trend(const gene_marginals& genes) const {
    std::vector<double> x, y;
    for (index j = 0; j < genes.mean.size(); ++j) {
      if (!(genes.mean[j] > 0 && genes.variance[j] > 0)) continue;
      x.push_back(math::log(genes.mean[j]));
      y.push_back(math::log(genes.variance[j]));
    }
    return {x, y, groups};
  }

  [[nodiscard]] binned_trend zero_trend(const gene_marginals& genes) const {
    std::vector<double> x, y;
    for (index j = 0; j < genes.mean.size(); ++j) {
      if (!(genes.mean[j] > 0)) continue;
      x.push_back(math::log(genes.mean[j]));
      y.push_back(genes.zero_fraction[j]);
    }
    return {x, y, groups};
  }

  /// Fills the two `unknown` figures, absolute and signed difference, if they can be known.
  static std::vector<figure> difference(const binned_trend& made, const binned_trend& real,
                                        std::vector<figure> unknown) {
    double absolute = 0, sum = 0, covered = 0;
    for (std::size_t g = 0; g < real.knots().size(); ++g) {
      if (!made.covers(real.knots()[g])) continue;
      const double apart = made(real.knots()[g]) - real.values()[g];
      absolute += std::abs(apart);
      sum += apart;
      covered += 1;
    }
    if (covered == 0) return unknown;
    unknown[0].value = absolute / covered;
    unknown[1].value = sum / covered;
    return unknown;
  }
};

static_assert(metric<gene_trends>);

}  // namespace harmonium::inline v0_2
