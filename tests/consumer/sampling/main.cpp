// SPDX-License-Identifier: MIT
// Cells from a deep Boltzmann machine that nobody trained, with the core alone.
#include <harmonium/core/random_engine.hpp>
#include <harmonium/models/dbm.hpp>
#include <harmonium/samplers/exact.hpp>
#include <harmonium/samplers/sampled.hpp>
#include <harmonium/units/bernoulli.hpp>
#include <harmonium/units/negative_binomial.hpp>
#include <harmonium/version.hpp>
#include <iostream>

namespace hm = harmonium;

int main() {
  using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
  scdbm model(hm::negative_binomial(3), hm::bernoulli(2), hm::bernoulli(2));
  for (double& bias : model.bias(0)) bias = -1;
  hm::random_engine rng(7);
  const auto cells = hm::sampled(model, hm::exact{}).generate(10, rng);
  std::cout << "harmonium " << hm::version << ": " << cells.cells() << " cells, "
            << hm::library_sizes(cells).sum() << " counts\n";
  return cells.cells() == 10 ? 0 : 1;
}
