// SPDX-License-Identifier: MIT
// The samplers of the library on one trained machine: which are right, and how many sweeps an
// independent draw takes. (Draws a second depend on the machine: row.speed->effective_per_second.)
#include <cstdio>
#include <string_view>

#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/samplers/compare_samplers.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

using machine = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;

/// Sweeps of one chain, each beginning where the last ended. (A sampler named itself, such as
/// `gibbs`, is judged by independent draws, burn-in included.)
struct make_gibbs {
  auto operator()(const machine& model) const { return hm::gibbs_chain<machine>(model); }
};
struct gibbs_sweeps : hm::markov_contender<make_gibbs> {
  static constexpr std::string_view name = "gibbs";
};
struct make_collapsed {
  auto operator()(const machine& model) const { return hm::collapsed_chain<machine>(model); }
};
struct collapsed_sweeps : hm::markov_contender<make_collapsed> {
  static constexpr std::string_view name = "collapsed";
};

int main() {
  hm::random_engine rng(7);
  const hm::tissue tissue = hm::simulate_tissue({.cells = 200, .genes = 30}, rng);
  const hm::thread_executor run(2);
  const auto model = hm::train<machine>(run, tissue.counts, {.hidden = {3, 2}},
                                        hm::exact_em{.iterations = 5}, rng);

  for (const hm::sampler_row& row :
       hm::compare_samplers<hm::exact, collapsed_sweeps, gibbs_sweeps>(run, model, {}, rng)) {
    std::printf("%-10s ", row.sampler.c_str());
    if (row.verdict == hm::sampler_verdict::accepted)
      std::printf("%.2f effective draws a sweep\n", row.speed->effective_per_sweep.middle);
    else
      std::printf("%s\n", row.reason.c_str());
  }
}

// Prints:
//   exact      0.97 effective draws a sweep
//   collapsed  0.06 effective draws a sweep
//   gibbs      0.01 effective draws a sweep
