// SPDX-License-Identifier: MIT
/// @file
/// Two modes of masses 0.7 and 0.3, six flips apart, with next to nothing between: single flips and
/// block Gibbs keep the mode they start in.
#pragma once

#include <cmath>
#include <vector>

#include "harmonium/models/dbm.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "samplers/targets/target.hpp"

namespace targets {

inline auto far_modes() {
  using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;
  rbm model(hm::negative_binomial(40, 2.0), hm::bernoulli(6));
  for (double& a : model.bias(0)) a = -0.9;
  for (hm::index i = 0; i < model.weights(0).size(); ++i) model.weights(0).data()[i] = 0.12;
  const std::vector<double> off(6, 0.0), on(6, 1.0);
  const double gain = model.log_marginal(on) - model.log_marginal(off);
  for (double& b : model.bias(1)) b = (std::log(0.3 / 0.7) - gain) / 6;
  return enumerated("far modes", model);
}

}  // namespace targets
