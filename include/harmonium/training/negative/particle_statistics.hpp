// SPDX-License-Identifier: MIT
/// @file
/// What a particle says of a model's statistics.
/// @internal
#pragma once

#include <cstddef>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/states/exact_statistics.hpp"

namespace harmonium::inline v0_2 {

/// Adds `share` times the statistics of the hidden layers of one state, with E[x | h_1] for x.
/// @param[in,out] flat laid out like the model's parameters
template <class Model>
void add_particle_statistics(const Model& model, const typename Model::state_type& particle,
                             typename Model::scalar share, vector<typename Model::scalar>& flat) {
  using scalar = typename Model::scalar;
  add_model_statistics(model, as_span(particle[1]), share, flat);
  for (std::size_t l = 2; l < Model::layers; ++l) {
    row::add<scalar>(as_span(particle[l]), share, model.bias_of(flat, l));
    row::add_outer<scalar>(as_span(particle[l - 1]), as_span(particle[l]), share,
                           model.weights_of(flat, l - 1));
  }
}

}  // namespace harmonium::inline v0_2
