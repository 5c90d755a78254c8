// SPDX-License-Identifier: MIT
// The program of README.md with narrow includes and one algorithm.
#include <iostream>

#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

int main() {
  hm::random_engine rng(7);
  const auto pilot = hm::simulate_tissue({.cells = 384, .genes = 300}, rng);
  using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
  const hm::thread_executor run(2);
  const auto model =
      hm::train<scdbm>(run, pilot.counts, {.hidden = {4, 2}}, hm::exact_em{.iterations = 80}, rng);
  const auto cells = hm::sampled(model, hm::exact{}).generate(run, 2638, rng);
  std::cout << hm::library_sizes(cells).mean() << '\n';
}
