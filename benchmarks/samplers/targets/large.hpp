// SPDX-License-Identifier: MIT
/// @file
/// 64 hidden units over 160 genes, whose p(h_1) nobody can enumerate: 16 programs of four units
/// that raise ten genes together, on or off as a whole, each joined weakly to all genes. The
/// reference is a long tempered run, stored in large_reference.hpp (`samplers --reference` writes
/// it anew).
#pragma once

#include <cstddef>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "samplers/targets/large_reference.hpp"
#include "samplers/targets/target.hpp"

namespace targets {

using large_model = hm::dbm<hm::negative_binomial, hm::bernoulli>;

inline large_model large_machine() {
  large_model model(hm::negative_binomial(160, 2.0), hm::bernoulli(64));
  hm::random_engine rng(17);
  for (double& a : model.bias(0)) a = -1.6 - 0.3 * hm::draw::uniform(rng);
  for (hm::index m = 0; m < 160; ++m)
    for (hm::index k = 0; k < 64; ++k)
      model.weights(0)(m, k) = m / 10 == k / 4 ? 0.35 : 0.003 * (hm::draw::uniform(rng) - 0.5);
  // A program alone is off as often as on.
  for (hm::index program = 0; program < 16; ++program) {
    std::vector<double> off(64, 0.0), on(64, 0.0);
    for (hm::index k = 0; k < 4; ++k) on[static_cast<std::size_t>(4 * program + k)] = 1;
    const double gain = model.log_marginal(on) - model.log_marginal(off);
    for (hm::index k = 0; k < 4; ++k)
      model.bias(1)[static_cast<std::size_t>(4 * program + k)] = -gain / 4;
  }
  return model;
}

inline target<large_model> large() {
  hm::reference_moments reference;
  for (const auto& row : large_reference) {
    reference.mean.push_back(row[0]);
    reference.deviation.push_back(row[1]);
    reference.error.push_back(row[2]);
  }
  reference.modes.resize(0, 64);
  return {"large", large_machine(), std::move(reference), 10};
}

}  // namespace targets
