// SPDX-License-Identifier: MIT
/// @file
/// The variational autoencoder as count states, so that residual policies compose with it.
#pragma once

#include <concepts>
#include <cstddef>
#include <numeric>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/models/variational_autoencoder.hpp"

namespace harmonium::inline v0_2 {

/// One state per pilot cell, all of equal weight: the negative binomials that the decoder gives at
/// the mean of q(z | x), scaled to the cell's own library. `correlated_cells` then adds how genes
/// hang together beyond what the latent space tells.
///
///     const auto cells = fit_correlated_cells(run, pilot, states_of(run, model, pilot),
///                                             low_rank_copula{}, {}, rng);
///
/// Memory: cells x genes, twice.
/// @throws std::invalid_argument if the genes are not the model's.
template <executor Executor, std::floating_point Scalar, count_source Counts>
count_states states_of(const Executor& run,
                       const variational_autoencoder<negative_binomial_counts, Scalar>& model,
                       const Counts& pilot) {
  const count_rows<Scalar> rows(run, pilot);
  const auto encoded = model.encode(run, rows);
  const auto decoded = model.decode(run, encoded.mean, as_span(rows.log_library()));
  count_states states;
  states.weights = vector<double>::Ones(pilot.cells());
  states.mean = decoded.mean.template cast<double>().cwiseMax(1e-10);
  states.theta.resize(pilot.cells(), pilot.genes());
  states.theta.rowwise() = model.theta().transpose();
  states.cell.resize(static_cast<std::size_t>(pilot.cells()));
  std::iota(states.cell.begin(), states.cell.end(), index{0});
  states.sizes = vector<double>::Ones(pilot.cells());
  return states;
}

}  // namespace harmonium::inline v0_2
