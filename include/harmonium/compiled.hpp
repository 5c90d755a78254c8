// SPDX-License-Identifier: MIT
/// @file
/// Common instances that need not be compiled again: they are in the static library
/// `harmonium::compiled`, and what includes this header and links to it takes them from there.
/// `harmonium.hpp` includes it where the target is linked (it defines HARMONIUM_COMPILED); with
/// narrow includes, include it beside `training/train.hpp`. Without the library the declarations
/// here would leave symbols undefined.
#pragma once

#include "harmonium/analysis/pca.hpp"
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
using counts_on_binary = dbm<negative_binomial, bernoulli>;
using counts_on_two_binary = dbm<negative_binomial, bernoulli, bernoulli>;
using counts_on_group = dbm<negative_binomial, categorical>;
}  // namespace compiled

/// @cond explicit instances, which Doxygen takes for declarations
#ifndef HARMONIUM_INSTANCES  // defined as nothing by the library itself, which holds them
#define HARMONIUM_INSTANCES extern
#endif

HARMONIUM_INSTANCES template principal_components pca_of_view(const operator_view&,
                                                              const pca_options&);

HARMONIUM_INSTANCES template compiled::counts_on_binary train(
    const thread_executor&, const count_matrix<>&,
    const training_settings<compiled::counts_on_binary>&, random_engine&);
HARMONIUM_INSTANCES template compiled::counts_on_two_binary train(
    const thread_executor&, const count_matrix<>&,
    const training_settings<compiled::counts_on_two_binary>&, random_engine&);
HARMONIUM_INSTANCES template compiled::counts_on_group train(
    const thread_executor&, const count_matrix<>&,
    const training_settings<compiled::counts_on_group>&, random_engine&);

HARMONIUM_INSTANCES template compiled::counts_on_binary train(
    const thread_executor&, const count_matrix<>&,
    const training_settings<compiled::counts_on_binary>&, const exact_em&, random_engine&);
HARMONIUM_INSTANCES template compiled::counts_on_two_binary train(
    const thread_executor&, const count_matrix<>&,
    const training_settings<compiled::counts_on_two_binary>&, const exact_em&, random_engine&);
HARMONIUM_INSTANCES template compiled::counts_on_group train(
    const thread_executor&, const count_matrix<>&,
    const training_settings<compiled::counts_on_group>&, const exact_em&, random_engine&);

HARMONIUM_INSTANCES template class sampled_model<compiled::counts_on_binary, exact>;
HARMONIUM_INSTANCES template class sampled_model<compiled::counts_on_two_binary, exact>;
HARMONIUM_INSTANCES template class sampled_model<compiled::counts_on_group, exact>;
HARMONIUM_INSTANCES template count_matrix<>
sampled_model<compiled::counts_on_binary, exact>::generate(const thread_executor&, index, silent&&,
                                                           random_engine&) const;
HARMONIUM_INSTANCES template count_matrix<>
sampled_model<compiled::counts_on_two_binary, exact>::generate(const thread_executor&, index,
                                                               silent&&, random_engine&) const;
HARMONIUM_INSTANCES template count_matrix<>
sampled_model<compiled::counts_on_group, exact>::generate(const thread_executor&, index, silent&&,
                                                          random_engine&) const;

#undef HARMONIUM_INSTANCES
/// @endcond

}  // namespace harmonium::inline v0_2
