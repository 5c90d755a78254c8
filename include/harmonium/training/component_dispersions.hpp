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

namespace harmonium {

struct component_dispersion_options {
  dispersion_options gene = {.lower = 0.02, .upper = 1e3};
  dispersion_options component = {.penalty = 0.05, .lower = 0.02, .upper = 100};
  index min_cells = 8;        ///< smaller components take the gene's theta
  double prior_counts = 20;   ///< non-zero counts at which a component's own estimate weighs half
  bool per_component = true;  ///< false: the gene's theta in every component
};

struct component_dispersions {
  vector<double> gene;                      ///< theta of every gene, length genes
  matrix<double> component;                 ///< components x genes
  std::vector<dispersion_status> statuses;  ///< of the genes' estimates
};

/// Penalised maximum likelihood of theta for every gene over all cells, each count about the mean
/// of its own component, and then within each component: log theta_cm = w log(own estimate) + (1 -
/// w) log theta_m with w = k / (k + prior_counts), k the component's non-zero counts of the gene.
/// @param component of every cell
/// @param sizes     size factor of every cell
/// @param mean      components x genes
/// @param start     theta of every gene, where the search begins
/// @throws std::invalid_argument if the sizes do not fit together.
template <size_factor_policy Sizes, executor Executor>
component_dispersions fit_component_dispersions(const Executor& run, const counts_by_gene& counts,
                                                std::span<const index> component,
                                                const vector<double>& sizes,
                                                const matrix<double>& mean,
                                                const vector<double>& start,
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

  /// Counts, means and theta's factors of some of a gene's cells.
  struct gathered {
    std::vector<double> counts, means, scales, zero_means, zero_cells, zero_scales;
    void clear() {
      for (auto* part : {&counts, &means, &scales, &zero_means, &zero_cells, &zero_scales})
        part->clear();
    }
    [[nodiscard]] dispersion_data data() const {
      return {counts, means, zero_means, {}, zero_cells, scales, zero_scales};
    }
  };

  for_each_range(run, genes, 16, [&](index begin, index end) {
    gathered all;
    std::vector<gathered> parts(static_cast<std::size_t>(components));
    std::vector<double> zeros(parts.size());
    std::vector<char> counted(static_cast<std::size_t>(cells));
    for (index m = begin; m < end; ++m) {
      all.clear();
      for (auto& part : parts) part.clear();
      zeros = cells_of;
      const auto at = counts.cells(m);
      const auto values = counts.values(m);
      for (std::size_t k = 0; k < at.size(); ++k) {
        const auto c = static_cast<std::size_t>(component[static_cast<std::size_t>(at[k])]);
        const double s = sizes[at[k]];
        zeros[c] -= 1;
        for (gathered* to : {&all, &parts[c]}) {
          to->counts.push_back(values[k]);
          to->means.push_back(Sizes::mean(s, mean(static_cast<index>(c), m)));
          to->scales.push_back(Sizes::dispersion(s, 1.0));
        }
      }
      const auto add_zeros = [&](std::size_t c, double size, double number) {
        for (gathered* to : {&all, &parts[c]}) {
          to->zero_means.push_back(Sizes::mean(size, mean(static_cast<index>(c), m)));
          to->zero_cells.push_back(number);
          to->zero_scales.push_back(Sizes::dispersion(size, 1.0));
        }
      };
      if constexpr (Sizes::uses_sizes) {
        std::fill(counted.begin(), counted.end(), 0);
        for (const index i : at) counted[static_cast<std::size_t>(i)] = 1;
        for (index i = 0; i < cells; ++i)
          if (!counted[static_cast<std::size_t>(i)])
            add_zeros(static_cast<std::size_t>(component[static_cast<std::size_t>(i)]), sizes[i],
                      1);
      } else {
        for (std::size_t c = 0; c < zeros.size(); ++c)
          if (zeros[c] > 0) add_zeros(c, 1, zeros[c]);
      }
      const auto fit = fit_inverse_dispersion(all.data(), start[m], options.gene);
      result.statuses[static_cast<std::size_t>(m)] = fit.status;
      const double common = std::clamp(fit.theta, options.gene.lower, options.gene.upper);
      result.gene[m] = common;
      for (index c = 0; c < components; ++c) {
        const auto u = static_cast<std::size_t>(c);
        double theta = common;
        if (options.per_component && cells_of[u] >= static_cast<double>(options.min_cells) &&
            !parts[u].counts.empty()) {
          const auto own = fit_inverse_dispersion(parts[u].data(), common, options.component);
          const auto k = static_cast<double>(parts[u].counts.size());
          const double w = k / (k + options.prior_counts);
          theta = math::exp(w * math::log(own.theta) + (1 - w) * math::log(common));
        }
        result.component(c, m) = theta;
      }
    }
  });
  return result;
}

}  // namespace harmonium
