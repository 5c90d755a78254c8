// SPDX-License-Identifier: MIT
/// @file
/// The restricted Boltzmann machine (exponential-family harmonium of Welling, Rosen-Zvi and Hinton
/// 2005): a deep Boltzmann machine with one hidden layer.
#pragma once

#include <utility>

#include "harmonium/models/dbm.hpp"

namespace harmonium::inline v0_2 {

/// A machine of one hidden layer.
template <class Visible, class Hidden>
using rbm = dbm<Visible, Hidden>;

/// Free energy of a visible state, -log sum_h exp(-E(x, h)), in closed form.
/// @param x a `cell_counts` or a dense span of model.size(0) entries.
/// @param log_base log base measure of x (`model.visible().log_base_measure`), passed in because it
///        does not depend on the weights.
template <class Visible, class Hidden, class Row>
auto free_energy(const rbm<Visible, Hidden>& model, const Row& x,
                 typename Visible::scalar log_base) {
  using scalar = typename Visible::scalar;
  vector<scalar> input(model.size(1));
  model.first_hidden_input(x, as_span(input));
  return -(row::dot<scalar>(x, model.bias(0)) + log_base +
           model.template units<1>().log_partition(as_span(std::as_const(input))));
}

}  // namespace harmonium::inline v0_2
