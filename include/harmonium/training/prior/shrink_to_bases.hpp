// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Totals of genes shrunk to what was expected of them, where there may be several expectations.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

struct base_options {
  index iterations = 60;     ///< of EM for the prior
  double shared_genes = 50;  ///< genes' worth of the common prior in every component's own
};

/// Totals after shrinkage, and which bases the genes were found near.
struct based_totals {
  matrix<double> total;   ///< components x genes, posterior means
  matrix<double> weight;  ///< components x bases, learned; rows sum to 1
};

/// Points of the grid of fold changes: exp(6 sinh(3.5 u) / sinh 3.5) for equal steps of u on
/// [-1, 1], from e^-6 to e^6 and dense about 1, since thousands of cells know a mean to a few
/// per cent.
inline constexpr index fold_points = 49;
inline std::array<double, fold_points> fold_grid() {
  std::array<double, fold_points> fold;
  const auto twice_sinh = [](double x) { return math::exp(x) - math::exp(-x); };
  for (std::size_t j = 0; j < fold.size(); ++j) {
    const double u = (static_cast<double>(j) - 24) / 24;
    fold[j] = math::exp(6 * twice_sinh(3.5 * u) / twice_sinh(3.5));
  }
  return fold;
}

/// Posterior means of the expected totals of every gene in every component. The expectation is one
/// of several bases times a fold change; which base and which change has a discrete prior, found
/// for every component by nonparametric maximum likelihood over the genes (Kiefer and Wolfowitz
/// 1956) and partly pooled over components. Totals are negative binomial about it.
/// @param totals     components x genes, >= 0
/// @param bases      at least one, each components x genes, > 0
/// @param dispersion inverse dispersions of the totals, components x genes, > 0
/// @param used       per gene, whether the prior is learned from it; others are shrunk all the same
/// @throws std::invalid_argument if the sizes do not fit together.
template <executor Executor>
based_totals shrink_to_bases(const Executor& run, const matrix<double>& totals,
                             std::span<const matrix<double>> bases,
                             const matrix<double>& dispersion, std::span<const char> used,
                             const base_options& options = {}) {
  const index components = totals.rows(), genes = totals.cols();
  require(!bases.empty(), "shrink_to_bases", "at least one base is needed");
  for (const auto& base : bases)
    require(base.rows() == components && base.cols() == genes, "shrink_to_bases",
            "sizes do not fit together");
  require(
      dispersion.rows() == components && dispersion.cols() == genes && std::ssize(used) == genes,
      "shrink_to_bases", "sizes do not fit together");
  const auto fold = fold_grid();
  const index points = fold_points * std::ssize(bases);
  const auto points_of = static_cast<std::size_t>(points);

  // Likelihood of every total at all bases and folds, relative to its largest.
  std::vector<std::vector<double>> likelihood(static_cast<std::size_t>(components));
  matrix<double> prior =
      matrix<double>::Constant(components, points, 1.0 / static_cast<double>(points));
  matrix<double> mass(components, points);
  run.for_each_block(components, [&](index c) {
    auto& own = likelihood[static_cast<std::size_t>(c)];
    own.resize(static_cast<std::size_t>(genes) * points_of);
    for (index m = 0; m < genes; ++m) {
      const std::span<double> terms(own.data() + m * points, points_of);
      const double size = dispersion(c, m), x = totals(c, m);
      double largest = -1e300;
      std::size_t at = 0;
      for (const auto& base : bases)
        for (const double change : fold) {
          // x log(mean / (mean + size)) - size log(1 + mean / size)
          const double ratio = base(c, m) * change / size, log_ratio = math::log1p(ratio);
          const double term = x * (math::log(ratio) - log_ratio) - size * log_ratio;
          terms[at++] = term;
          largest = std::max(largest, term);
        }
      for (double& term : terms) term = math::exp(term - largest);
    }
  });

  const auto posterior = [&](index c, index m, std::span<double> out) {
    const double* own = likelihood[static_cast<std::size_t>(c)].data() + m * points;
    const double* weight = prior.data() + c * points;
    double sum = 0;
    for (std::size_t p = 0; p < out.size(); ++p) {
      out[p] = own[p] * weight[p];
      sum += out[p];
    }
    if (!(sum > 0)) {  // beyond all that the prior holds possible
      std::copy(own, own + points, out.begin());
      sum = std::accumulate(own, own + points, 0.0);
    }
    for (double& value : out) value /= sum;
  };
  for (index iteration = 0; iteration < options.iterations; ++iteration) {
    run.for_each_block(components, [&](index c) {
      std::vector<double> own(points_of);
      double* to = mass.data() + c * points;
      std::fill(to, to + points, 0.0);
      for (index m = 0; m < genes; ++m) {
        if (!used[static_cast<std::size_t>(m)]) continue;
        posterior(c, m, own);
        for (std::size_t p = 0; p < points_of; ++p) to[p] += own[p];
      }
    });
    vector<double> pooled = vector<double>::Zero(points);
    double pooled_sum = 0;
    for (index p = 0; p < points; ++p) {
      for (index c = 0; c < components; ++c) pooled[p] += mass(c, p);
      pooled_sum += pooled[p];
    }
    if (!(pooled_sum > 0)) break;
    for (index c = 0; c < components; ++c) {
      double sum = options.shared_genes;
      for (index p = 0; p < points; ++p) sum += mass(c, p);
      for (index p = 0; p < points; ++p)
        prior(c, p) = (mass(c, p) + options.shared_genes * pooled[p] / pooled_sum) / sum;
    }
  }

  based_totals result{matrix<double>(components, genes),
                      matrix<double>::Zero(components, std::ssize(bases))};
  run.for_each_block(components, [&](index c) {
    std::vector<double> own(points_of);
    for (index m = 0; m < genes; ++m) {
      posterior(c, m, own);
      double mean = 0;
      std::size_t at = 0;
      for (const auto& base : bases)
        for (const double change : fold) mean += own[at++] * base(c, m) * change;
      result.total(c, m) = mean;
    }
  });
  for (index c = 0; c < components; ++c)
    for (index p = 0; p < points; ++p) result.weight(c, p / fold_points) += prior(c, p);
  return result;
}

}  // namespace harmonium::inline v0_2
