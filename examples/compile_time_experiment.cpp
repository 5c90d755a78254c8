// SPDX-License-Identifier: MIT
// An experiment that the compiler checks: stacks as types, each trained exactly and judged by the
// likelihood of cells it has not seen. What does not fit together does not compile.
#include <cstdio>
#include <span>
#include <vector>

#include "harmonium/core/select_counts.hpp"
#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/poisson.hpp"

namespace hm = harmonium;

template <class Stack>
void judge(const char* name, const hm::tissue& tissue, hm::training_settings<Stack> settings) {
  std::vector<hm::index> seen, fresh;
  for (hm::index i = 0; i < tissue.counts.cells(); ++i) (i % 4 == 0 ? fresh : seen).push_back(i);
  const hm::thread_executor run(2);
  hm::random_engine rng(7);
  const auto model = hm::train<Stack>(run, hm::select_cells(tissue.counts, seen), settings,
                                      hm::exact_em{.iterations = 30}, rng);
  const hm::hidden_enumeration<Stack> hidden(model);
  const auto fit = hm::exact_fit(run, model, hidden, hm::select_cells(tissue.counts, fresh));
  std::printf("%-34s %7.1f nats a cell\n", name, fit.log_likelihood);
}

int main() {
  hm::random_engine rng(7);
  const hm::tissue tissue = hm::simulate_tissue({.cells = 300, .genes = 60}, rng);
  judge<hm::dbm<hm::negative_binomial, hm::bernoulli>>("counts on 4 binary units", tissue,
                                                       {.hidden = {4}});
  judge<hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>>(
      "counts on 4 and 2 binary units", tissue, {.hidden = {4, 2}});
  judge<hm::dbm<hm::negative_binomial, hm::categorical>>("counts on a group of 8", tissue,
                                                         {.hidden = {8}});
  judge<hm::dbm<hm::poisson, hm::categorical>>("Poisson counts on a group of 8", tissue,
                                               {.hidden = {8}});
  // judge<hm::dbm<hm::negative_binomial, hm::gaussian>>(...) does not compile: counts on Gaussian
  // units do not normalise, and the message says so.
}

// Prints:
//   counts on 4 binary units            -212.9 nats a cell
//   counts on 4 and 2 binary units      -211.8 nats a cell
//   counts on a group of 8              -210.6 nats a cell
//   Poisson counts on a group of 8      -786.7 nats a cell
