// SPDX-License-Identifier: MIT
/// @file
/// The hidden states of a model that was trained by particles, as `states_of` takes them.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/training/direct_posterior.hpp"
#include "harmonium/training/start/equally_probable.hpp"
#include "harmonium/units/maximiser.hpp"

namespace harmonium::inline v0_2 {

/// The particles, equally probable, and after them every cell's most probable state, which has no
/// weight.
template <executor Executor, one_hidden_layer Model, count_source Counts>
requires collapsible<Model> hidden_enumeration<Model> particle_states(
    const Executor& run, const Model& model,
    const std::vector<typename Model::state_type>& particles, const Counts& counts) {
  using scalar = typename Model::scalar;
  const auto data = direct_posterior(run, model, counts, 0);
  const index count = std::ssize(particles), units = model.size(1);
  matrix<scalar> states(count + counts.cells(), units);
  for (index p = 0; p < count; ++p)
    states.row(p) = particles[static_cast<std::size_t>(p)][1].transpose();
  vector<scalar> eta(units);
  for (index i = 0; i < counts.cells(); ++i) {
    const std::span<const scalar> means(data.hidden.data() + i * units,
                                        static_cast<std::size_t>(units));
    model.template units<1>().natural_from_mean(means, as_span(eta));
    write_maximiser(model.template units<1>(), as_span(std::as_const(eta)),
                    std::span<scalar>(states.row(count + i).data(), means.size()));
  }
  auto list = equally_probable(run, model, std::move(states));
  vector<double> weights = list.log_weights();
  for (index i = 0; i < counts.cells(); ++i) weights[count + i] -= 700;
  list.set_log_weights(weights);
  return list;
}

}  // namespace harmonium::inline v0_2
