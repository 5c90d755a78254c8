// SPDX-License-Identifier: MIT
/// @file
/// Common instances that need not be compiled again: they are in the static library
/// `harmonium::compiled`, and what includes this header and links to it takes them from there.
/// `harmonium.hpp` includes it where the target is linked (it defines HARMONIUM_COMPILED); with
/// narrow includes, include it beside `training/train.hpp`. Without the library the declarations
/// here would leave symbols undefined.
#pragma once

#include "harmonium/compiled_numerics.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/training/train.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium::inline v0_2 {

/// The stacks whose training and sampling are compiled, on counts of std::int32_t.
namespace compiled {
/// Counts on one hidden layer of Bernoulli units.
using counts_on_binary = dbm<negative_binomial, bernoulli>;
/// Counts on two hidden layers of Bernoulli units.
using counts_on_two_binary = dbm<negative_binomial, bernoulli, bernoulli>;
/// Counts on a group of categories.
using counts_on_group = dbm<negative_binomial, categorical>;
}  // namespace compiled

/// @cond explicit instances, which Doxygen takes for declarations
#ifdef HARMONIUM_HOLDS_INSTANCES  // by the sources that hold them
#define HARMONIUM_INSTANCE template
#else
#define HARMONIUM_INSTANCE extern template
#endif

HARMONIUM_INSTANCE compiled::counts_on_binary train(
    const thread_executor&, const count_matrix<>&,
    const training_settings<compiled::counts_on_binary>&, random_engine&);
HARMONIUM_INSTANCE compiled::counts_on_two_binary train(
    const thread_executor&, const count_matrix<>&,
    const training_settings<compiled::counts_on_two_binary>&, random_engine&);
HARMONIUM_INSTANCE compiled::counts_on_group train(
    const thread_executor&, const count_matrix<>&,
    const training_settings<compiled::counts_on_group>&, random_engine&);

HARMONIUM_INSTANCE compiled::counts_on_binary train(
    const thread_executor&, const count_matrix<>&,
    const training_settings<compiled::counts_on_binary>&, const exact_em&, random_engine&);
HARMONIUM_INSTANCE compiled::counts_on_two_binary train(
    const thread_executor&, const count_matrix<>&,
    const training_settings<compiled::counts_on_two_binary>&, const exact_em&, random_engine&);
HARMONIUM_INSTANCE compiled::counts_on_group train(
    const thread_executor&, const count_matrix<>&,
    const training_settings<compiled::counts_on_group>&, const exact_em&, random_engine&);

HARMONIUM_INSTANCE class sampled_model<compiled::counts_on_binary, exact>;
HARMONIUM_INSTANCE class sampled_model<compiled::counts_on_two_binary, exact>;
HARMONIUM_INSTANCE class sampled_model<compiled::counts_on_group, exact>;
HARMONIUM_INSTANCE count_matrix<> sampled_model<compiled::counts_on_binary, exact>::generate(
    const thread_executor&, index, silent&&, random_engine&) const;
HARMONIUM_INSTANCE count_matrix<> sampled_model<compiled::counts_on_two_binary, exact>::generate(
    const thread_executor&, index, silent&&, random_engine&) const;
HARMONIUM_INSTANCE count_matrix<> sampled_model<compiled::counts_on_group, exact>::generate(
    const thread_executor&, index, silent&&, random_engine&) const;

#undef HARMONIUM_INSTANCE
/// @endcond

}  // namespace harmonium::inline v0_2
