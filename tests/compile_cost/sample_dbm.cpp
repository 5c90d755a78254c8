// SPDX-License-Identifier: MIT
// What a program includes that only draws cells from a trained deep Boltzmann machine.
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

int main() {
  using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
  scdbm model(hm::negative_binomial(3), hm::bernoulli(2), hm::bernoulli(2));
  for (double& bias : model.bias(0)) bias = -1;
  hm::random_engine rng(7);
  return hm::sampled(model, hm::exact{}).generate(10, rng).cells() == 10 ? 0 : 1;
}
