// SPDX-License-Identifier: MIT
/// @file
/// How a stack is trained unless told otherwise.
#pragma once

#include "harmonium/training/negative/block_particles.hpp"
#include "harmonium/training/negative/collapsed_particles.hpp"
#include "harmonium/training/recipe.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/stages/grown_em.hpp"
#include "harmonium/training/stages/joint.hpp"
#include "harmonium/training/stages/pretrain.hpp"
#include "harmonium/training/stages/sampled_em.hpp"

namespace harmonium::inline v0_2 {

/// Hidden layers without sites, such as Gaussian ones: persistent particles through the visible
/// layer.
template <class Model>
struct default_recipe_of {
  using type = then<pretrain<block_particles>, joint<block_particles>>;
};
template <one_hidden_layer Model>
struct default_recipe_of<Model> {
  using type = pretrain<block_particles>;
};
/// One hidden layer with sites: exactly if its states can be listed, else by sampled EM.
template <class Model>
requires one_hidden_layer<Model> && exactly_trainable<Model>
struct default_recipe_of<Model> {
  using type = first_that_suits<exact_em, sampled_em>;
};
/// Units that are sites by themselves: large layers grow from small ones that are trained exactly.
template <growable Model>
struct default_recipe_of<Model> {
  using type = first_that_suits<exact_em, grown_em>;
};
/// Several layers: exactly if the states of the first can be listed, else by steps.
template <class Model>
requires several_hidden_layers<Model> && exactly_trainable<Model>
struct default_recipe_of<Model> {
  using by_particles = then<pretrain<collapsed_particles>, joint<collapsed_particles>>;
  using type = first_that_suits<exact_em, by_particles>;
};

/// The recipe of `train` where none is given.
template <class Model>
using default_recipe = typename default_recipe_of<Model>::type;

}  // namespace harmonium::inline v0_2
