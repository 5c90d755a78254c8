// SPDX-License-Identifier: MIT
/// @file
/// The harmoniums of tests/golden/models, with parameters by formula.
#pragma once

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "harmonium/io/models/trained_harmonium.hpp"

namespace golden {

namespace hm = harmonium;

inline constexpr hm::index states = 2, genes = 5, cells = 6;

/// Numbers that differ, of a given size about `scale`.
inline hm::matrix<double> numbers(hm::index rows, hm::index cols, double scale) {
  hm::matrix<double> made(rows, cols);
  for (hm::index k = 0; k < made.size(); ++k)
    made.data()[k] = scale * (1 + static_cast<double>((7 * k) % 5)) / 4;
  return made;
}

inline hm::count_states two_states() {
  hm::count_states made;
  made.weights.resize(states);
  made.weights << 0.25, 0.75;
  made.mean = numbers(states, genes, 3);
  made.theta = numbers(states, genes, 2);
  for (hm::index i = 0; i < cells; ++i) made.cell.push_back(i % states);
  made.sizes = numbers(1, cells, 1).row(0).transpose();
  return made;
}

inline hm::factor_scores factors(bool scaled) {
  hm::score_factors parts;
  parts.loadings = numbers(genes, 2, 0.5);
  parts.own_variances = numbers(1, genes, 0.5).row(0).transpose();
  parts.means = numbers(states, 2, 0.1);
  for (hm::index s = 0; s < states; ++s) {
    parts.roots.push_back(numbers(2, 2, 0.8));
    parts.roots.back()(0, 1) = 0;
  }
  if (scaled) parts.scales = numbers(states, genes, 1);
  return hm::factor_scores(std::move(parts));
}

inline hm::combined_scores combinations() {
  hm::score_combinations parts{0.8,
                               2,
                               numbers(cells + 4, genes, 0.5).cast<float>(),
                               numbers(states, genes, 0.1).cast<float>(),
                               {}};
  parts.cells = {{0, 2, 4, 6, 8}, {1, 3, 5, 7, 9}};
  return hm::combined_scores(std::move(parts));
}

/// Every gene moved a little more than the one before.
inline std::vector<hm::score_calibration> calibrations() {
  std::vector<hm::score_calibration> made;
  for (hm::index m = 0; m < genes; ++m) {
    std::array<double, hm::score_calibration::knots> image;
    for (std::size_t k = 0; k < image.size(); ++k)
      image[k] = (1 + 0.125 * static_cast<double>(m)) * (-4 + 0.25 * static_cast<double>(k));
    made.push_back(hm::score_calibration::of(image));
  }
  return made;
}

template <class Sizes, class Residual>
hm::correlated_cells<Residual, Sizes> correlated(Residual residual, bool calibrated = true) {
  return {hm::serial_executor{}, two_states(), std::move(residual),
          hm::vector<double>::Constant(genes, 60),
          calibrated ? calibrations() : std::vector<hm::score_calibration>()};
}

/// With the fit that it might have come from.
template <class Sizes, class Residual>
auto trained(Residual residual) {
  hm::categorical_fit group;
  group.weights = two_states().weights;
  group.mean = two_states().mean;
  group.theta = two_states().theta.row(0).transpose();
  group.statuses.assign(genes, hm::dispersion_status::converged);
  group.statuses[1] = hm::dispersion_status::at_lower_bound;
  group.type = {1, 0};
  group.log_likelihood = -12.5;
  group.converged = true;
  hm::component_dispersions dispersion{group.theta, two_states().theta, group.statuses};
  return hm::trained_harmonium<hm::correlated_cells<Residual, Sizes>>{
      std::move(group), std::move(dispersion), correlated<Sizes>(std::move(residual))};
}

/// Three donors of the two states.
inline hm::group_effects donors() {
  hm::group_effects effects;
  effects.cells = {5, 7, 6};
  effects.depth = hm::vector<double>::LinSpaced(3, -0.25, 0.25);
  effects.gene = hm::matrix<double>::Zero(3, genes);
  effects.gene_deviation = hm::vector<double>::LinSpaced(genes, 0, 0.5);
  effects.state.assign(3, hm::matrix<double>::Zero(2, genes));
  for (hm::index d = 0; d < 3; ++d)
    for (hm::index m = 0; m < genes; ++m) {
      effects.gene(d, m) = effects.depth[d] + 0.125 * static_cast<double>((d + m) % 3 - 1);
      effects.state[static_cast<std::size_t>(d)](1, m) = 0.0625 * static_cast<double>((d * m) % 4);
    }
  effects.state_deviation = hm::matrix<double>::Constant(2, genes, 0.25);
  effects.shares = hm::matrix<double>::Constant(3, 2, 0.5);
  effects.mean_shares = hm::vector<double>::Constant(2, 0.5);
  effects.concentration = 12;
  return effects;
}

}  // namespace golden
