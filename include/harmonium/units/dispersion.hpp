// SPDX-License-Identifier: MIT
/// @file
/// Penalised maximum likelihood for the inverse dispersion theta of one gene (Treppner et al. 2021,
/// Eq. 9). The objective is sum_i log NB(x_i; mu_i, theta) - lambda / theta^2: the paper's text has
/// the penalty's sign reversed, its Eq. 9 is the step for the negative sign.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/gamma.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// How the estimate of a gene ended. None of them ends a run.
enum class dispersion_status {
  converged,       ///< the step became smaller than the tolerance
  at_lower_bound,  ///< wants to be even more dispersed than `lower` allows
  poisson_like,    ///< at the upper bound: no more variable than Poisson counts
  all_zero,        ///< no count, nothing to estimate: theta left as it was
  not_converged    ///< the iterations ran out; the last value is kept
};

/// For a person, such as "not converged".
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

/// Settings of an estimate of theta.
struct dispersion_options {
  double penalty = 1;         ///< lambda >= 0; larger pushes theta up (towards Poisson)
  double lower = 1e-3;        ///< bounds of theta
  double upper = 1e4;         ///< of theta
  index max_iterations = 50;  ///< of Newton's method
  double tolerance = 1e-10;   ///< on the step of log theta
};

/// An estimate of theta.
struct dispersion_fit {
  double theta;              ///< within the bounds
  dispersion_status status;  ///< how it ended
  index iterations;          ///< steps that were made
};

/// Cells of one gene that have the same mean. The mean's part of the likelihood is linear in the
/// counts, so that their sum is all it needs.
struct cells_of_mean {
  double mean;       ///< > 0
  double cells;      ///< how many
  double total;      ///< sum of their counts
  double scale = 1;  ///< their theta is this times theta (see `scaled_dispersion`)
};

/// From one distinct count of a gene to the next. psi(x + theta) - psi(theta) is the sum of the
/// steps up to x, so that every step is worked out once for all cells that reach its end.
struct count_step {
  double from;       ///< the smaller count
  double height;     ///< to the larger one, > 0
  double cells;      ///< that have `from + height` or more
  double scale = 1;  ///< their theta is this times theta
};

/// Counts of one gene as the likelihood of theta needs them; see `dispersion_tally`.
struct dispersion_data {
  std::span<const cells_of_mean> cells;  ///< every cell in one entry
  std::span<const count_step> steps;     ///< none: there is no count
};

/// Gathers the counts of a gene. Keeps its memory for the next one.
class dispersion_tally {
 public:
  /// One of the calling thread, cleared, for use within a function. Room is made for genes with up
  /// to so many entries of `add_cells` and counts other than 0.
  static dispersion_tally& here(index cells, index counts) {
    thread_local dispersion_tally own;
    own.clear();
    own.cells_.reserve(static_cast<std::size_t>(cells));
    own.steps_.reserve(static_cast<std::size_t>(counts));
    own.large_.reserve(static_cast<std::size_t>(counts));
    return own;
  }

  void clear() {
    cells_.clear();
    steps_.clear();
    large_.clear();
    std::fill_n(small_.begin(), highest_ + 1, 0.0);
    highest_ = scaled_ = 0;
  }

  /// `cells` cells of equal mean whose counts sum to `total`. Does not add their counts.
  void add_cells(double mean, double cells, double total, double scale = 1) {
    cells_.push_back({mean, cells, total, scale});
  }

  /// `cells` cells with this count, a whole number; 0 says nothing.
  void add_count(double count, double cells = 1, double scale = 1) {
    if (count == 0) return;
    if (scale != 1) {
      steps_.push_back({0, count, cells, scale});
      ++scaled_;
    } else if (count < static_cast<double>(small_.size())) {
      const auto x = static_cast<std::size_t>(count);
      small_[x] += cells;
      highest_ = std::max(highest_, x);
    } else {
      large_.push_back({count, cells});
    }
  }

  /// One cell, with its count.
  void add_cell(double count, double mean, double scale = 1) {
    add_cells(mean, 1, count, scale);
    add_count(count, 1, scale);
  }

  /// What was gathered, until the next change.
  [[nodiscard]] dispersion_data data() {
    steps_.resize(scaled_);
    double previous = 0;
    const auto step_to = [&](double count, double cells) {
      steps_.push_back({previous, count - previous, cells});
      previous = count;
    };
    for (std::size_t x = 1; x <= highest_; ++x)
      if (small_[x] != 0) step_to(static_cast<double>(x), small_[x]);
    std::sort(large_.begin(), large_.end());
    for (const auto& [count, cells] : large_) {
      if (count == previous)
        steps_.back().cells += cells;
      else
        step_to(count, cells);
    }
    // So far the cells of each count; they have reached all smaller ones too.
    double reached = 0;
    for (std::size_t k = steps_.size(); k > scaled_; --k) reached = steps_[k - 1].cells += reached;
    return {cells_, steps_};
  }

 private:
  std::vector<cells_of_mean> cells_;
  std::vector<count_step> steps_;  ///< first those of scaled counts
  std::size_t scaled_ = 0;
  std::vector<double> small_ = std::vector<double>(256, 0.0);  ///< cells by count
  std::size_t highest_ = 0;                                    ///< count among these
  std::vector<std::pair<double, double>> large_;               ///< count and cells
};

/// First and second derivative of the penalised log-likelihood in theta (score V + 2 lambda/theta^3
/// and minus the observed information I + 6 lambda/theta^4 of Eq. 9).
struct dispersion_derivatives {
  double score;      ///< first derivative
  double curvature;  ///< second derivative
};

/// Cost: one logarithm per entry of `cells`, a few divisions per step.
inline dispersion_derivatives penalised_dispersion_score(const dispersion_data& data, double theta,
                                                         double penalty) {
  double score = 0, curvature = 0;
  for (const auto& [mean, cells, total, scale] : data.cells) {
    const double own = scale * theta, sum = own + mean, missing = cells * mean - total;
    score += scale * (missing / sum - cells * math::log1p(mean / own));
    curvature += scale * scale * (cells * mean / (own * sum) - missing / (sum * sum));
  }
  for (const auto& [from, height, cells, scale] : data.steps) {
    const double at = scale * theta + from;
    score += cells * scale * math::digamma_difference(height, at);
    curvature += cells * scale * scale * math::trigamma_difference(height, at);
  }
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
  if (data.steps.empty()) return {start, dispersion_status::all_zero, 0};
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

}  // namespace harmonium::inline v0_2
