// SPDX-License-Identifier: MIT
/// @file
/// Inverse dispersions per component and gene, shrunk to the gene's.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/units/dispersion.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `fit_component_dispersions`.
struct component_dispersion_options {
  /// Of the genes' estimates over all cells.
  dispersion_options gene = {.lower = 0.02, .upper = 1e3};
  /// Of those within a component.
  dispersion_options component = {.penalty = 0.05, .lower = 0.02, .upper = 100};
  index min_cells = 8;        ///< smaller components take the gene's theta
  double prior_counts = 20;   ///< non-zero counts at which a component's own estimate weighs half
  bool per_component = true;  ///< false: the gene's theta in every component
};

/// Inverse dispersions of genes, alone and by component.
struct component_dispersions {
  vector<double> gene;                      ///< theta of every gene, length genes
  matrix<double> component;                 ///< components x genes
  std::vector<dispersion_status> statuses;  ///< of the genes' estimates
};

/// theta of gene `m` over all its counts, then within each component, from their tallies.
/// @param nonzeros counts other than 0 in each component
/// @param cells    of each component
inline void fit_gene_dispersions(dispersion_tally& all, std::vector<dispersion_tally>& parts,
                                 std::span<const double> nonzeros, std::span<const double> cells,
                                 double start, const component_dispersion_options& options, index m,
                                 component_dispersions& result) {
  const auto fit = fit_inverse_dispersion(all.data(), start, options.gene);
  result.statuses[static_cast<std::size_t>(m)] = fit.status;
  const double common = std::clamp(fit.theta, options.gene.lower, options.gene.upper);
  result.gene[m] = common;
  for (std::size_t c = 0; c < parts.size(); ++c) {
    double theta = common;
    if (options.per_component && cells[c] >= static_cast<double>(options.min_cells) &&
        nonzeros[c] > 0) {
      const auto own = fit_inverse_dispersion(parts[c].data(), common, options.component);
      const double w = nonzeros[c] / (nonzeros[c] + options.prior_counts);
      theta = math::exp(w * math::log(own.theta) + (1 - w) * math::log(common));
    }
    result.component(static_cast<index>(c), m) = theta;
  }
}

/// Penalised maximum likelihood of theta for every gene over all cells, each count about the mean
/// of its own component, and then within each component: log theta_cm = w log(own estimate) + (1 -
/// w) log theta_m with w = k / (k + prior_counts), k the component's non-zero counts of the gene.
/// @param component of every cell
/// @param sizes     size factor of every cell
/// @param mean      components x genes
/// @param start     theta of every gene, where the search begins
/// @throws std::invalid_argument if the sizes do not fit together.
template <size_factor_policy Sizes, executor Executor, class Value>
component_dispersions fit_component_dispersions(
    const Executor& run, const counts_by_gene<Value>& counts, std::span<const index> component,
    const vector<double>& sizes, const matrix<double>& mean, const vector<double>& start,
    const component_dispersion_options& options = {}) {
  const index genes = counts.genes(), cells = counts.cells(), components = mean.rows();
  require(std::cmp_equal(component.size(), cells) && mean.cols() == genes &&
              start.size() == genes && sizes.size() == cells,
          "fit_component_dispersions", "sizes do not fit together");
  component_dispersions result;
  result.gene = start;
  result.component.resize(components, genes);
  result.statuses.assign(static_cast<std::size_t>(genes), dispersion_status::all_zero);
  std::vector<double> cells_of(static_cast<std::size_t>(components), 0.0);
  for (const index c : component) {
    require(c >= 0 && c < components, "fit_component_dispersions", "a component does not exist");
    cells_of[static_cast<std::size_t>(c)] += 1;
  }

  for_each_range(run, genes, 16, [&](index begin, index end) {
    dispersion_tally all;
    std::vector<dispersion_tally> parts(static_cast<std::size_t>(components));
    std::vector<double> totals(parts.size()), nonzeros(parts.size());
    for (index m = begin; m < end; ++m) {
      all.clear();
      for (auto& part : parts) part.clear();
      std::fill(totals.begin(), totals.end(), 0.0);
      std::fill(nonzeros.begin(), nonzeros.end(), 0.0);
      const auto at = counts.cells(m);
      const auto values = counts.values(m);
      const auto add_cells = [&](std::size_t c, double size, double number, double total) {
        for (dispersion_tally* to : {&all, &parts[c]})
          to->add_cells(Sizes::mean(size, mean(static_cast<index>(c), m)), number, total,
                        Sizes::dispersion(size, 1.0));
      };
      for (std::size_t k = 0; k < at.size(); ++k) {
        const auto c = static_cast<std::size_t>(component[static_cast<std::size_t>(at[k])]);
        const auto x = static_cast<double>(values[k]);
        totals[c] += x;
        nonzeros[c] += 1;
        for (dispersion_tally* to : {&all, &parts[c]})
          to->add_count(x, 1, Sizes::dispersion(sizes[at[k]], 1.0));
      }
      if constexpr (Sizes::uses_sizes) {
        std::size_t next = 0;  // of the cells with a count
        for (index i = 0; i < cells; ++i) {
          const bool counted = next < at.size() && at[next] == i;
          add_cells(static_cast<std::size_t>(component[static_cast<std::size_t>(i)]), sizes[i], 1,
                    counted ? static_cast<double>(values[next]) : 0.0);
          next += counted ? 1 : 0;
        }
      } else {
        for (std::size_t c = 0; c < parts.size(); ++c)
          if (cells_of[c] > 0) add_cells(c, 1, cells_of[c], totals[c]);
      }
      fit_gene_dispersions(all, parts, nonzeros, cells_of, start[m], options, m, result);
    }
  });
  return result;
}

}  // namespace harmonium::inline v0_2
