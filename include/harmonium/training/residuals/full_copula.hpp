// SPDX-License-Identifier: MIT
/// @file
/// Residual correlation from the pilot cells' own scores: synthetic scores are random combinations
/// of those of the pilot cells of the same state, so that no genes x genes matrix is ever formed.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/normal.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/residuals/combined_scores.hpp"
#include "harmonium/training/residuals/residual_policy.hpp"
#include "harmonium/training/residuals/scored_pilot.hpp"
#include "harmonium/units/nb_scores.hpp"

namespace harmonium::inline v0_2 {

/// A Gaussian copula per state on randomised quantile residuals (Dunn and Smyth 1996): a cell's
/// scores are z = d + sqrt(h) R'g + sqrt(1 - h) e with R the scores of the state's pilot cells
/// about d, over the root of their number, g and e independent standard normal: z has mean d and
/// covariance h S + (1 - h) I, S the pilot cells' covariance about d. See `combined_scores`.
struct full_copula {
  double strength = 0.8;         ///< h in [0, 1]; 0: independent genes
  double mean_cells = 10;        ///< average cells in a state's mean score d; more shrinks it
  bool exact_marginals = false;  ///< true: every gene keeps its negative binomial exactly; false:
                                 ///< mean and variance of the scores may correct it; nearly, if
                                 ///< cells are blended
  index blend = 0;               ///< B > 0: combine B pilot cells with positive random weights.
                                 ///< Keeps skewness, and copies: of B = 3 about three in four cells
                                 ///< are nearer to a pilot cell than to a fresh one

  using fitted = combined_scores;
  class fit;

  /// @throws std::invalid_argument for options out of range.
  [[nodiscard]] fit begin(std::shared_ptr<const scored_pilot> pilot,
                          const random_streams& streams) const;
};

/// One step over the genes.
class full_copula::fit {
 public:
  fit(const full_copula& settings, std::shared_ptr<const scored_pilot> pilot,
      const random_streams& streams)
      : settings_(settings), pilot_(std::move(pilot)), streams_(streams) {}

  [[nodiscard]] index steps() const noexcept { return 1; }
  [[nodiscard]] index taken() const noexcept { return parts_ ? 1 : 0; }
  [[nodiscard]] combined_scores result() const { return combined_scores(*parts_); }

  template <executor Executor>
  void step(const Executor& run) {
    const index cells = pilot_->cells(), genes = pilot_->genes(), states = pilot_->states();
    score_combinations parts;
    parts.strength = settings_.strength;
    parts.blend = settings_.blend;
    parts.residuals.resize(cells, genes);
    parts.means = matrix<float>::Zero(states, genes);
    parts.cells.resize(static_cast<std::size_t>(states));
    for (index i = 0; i < cells; ++i)
      parts.cells[static_cast<std::size_t>(pilot_->state()[static_cast<std::size_t>(i)])].push_back(
          i);
    for_each_range(run, genes, 16, [&](index begin, index end) {
      std::vector<score_interval> intervals(static_cast<std::size_t>(cells));
      std::vector<double> scores(intervals.size());
      for (index m = begin; m < end; ++m) {
        random_engine engine = streams_[static_cast<std::uint64_t>(m)];
        pilot_->intervals(m, intervals);
        for (std::size_t i = 0; i < scores.size(); ++i) {
          const double low = math::normal_cdf(intervals[i].lower);
          const double high = math::normal_cdf(intervals[i].upper);
          scores[i] = std::clamp(math::normal_quantile(low + draw::uniform(engine) * (high - low)),
                                 -score_limit, score_limit);
        }
        for (index s = 0; s < states; ++s) centre(s, m, scores, parts);
      }
    });
    parts_ = std::move(parts);
  }

 private:
  /// The scores of a state's cells about their mean, and the mean.
  void centre(index s, index m, const std::vector<double>& scores,
              score_combinations& parts) const {
    const auto& own = parts.cells[static_cast<std::size_t>(s)];
    if (own.empty()) return;
    double sum = 0, squares = 0;
    for (const index i : own) sum += scores[static_cast<std::size_t>(i)];
    const auto count = static_cast<double>(own.size());
    // The mean is shrunk towards 0, what the negative binomial says.
    const bool exact = settings_.exact_marginals;
    const double mean = exact ? 0 : sum / (count + settings_.mean_cells);
    // Random combinations have mean 0, positive ones (blend) only if the residuals have.
    const double centre = exact || settings_.blend > 0 ? sum / count : mean;
    for (const index i : own) {
      const double r = scores[static_cast<std::size_t>(i)] - centre;
      squares += r * r;
    }
    const double root = std::sqrt(squares / count);
    const double scale = exact && root > 0 ? 1 / root : 1;
    for (const index i : own)
      parts.residuals(i, m) =
          static_cast<float>(scale * (scores[static_cast<std::size_t>(i)] - centre));
    parts.means(s, m) = static_cast<float>(mean);
  }

  full_copula settings_;
  std::shared_ptr<const scored_pilot> pilot_;
  random_streams streams_;
  std::optional<score_combinations> parts_;
};

inline full_copula::fit full_copula::begin(std::shared_ptr<const scored_pilot> pilot,
                                           const random_streams& streams) const {
  require(strength >= 0 && strength <= 1, "full_copula", "strength must be in [0, 1]");
  require(mean_cells >= 0, "full_copula", "mean_cells must not be negative");
  require(blend >= 0, "full_copula", "blend must not be negative");
  return {*this, std::move(pilot), streams};
}

static_assert(residual_policy<full_copula>);

}  // namespace harmonium::inline v0_2
