// SPDX-License-Identifier: MIT
/// @file
/// The published training of the single-cell deep Boltzmann machine.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "harmonium/training/constraints.hpp"
#include "harmonium/training/negative/block_particles.hpp"
#include "harmonium/training/recipe.hpp"
#include "harmonium/training/settings.hpp"
#include "harmonium/training/stages/joint.hpp"
#include "harmonium/training/stages/pretrain.hpp"
#include "harmonium/training/steps/plain_gradient.hpp"
#include "harmonium/training/steps/schedule.hpp"

namespace harmonium::inline v0_2 {

/// Plain gradients, persistent particles moved through the visible layer, W <= 0.
using paper_recipe_type =
    then<pretrain<block_particles, plain_gradient, constant_rate, non_positive_weights>,
         joint<block_particles, plain_gradient, constant_rate, non_positive_weights>>;

/// The published hyperparameters (Segerstolpe notebook of Treppner et al. 2021): 60 + 40 + 10
/// epochs, learning rate 1e-11, batches of 64, theta from 0.5 with lambda 1 in pretraining only,
/// W <= 0 and a <= -1e-10. What the guide calls errors of the published code is mended: even/odd
/// Gibbs sweeps, E[x | h] in gradients, each count with its own cell's mean.
[[nodiscard]] inline paper_recipe_type paper_recipe() {
  paper_recipe_type recipe;
  auto& [first, all] = recipe.stages;
  first.negative.particles = all.negative.particles = 64;
  first.initial = {-0.002, -0.0005, false, false};
  all.refit_every = 0;
  return recipe;
}

/// 4 units, and 2 in each layer above.
template <std::size_t... L>
[[nodiscard]] std::array<layer_size, sizeof...(L)> paper_layers(
    std::index_sequence<L...> /*layers*/) {
  return {layer_size(L == 0 ? 4 : 2)...};
}

/// The settings that go with it: 4 and 2 hidden units, and the published bounds of theta.
template <layered_model Model>
[[nodiscard]] training_settings<Model> paper_settings() {
  training_settings<Model> settings{paper_layers(std::make_index_sequence<Model::hidden_layers>{})};
  settings.refit.options.lower = 0.01;
  settings.refit.options.max_iterations = 20;
  return settings;
}

}  // namespace harmonium::inline v0_2
