// SPDX-License-Identifier: MIT
/// @file
/// Several fits to the same cells as one model.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/categorical_fit.hpp"
#include "harmonium/training/component_dispersions.hpp"
#include "harmonium/training/component_likelihood.hpp"
#include "harmonium/training/residuals/factor_centre.hpp"

namespace harmonium::inline v0_2 {

/// A fit of a categorical group and the hidden states made of it.
struct fitted_states {
  categorical_fit group;                             ///< responsibilities and parameters of EM
  count_states states;                               ///< means and dispersions
  component_dispersions dispersion;                  ///< those the states have
  std::shared_ptr<const factor_centre> centre = {};  ///< of the atlas that they lean on, if any
  double prior_weight = 0;                           ///< share of the genes that follow it
};

/// Components of the fit number `fit`, 0 the first: three more from fit to fit, so that no two
/// divide the cells alike.
inline index components_of_fit(index components, index fit) noexcept {
  return components + 3 * fit;
}

/// How many fits are joined unless a number is given: four of pilots of up to 2000 cells, whose
/// means and components differ from fit to fit more than those of larger ones; fewer where the
/// pilot has no cells for so many components.
/// @param components of the first fit @param min_cells of a component, at least 1
inline index default_fits(index cells, index components, index min_cells) noexcept {
  constexpr index most_cells = 2000, most_fits = 4;
  index fits = 1;
  while (cells <= most_cells && fits < most_fits &&
         components_of_fit(components, fits) * min_cells <= cells)
    ++fits;
  return fits;
}

/// The mixture of fits in equal parts, an average of what each makes of the pilot: its components
/// are those of all of them. `states.cell` has every cell once a fit. The inverse dispersion of a
/// gene, in `group` and `dispersion`, is the geometric mean of the fits'.
/// @param counts the cells of the fits
/// @throws std::invalid_argument without fits, or if they are not of the same genes and cells.
template <size_factor_policy Sizes, executor Executor, count_source Counts>
fitted_states join_fits(const Executor& run, const Counts& counts,
                        std::vector<fitted_states> fits) {
  require(!fits.empty(), "join_fits", "there are no fits");
  if (fits.size() == 1) return std::move(fits.front());
  const index cells = counts.cells(), genes = counts.genes();
  index components = 0;
  for (const fitted_states& one : fits) {
    require(one.states.cells() == cells && one.states.genes() == genes &&
                one.group.genes() == genes && one.group.components() == one.states.states(),
            "join_fits", "the fits are not of the same cells and genes");
    require((one.centre == nullptr) == (fits.front().centre == nullptr), "join_fits",
            "either all fits lean on an atlas or none");
    components += one.states.states();
  }
  const double part = 1 / static_cast<double>(fits.size());
  fitted_states all{std::move(fits.front().group), std::move(fits.front().states),
                    std::move(fits.front().dispersion)};
  index placed = all.states.states();
  all.group.mean.conservativeResize(components, genes);
  all.group.weights.conservativeResize(components);
  all.states.mean.conservativeResize(components, genes);
  all.states.theta.conservativeResize(components, genes);
  all.states.weights.conservativeResize(components);
  all.dispersion.component.conservativeResize(components, genes);
  all.states.sizes.conservativeResize(cells * static_cast<index>(fits.size()));
  matrix<double> responsibilities(cells, components);
  responsibilities.leftCols(placed) = all.group.responsibilities;
  if (fits.front().centre) {
    factor_centre centre = *fits.front().centre;
    for (std::size_t k = 1; k < fits.size(); ++k)
      centre.covariances.insert(centre.covariances.end(), fits[k].centre->covariances.begin(),
                                fits[k].centre->covariances.end());
    all.centre = std::make_shared<const factor_centre>(std::move(centre));
  }
  for (const fitted_states& one : fits) all.prior_weight += part * one.prior_weight;
  for (std::size_t k = 1; k < fits.size(); ++k) {
    const fitted_states& one = fits[k];
    const index own = one.states.states();
    all.group.mean.middleRows(placed, own) = one.group.mean;
    all.group.weights.segment(placed, own) = one.group.weights;
    all.group.type.insert(all.group.type.end(), one.group.type.begin(), one.group.type.end());
    all.group.converged = all.group.converged && one.group.converged;
    all.states.mean.middleRows(placed, own) = one.states.mean;
    all.states.theta.middleRows(placed, own) = one.states.theta;
    all.states.weights.segment(placed, own) = one.states.weights;
    all.states.sizes.segment(cells * static_cast<index>(k), cells) = one.states.sizes;
    for (const index state : one.states.cell) all.states.cell.push_back(placed + state);
    all.dispersion.component.middleRows(placed, own) = one.dispersion.component;
    responsibilities.middleCols(placed, own) = one.group.responsibilities;
    placed += own;
  }
  all.group.weights *= part;
  all.states.weights *= part;
  all.group.responsibilities = part * responsibilities;
  for (index m = 0; m < genes; ++m) {
    double theta = math::log(all.group.theta[m]), dispersion = math::log(all.dispersion.gene[m]);
    for (std::size_t k = 1; k < fits.size(); ++k) {
      theta += math::log(fits[k].group.theta[m]);
      dispersion += math::log(fits[k].dispersion.gene[m]);
    }
    all.group.theta[m] = math::exp(part * theta);
    all.dispersion.gene[m] = math::exp(part * dispersion);
  }
  all.group.log_likelihood = mean_log_likelihood<Sizes>(run, all.group, counts, all.group.sizes);
  return all;
}

/// Of every component of joined fits the one of the first fit, of `first` components, that holds
/// most of its cells: what it is called where components have no other names.
inline std::vector<index> components_of_first_fit(const categorical_fit& joined, index first) {
  const matrix<double>& share = joined.responsibilities;
  std::vector<index> like(static_cast<std::size_t>(share.cols()), 0);
  for (index c = 0; c < share.cols(); ++c) {
    double most = -1;
    for (index other = 0; other < first; ++other) {
      const double common =
          c < first ? (c == other ? 1.0 : 0.0) : share.col(c).dot(share.col(other));
      if (common <= most) continue;
      most = common;
      like[static_cast<std::size_t>(c)] = other;
    }
  }
  return like;
}

}  // namespace harmonium::inline v0_2
