// SPDX-License-Identifier: MIT
/// @file
/// Trajectory tempering on a path that is bridged for the model at hand. The path, its E[h_1] by a
/// short tempered run, and the rungs are set-up, and count as such.
#pragma once

#include <span>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/temperature_ladder.hpp"
#include "harmonium/samplers/tempered_chain.hpp"
#include "harmonium/samplers/tuned_trajectory.hpp"
#include "harmonium/training/bridged_path.hpp"
#include "harmonium/units/log_mean_scale.hpp"

namespace contenders {

struct trajectory {
  static constexpr const char* name = "trajectory";
  template <class Model, class Visit>
  void run(const Model& model, const typename Model::state_type& start,
           harmonium::random_engine& rng, Visit&& visit) const {
    using scalar = typename Model::scalar;
    harmonium::tempered_chain<Model> scout(model, harmonium::geometric_ladder(12, 0.01));
    scout.start(rng);
    std::vector<scalar> means(static_cast<std::size_t>(model.size(1)));
    constexpr int rounds = 100;
    for (int t = 0; t < rounds; ++t) {
      scout.sweep(rng);
      for (std::size_t k = 0; k < means.size(); ++k)
        means[k] += scout.state()[1][static_cast<harmonium::index>(k)] / scalar(rounds);
    }
    harmonium::keep_inside(model.template units<1>(), 0.05, std::span<scalar>(means));
    const auto path = harmonium::bridged_path(harmonium::serial_executor{}, model, model.bias(0),
                                              std::span<const scalar>(means),
                                              {.population = {.particles = 128}}, rng);
    const auto tuned =
        harmonium::tuned_trajectory(path, {.rungs = 12, .stages = 3, .rounds = 16}, rng);
    harmonium::trajectory_chain<Model> chain{std::span<const Model>(tuned.rungs)};
    chain.set_state(start);
    do chain.sweep(rng);
    while (visit(chain.state()));
  }
};

}  // namespace contenders
