// SPDX-License-Identifier: MIT
/// @file
/// The contract of a residual correlation that can be learned: settings, a fit in steps, and what
/// draws scores in the end.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/residuals/residual_scores.hpp"
#include "harmonium/training/residuals/scored_pilot.hpp"

namespace harmonium::inline v0_2 {

/// A fit in progress, a value; shares the pilot. Laws: nothing changes where an executor throws out
/// of `step`; `result()` is asked for when all `steps()` were taken.
template <class F>
concept residual_fit = std::copyable<F> &&
    requires(F& fit, const F& constant, const serial_executor& run) {
  { fit.step(run) } -> std::same_as<void>;
  { constant.steps() } -> std::same_as<index>;
  { constant.taken() } -> std::same_as<index>;
  { constant.result() } -> residual_scores;
};

/// Settings of a residual correlation: learns how the scores of a cell's genes hang together given
/// its state. Scores are those of negative binomial counts (units/nb_scores.hpp), so that a
/// residual correlation is one of count models; other visible units have none.
///
/// Law: the same pilot and streams give the same fit for every executor.
template <class P>
concept residual_policy = std::copyable<P> &&
    requires(const P& policy, std::shared_ptr<const scored_pilot> pilot,
             const random_streams& streams) {
  { policy.begin(pilot, streams) } -> residual_fit;
};

/// What a policy's fit takes steps of.
template <residual_policy P>
using residual_fit_of = std::remove_cvref_t<decltype(std::declval<const P&>().begin(
    std::declval<std::shared_ptr<const scored_pilot>>(), std::declval<const random_streams&>()))>;

/// What a policy's fit results in.
template <residual_policy P>
using residual_scores_of =
    std::remove_cvref_t<decltype(std::declval<const residual_fit_of<P>&>().result())>;

/// All steps at once.
/// @throws std::invalid_argument for options out of range.
template <executor Executor, residual_policy Policy>
residual_scores_of<Policy> fit_residual(const Executor& run, const Policy& policy,
                                        std::shared_ptr<const scored_pilot> pilot,
                                        const random_streams& streams) {
  auto fit = policy.begin(std::move(pilot), streams);
  while (fit.taken() < fit.steps()) fit.step(executor_ref(run));
  return fit.result();
}

}  // namespace harmonium::inline v0_2
