// SPDX-License-Identifier: MIT
/// @file
/// A model whose two modes no single flip connects.
#pragma once

#include <cmath>
#include <vector>

#include "harmonium/models/dbm.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace tiny {

/// Two units that raise the same genes: (0, 0) with probability 0.7, (1, 1) with 0.3, and next to
/// nothing on the way from one to the other.
inline auto two_modes() {
  namespace hm = harmonium;
  hm::dbm<hm::negative_binomial, hm::bernoulli> model(hm::negative_binomial(40, 2.0),
                                                      hm::bernoulli(2));
  for (double& a : model.bias(0)) a = -0.9;
  for (hm::index i = 0; i < model.weights(0).size(); ++i) model.weights(0).data()[i] = 0.34;
  const std::vector<double> off{0, 0}, on{1, 1};
  const double gain = model.log_marginal(on) - model.log_marginal(off);
  for (double& b : model.bias(1)) b = (std::log(0.3 / 0.7) - gain) / 2;
  return model;
}

}  // namespace tiny
