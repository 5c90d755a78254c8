// SPDX-License-Identifier: MIT
/// @file
/// Penalised maximum likelihood for the inverse dispersion theta of one gene (Treppner et al. 2021,
/// Eq. 9). The objective is sum_i log NB(x_i; mu_i, theta) - lambda / theta^2: the paper's text has
/// the penalty's sign reversed, its Eq. 9 is the step for the negative sign.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string_view>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/gamma.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium {

/// How the estimate of a gene ended. None of them ends a run.
enum class dispersion_status {
  converged,       ///< the step became smaller than the tolerance
  at_lower_bound,  ///< wants to be even more dispersed than `lower` allows
  poisson_like,    ///< at the upper bound: no more variable than Poisson counts
  all_zero,        ///< no count, nothing to estimate: theta left as it was
  not_converged    ///< the iterations ran out; the last value is kept
};

[[nodiscard]] constexpr std::string_view to_string(dispersion_status status) noexcept {
  switch (status) {
    case dispersion_status::converged:
      return "converged";
    case dispersion_status::at_lower_bound:
      return "at lower bound";
    case dispersion_status::poisson_like:
      return "Poisson-like";
    case dispersion_status::all_zero:
      return "all zero";
    case dispersion_status::not_converged:
      return "not converged";
  }
  return "unknown";
}

struct dispersion_options {
  double penalty = 1;   ///< lambda >= 0; larger pushes theta up (towards Poisson)
  double lower = 1e-3;  ///< bounds of theta
  double upper = 1e4;
  index max_iterations = 50;
  double tolerance = 1e-10;  ///< on the step of log theta
};

struct dispersion_fit {
  double theta;
  dispersion_status status;
  index iterations;
};

/// Counts of one gene with the mean of each cell, as sums over cells. Zero counts need their mean
/// only; the digamma part costs by non-zero counts.
struct dispersion_data {
  std::span<const double> counts;            ///< non-zero counts
  std::span<const double> means;             ///< mean of the cell of each non-zero count, > 0
  std::span<const double> zero_means;        ///< means of the cells whose count is zero
  std::span<const double> count_cells = {};  ///< cells behind each entry of `counts`; empty: one
  std::span<const double> zero_cells = {};  ///< cells behind each entry of `zero_means`; empty: one
  std::span<const double> count_scales = {};  ///< theta of each count's cell is this times theta;
  std::span<const double> zero_scales = {};   ///< empty: 1 (see `scaled_dispersion`)
};

/// First and second derivative of the penalised log-likelihood in theta (score V + 2 lambda/theta^3
/// and minus the observed information I + 6 lambda/theta^4 of Eq. 9).
struct dispersion_derivatives {
  double score;
  double curvature;
};

inline dispersion_derivatives penalised_dispersion_score(const dispersion_data& data, double theta,
                                                         double penalty) {
  double score = 0, curvature = 0;
  const auto entry = [](std::span<const double> of, std::size_t i) {
    return of.empty() ? 1 : of[i];
  };
  const auto mean_part = [&](double x, double mu, double cells, double scale) {
    const double own = scale * theta, total = own + mu;
    score += cells * scale * (-math::log1p(mu / own) + (mu - x) / total);
    curvature += cells * scale * scale * (mu / (own * total) - (mu - x) / (total * total));
  };
  for (std::size_t i = 0; i < data.counts.size(); ++i) {
    const double x = data.counts[i];
    const double cells = entry(data.count_cells, i), scale = entry(data.count_scales, i);
    mean_part(x, data.means[i], cells, scale);
    score += cells * scale * math::digamma_difference(x, scale * theta);
    curvature += cells * scale * scale * math::trigamma_difference(x, scale * theta);
  }
  for (std::size_t i = 0; i < data.zero_means.size(); ++i)
    mean_part(0, data.zero_means[i], entry(data.zero_cells, i), entry(data.zero_scales, i));
  const double cube = theta * theta * theta;
  return {score + 2 * penalty / cube, curvature - 6 * penalty / (cube * theta)};
}

/// Maximises over theta, by Newton steps in log theta from `start`; where the objective is not
/// concave there, a half step along the sign of the score. Steps are clipped to one unit of
/// log theta and turn into bisection between the signs seen so far.
/// @param start any positive value, clipped to the bounds.
/// @throws nothing: every gene ends with a status.
inline dispersion_fit fit_inverse_dispersion(const dispersion_data& data, double start,
                                             const dispersion_options& options = {}) {
  if (data.counts.empty()) return {start, dispersion_status::all_zero, 0};
  const double lowest = math::log(options.lower), highest = math::log(options.upper);
  double t = std::clamp(math::log(start), lowest, highest);
  // The score changes sign between these, as soon as it was seen on both sides.
  double below = -std::numeric_limits<double>::infinity();
  double above = std::numeric_limits<double>::infinity();
  for (index iteration = 1; iteration <= options.max_iterations; ++iteration) {
    const double theta = math::exp(t);
    const auto [score, curvature] = penalised_dispersion_score(data, theta, options.penalty);
    const double slope = score * theta;
    const double bend = curvature * theta * theta + slope;
    if (slope > 0) {
      if (t >= highest) return {options.upper, dispersion_status::poisson_like, iteration};
      below = t;
    } else {
      if (t <= lowest) return {options.lower, dispersion_status::at_lower_bound, iteration};
      above = t;
    }
    double step = bend < 0 ? -slope / bend : (slope > 0 ? 0.5 : -0.5);
    step = std::clamp(step, -1.0, 1.0);
    double next = std::clamp(t + step, lowest, highest);
    if ((slope > 0 && next >= above) || (slope < 0 && next <= below)) next = 0.5 * (below + above);
    if (std::abs(next - t) <= options.tolerance)
      return {math::exp(next), dispersion_status::converged, iteration};
    t = next;
  }
  return {math::exp(t), dispersion_status::not_converged, options.max_iterations};
}

/// Method of moments: mean^2 / (variance - mean), clipped to the bounds; the usual start.
inline double moment_inverse_dispersion(double mean, double variance,
                                        const dispersion_options& options = {}) {
  if (!(variance > mean) || !(mean > 0)) return options.upper;
  return std::clamp(mean * mean / (variance - mean), options.lower, options.upper);
}

}  // namespace harmonium
