// SPDX-License-Identifier: MIT
// A sampler of your own beside those of the library: correctness first, then effective draws a
// sweep.
#include <cstdio>
#include <string_view>

#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/samplers/compare_samplers.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

/// Two collapsed sweeps for every state that is shown.
struct every_second {
  static constexpr std::string_view name = "every second";
  template <class Model, class Visit>
  void run(const Model& model, const typename Model::state_type& start, hm::random_engine& rng,
           Visit&& visit) const {
    hm::collapsed_chain<Model> chain(model);
    chain.set_state(start);
    do {
      chain.sweep(rng);
      chain.sweep(rng);
    } while (visit(chain.state()));
  }
};

/// Never moves.
struct frozen {
  static constexpr std::string_view name = "frozen";
  template <class Model, class Visit>
  void run(const Model&, const typename Model::state_type& start, hm::random_engine&,
           Visit&& visit) const {
    while (visit(start)) {
    }
  }
};

int main() {
  using machine = hm::dbm<hm::negative_binomial, hm::bernoulli>;
  hm::random_engine rng(7);
  const hm::tissue tissue = hm::simulate_tissue({.cells = 200, .genes = 30}, rng);
  const hm::thread_executor run(2);
  const auto model =
      hm::train<machine>(run, tissue.counts, {.hidden = {3}}, hm::exact_em{.iterations = 5}, rng);
  for (const hm::sampler_row& row :
       hm::compare_samplers<hm::exact, hm::collapsed, every_second, frozen>(run, model, {}, rng))
    std::printf("%-14s %s\n", row.sampler.c_str(),
                row.verdict == hm::sampler_verdict::accepted ? "is right" : "is refused");
}

// Prints:
//   exact          is right
//   collapsed      is right
//   every second   is right
//   frozen         is refused
