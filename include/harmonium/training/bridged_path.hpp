// SPDX-License-Identifier: MIT
/// @file
/// A trajectory for models that are trained already, or whose checkpoints lie far apart.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/model_path.hpp"
#include "harmonium/training/negative/particle_population.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `bridged_path`.
struct bridged_path_options {
  population_options population = {
      .particles = 512,
      .least_effective = 0.7};  ///< particles that
                                ///< are led along the path; `bridges` has no part in it
  index most = 2000;            ///< checkpoints of the result
};

/// A path on which neighbours overlap: particles, exact draws at its beginning, are led from
/// checkpoint to checkpoint, and wherever too few of them stay effective a checkpoint is put in,
/// with its b_1 refitted so that E[h_1] stays what it should be (see `particle_population`). On the
/// straight way from one model to another, without that, one state takes all probability.
/// @param checkpoints  from a model without weights to the one that is to be sampled, at least two;
///                     the path ends with the last as it is
/// @param hidden_means E[h_1] along the way, length size(1): of the data, or of the last model
/// @param rng          moves on by one word; the result does not depend on the executor
/// @throws std::invalid_argument for settings out of range, a first checkpoint with weights, or a
///         path that needs more than `most` checkpoints
template <executor Executor, layered_model Model>
requires collapsible<Model>
[[nodiscard]] model_path<Model> bridged_path(const Executor& run,
                                             std::span<const Model> checkpoints,
                                             std::span<const typename Model::scalar> hidden_means,
                                             const bridged_path_options& options,
                                             random_engine& rng) {
  require(checkpoints.size() >= 2, "bridged_path", "at least two checkpoints are needed");
  const Model& first = checkpoints.front();
  require(std::ssize(hidden_means) == first.size(1), "bridged_path",
          "one mean per unit of h_1 is needed");
  for (std::size_t l = 0; l + 1 < Model::layers; ++l) {
    const auto w = first.weights(l);
    require(std::all_of(w.data(), w.data() + w.size(), [](auto v) { return v == 0; }),
            "bridged_path", "the first checkpoint must have no weights");
  }
  particle_population<Model> particles(options.population, rng);
  particles.start([&](index, random_engine& engine) {
    auto state = first.make_state();
    Model::for_each_layer([&](auto layer) {
      if constexpr (layer() > 0)
        first.template units<layer()>().sample(first.bias(layer()), as_span(state[layer()]),
                                               engine);
    });
    return state;
  });
  std::vector<Model> path{first};
  for (const Model& next : checkpoints.subspan(1)) {
    for (double share = 0; share < 1;) {
      require(std::ssize(path) < options.most, "bridged_path",
              "the path needs more than " + std::to_string(options.most) + " checkpoints");
      Model reached = next;
      share = particles.follow(run, Model(path.back()), reached, hidden_means, 1).share;
      path.push_back(std::move(reached));
    }
  }
  path.push_back(checkpoints.back());
  return model_path<Model>(std::move(path));
}

/// The same from independent units straight to a trained model: from what its visible biases and
/// the given means say.
template <executor Executor, layered_model Model>
requires collapsible<Model>
[[nodiscard]] model_path<Model> bridged_path(const Executor& run, const Model& model,
                                             std::span<const typename Model::scalar> visible_bias,
                                             std::span<const typename Model::scalar> hidden_means,
                                             const bridged_path_options& options,
                                             random_engine& rng) {
  vector<typename Model::scalar> bias(model.size(1));
  model.template units<1>().natural_from_mean(hidden_means, as_span(bias));
  const std::vector<Model> ends{
      independent_model(model, visible_bias, as_span(std::as_const(bias))), model};
  return bridged_path(run, std::span<const Model>(ends), hidden_means, options, rng);
}

}  // namespace harmonium::inline v0_2
