// SPDX-License-Identifier: MIT
/// @file
/// A line of the table that a comparison of samplers gives.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harmonium/core/math/beta.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// How many chains, how long.
struct comparison_budget {
  index seeds = 4;       ///< repeats of everything, from which the intervals come
  index groups = 4;      ///< of chains in a repeat, each with a start of its own, uniform over h_1
  index chains = 4;      ///< of a group, all from its start
  index sweeps = 500;    ///< of a chain
  double warm_up = 0.2;  ///< share of the sweeps that is left out of all figures but the trace
  double seconds = std::numeric_limits<double>::infinity();  ///< of a chain; with a limit the
                                                             ///< figures depend on the machine
};

/// When a sampler is right.
struct acceptance_rules {
  double errors = 5;          ///< a mean may be off by this many standard errors ...
  double bias = 0.02;         ///< ... plus this share of the figure's standard deviation
  double precision = 0.1;     ///< largest standard error, in standard deviations: less says nothing
  double nested_r_hat = 1.1;  ///< at most, of any figure that varies
};

/// What is said of a sampler.
enum class sampler_verdict {
  accepted,       ///< agrees with the reference
  biased,         ///< converged, to something else
  not_converged,  ///< groups of chains disagree, or their mean is too uncertain to judge
  not_applicable  ///< refused the model: `reason` has its words
};

/// Geometric mean over the seeds and its 95 % interval (Student); of one seed the interval is
/// everything.
struct rate_interval {
  double middle, low, high;  ///< > 0, in the rates' own unit
};

/// @param rates one per seed, > 0
[[nodiscard]] inline rate_interval interval_of_rates(std::span<const double> rates) {
  const auto n = static_cast<double>(rates.size());
  double mean = 0, squares = 0;
  for (const double rate : rates) mean += math::log(rate) / n;
  for (const double rate : rates) squares += (math::log(rate) - mean) * (math::log(rate) - mean);
  if (rates.size() < 2) return {math::exp(mean), 0, std::numeric_limits<double>::infinity()};
  const double half = math::student_quantile(0.025, n - 1) * std::sqrt(squares / (n - 1) / n);
  return {math::exp(mean), math::exp(mean - half), math::exp(mean + half)};
}

/// Only of accepted samplers. "Effective" draws are bulk effective sample sizes of the figure that
/// has the smallest, `slowest`.
struct sampler_speed {
  std::string slowest;                      ///< name of the figure
  rate_interval effective_per_sweep;        ///< of one chain
  rate_interval log_p_effective_per_sweep;  ///< the same of log p*(h_1)
  rate_interval seconds_per_sweep;          ///< of one chain
  rate_interval set_up_seconds;  ///< before the first sweep, once for all chains; at least 1 ns
  rate_interval effective_per_second;  ///< set-up not counted
  rate_interval seconds_to_thousand;   ///< effective draws, set-up counted
};

/// Total variation between the visits of all chains of the first seed so far and the exact p(h_1).
struct trace_point {
  index sweeps;            ///< of each chain
  double seconds;          ///< of all chains together, without set-up
  double total_variation;  ///< 0 to 1
};

/// What was found of one sampler.
struct sampler_row {
  std::string sampler;                                        ///< its name
  sampler_verdict verdict = sampler_verdict::not_applicable;  ///< whether it is right
  std::string reason = {};  ///< why it was not accepted; else empty
  double bias = 0;          ///< largest distance of a mean from the reference, in deviations
  double bias_errors = 0;   ///< largest distance, in standard errors of both
  double r_hat = 1;         ///< rank-normalised, largest of figures that vary and of seeds
  double nested_r_hat = 1;  ///< the same, of the groups
  index stuck_chains = 0;   ///< chains in which no figure changed, of all seeds
  index chains = 0;         ///< of all seeds
  index sweeps = 0;         ///< kept, of a chain (the fewest, where seconds were limited)
  std::optional<double> total_variation = {};  ///< of all kept visits, where h_1 is enumerated
  std::optional<sampler_speed> speed = {};     ///< none unless accepted
  std::vector<trace_point> trace = {};         ///< at every doubling of the sweeps
};

}  // namespace harmonium::inline v0_2
