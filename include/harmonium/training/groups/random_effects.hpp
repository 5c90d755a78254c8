// SPDX-License-Identifier: MIT
/// @file
/// How much the totals of genes differ between groups of cells beyond chance.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/analysis/mixing_law.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/normal.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/training/prior/shrink_to_bases.hpp"

namespace harmonium::inline v0_2 {

/// Settings of estimates of random effects.
struct random_effect_options {
  index iterations = 100;   ///< of EM for the law of the deviations
  bool with_depth = true;   ///< a group's genes may all be more or less: its depth
  double least_total = 10;  ///< the law is learned from genes of at least so many counts
};

/// Effects of groups on genes.
struct random_effects {
  vector<double> depth;   ///< per group, logarithm of its depth; 0 without
  matrix<double> effect;  ///< groups x genes: logarithm of the expected factor, depth included
  vector<double>
      deviation;  ///< per gene, between groups of one depth; root of the expected variance
};

/// Totals are negative binomial about their expectation times exp(depth + e), e normal with mean 0
/// and a deviation of the gene's own. The deviations have a discrete law on a grid from 0 to 2,
/// learned over the genes (`mixing_law`), so that a gene of few counts takes what the others tell;
/// effects are posterior means. Expectations that were fitted to the same groups lie among them:
/// variances are enlarged by n / (n - 1), n the effective number of groups. Cost: groups x genes x
/// 49 likelihoods. Any number of threads gives the same bits.
/// @param totals     groups x genes, >= 0
/// @param expected   groups x genes, >= 0; 0 where a group has no cells
/// @param dispersion inverse dispersions of the totals, groups x genes, > 0
/// @throws std::invalid_argument if the sizes do not fit together.
template <executor Executor>
random_effects fit_random_effects(const Executor& run, const matrix<double>& totals,
                                  const matrix<double>& expected, const matrix<double>& dispersion,
                                  const random_effect_options& options = {}) {
  const index groups = totals.rows(), genes = totals.cols();
  require(groups >= 1 && expected.rows() == groups && expected.cols() == genes &&
              dispersion.rows() == groups && dispersion.cols() == genes,
          "fit_random_effects", "sizes do not fit together");
  constexpr std::array<double, 15> deviation{0,   0.05, 0.1,  0.15, 0.2, 0.25, 0.3, 0.4,
                                             0.5, 0.6,  0.75, 0.9,  1.2, 1.5,  2};
  const auto fold = fold_grid();
  constexpr std::size_t points = static_cast<std::size_t>(fold_points);
  std::array<double, points> at;
  for (std::size_t j = 0; j < points; ++j) at[j] = math::log(fold[j]);
  // What a normal effect of each deviation puts on each point.
  std::array<std::array<double, points>, deviation.size()> mass;
  for (std::size_t k = 0; k < deviation.size(); ++k) {
    double below = 0;
    for (std::size_t j = 0; j < points; ++j) {
      const double edge = j + 1 < points ? (at[j] + at[j + 1]) / 2 : 1e300;
      const double upto =
          deviation[k] > 0 ? math::normal_cdf(edge / deviation[k]) : (edge > 0 ? 1.0 : 0.0);
      mass[k][j] = upto - below;
      below = upto;
    }
  }

  random_effects found{vector<double>::Zero(groups), matrix<double>::Zero(groups, genes),
                       vector<double>::Zero(genes)};
  vector<double> size = vector<double>::Zero(groups);
  double all_sizes = 0, squares = 0;
  for (index g = 0; g < groups; ++g) {
    double counted = 0;
    for (index m = 0; m < genes; ++m) {
      counted += totals(g, m);
      size[g] += expected(g, m);
    }
    if (options.with_depth && size[g] > 0)
      found.depth[g] = math::log((counted + 1) / (size[g] + 1));
    all_sizes += size[g];
    squares += size[g] * size[g];
  }
  const double effective = squares > 0 ? all_sizes * all_sizes / squares : 1;
  const double enlarged = effective > 1.5 ? effective / (effective - 1) : 3;

  // Likelihoods of every total at the points, relative to the largest of them.
  const auto likelihoods = [&](index g, index m, std::span<double> out) {
    const double inverse = dispersion(g, m), x = totals(g, m);
    const double mean = std::max(expected(g, m), 1e-12) * math::exp(found.depth[g]);
    double largest = -1e300;
    for (std::size_t j = 0; j < points; ++j) {
      // x log(mean / (mean + size)) - size log(1 + mean / size)
      const double ratio = mean * fold[j] / inverse, log_ratio = math::log1p(ratio);
      out[j] = x * (math::log(ratio) - log_ratio) - inverse * log_ratio;
      largest = std::max(largest, out[j]);
    }
    for (double& value : out) value = math::exp(value - largest);
  };

  // Likelihood of every gene at every deviation.
  matrix<double> fit(genes, static_cast<index>(deviation.size()));
  vector<double> gene_total = vector<double>::Zero(genes);
  for_each_range(run, genes, 16, [&](index begin, index end) {
    std::array<double, points> own;
    for (index m = begin; m < end; ++m) {
      std::array<double, deviation.size()> sum{};
      for (index g = 0; g < groups; ++g) {
        gene_total[m] += totals(g, m);
        if (!(expected(g, m) > 0)) continue;
        likelihoods(g, m, own);
        for (std::size_t k = 0; k < deviation.size(); ++k) {
          double value = 0;
          for (std::size_t j = 0; j < points; ++j) value += mass[k][j] * own[j];
          sum[k] += math::log(std::max(value, 1e-300));
        }
      }
      const double largest = *std::max_element(sum.begin(), sum.end());
      for (std::size_t k = 0; k < deviation.size(); ++k)
        fit(m, static_cast<index>(k)) = math::exp(sum[k] - largest);
    }
  });

  std::vector<char> is_telling(static_cast<std::size_t>(genes));
  for (index m = 0; m < genes; ++m)
    is_telling[static_cast<std::size_t>(m)] = gene_total[m] >= options.least_total;
  const mixing_law law(std::move(fit), is_telling, options.iterations);

  for_each_range(run, genes, 16, [&](index begin, index end) {
    std::array<double, points> own;
    std::array<double, deviation.size()> weight;
    for (index m = begin; m < end; ++m) {
      law.posterior(m, weight);
      double variance = 0;
      for (std::size_t k = 0; k < weight.size(); ++k)
        variance += weight[k] * deviation[k] * deviation[k];
      found.deviation[m] = std::sqrt(enlarged * variance);
      for (index g = 0; g < groups; ++g) {
        double factor = 1;
        if (expected(g, m) > 0) {
          likelihoods(g, m, own);
          factor = 0;
          for (std::size_t k = 0; k < weight.size(); ++k) {
            double sum = 0, moved = 0;
            for (std::size_t j = 0; j < points; ++j) {
              sum += mass[k][j] * own[j];
              moved += mass[k][j] * own[j] * fold[j];
            }
            factor += weight[k] * (sum > 0 ? moved / sum : 1);
          }
        }
        found.effect(g, m) = found.depth[g] + math::log(factor);
      }
    }
  });
  return found;
}

}  // namespace harmonium::inline v0_2
