// SPDX-License-Identifier: MIT
/// @file
/// Residual correlation from the pilot cells' own scores: synthetic scores are random combinations
/// of those of the pilot cells of the same state, so that no genes x genes matrix is ever formed.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/draw/gamma.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/normal.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/residuals/scored_pilot.hpp"

namespace harmonium::inline v0_2 {

/// A Gaussian copula per state on randomised quantile residuals (Dunn and Smyth 1996): a cell's
/// scores are z = d + sqrt(h) R'g + sqrt(1 - h) e with R the scores of the state's pilot cells
/// about d, over the root of their number, g and e independent standard normal: z has mean d and
/// covariance h S + (1 - h) I, S the pilot cells' covariance about d. States of at most 3 cells
/// borrow R from all larger ones; where there are none, genes are independent.
/// Memory: cells x genes floats.
struct full_copula {
  double strength = 0.8;         ///< h in [0, 1]; 0: independent genes
  double mean_cells = 10;        ///< average cells in a state's mean score d; more shrinks it
  bool exact_marginals = false;  ///< true: every gene keeps its negative binomial exactly; false:
                                 ///< mean and variance of the scores may correct it; nearly, if
                                 ///< cells are blended
  index blend = 0;               ///< B > 0: combine B pilot cells with positive random weights.
                                 ///< Keeps skewness, and copies: of B = 3 about three in four cells
                                 ///< are nearer to a pilot cell than to a fresh one

  class fitted {
   public:
    void draw(index state, random_engine& rng, std::span<double> scores) const {
      const auto s = static_cast<std::size_t>(state);
      const auto& cells = cells_[s].size() > few ? cells_[s] : many_;
      const double* mean = means_.data() + state * means_.cols();
      const double own = cells.empty() ? 1 : std::sqrt(1 - strength_);
      for (std::size_t m = 0; m < scores.size(); ++m) scores[m] = mean[m] + own * draw::normal(rng);
      if (cells.empty()) return;
      if (blend_ > 0) {
        const index count = std::min(blend_, static_cast<index>(cells.size()));
        const auto chosen =
            draw::sample_without_replacement(static_cast<index>(cells.size()), count, rng);
        std::vector<double> weights;  // roots of a Dirichlet(2, ..., 2): squares sum to 1
        double total = 0;
        for (index b = 0; b < count; ++b) {
          weights.push_back(draw::gamma(2.0, rng));
          total += weights.back();
        }
        for (std::size_t b = 0; b < weights.size(); ++b)
          add(cells[static_cast<std::size_t>(chosen[b])], std::sqrt(strength_ * weights[b] / total),
              scores);
      } else {
        const double scale = std::sqrt(strength_ / static_cast<double>(cells.size()));
        for (const index cell : cells) add(cell, scale * draw::normal(rng), scores);
      }
    }

   private:
    friend full_copula;
    static constexpr std::size_t few = 3;

    void add(index cell, double weight, std::span<double> scores) const {
      const float* r = residuals_.data() + cell * residuals_.cols();
      for (std::size_t m = 0; m < scores.size(); ++m)
        scores[m] += weight * static_cast<double>(r[m]);
    }

    double strength_ = 0;
    index blend_ = 0;
    matrix<float> residuals_;                ///< cells x genes, scores about their state's d
    matrix<double> means_;                   ///< states x genes
    std::vector<std::vector<index>> cells_;  ///< of each state
    std::vector<index> many_;                ///< cells of the states of more than `few`
  };

  /// @throws std::invalid_argument for options out of range.
  template <executor Executor>
  [[nodiscard]] fitted fit(const Executor& run, const scored_pilot& pilot,
                           const random_streams& streams) const {
    require(strength >= 0 && strength <= 1, "full_copula", "strength must be in [0, 1]");
    require(mean_cells >= 0, "full_copula", "mean_cells must not be negative");
    require(blend >= 0, "full_copula", "blend must not be negative");
    const index cells = pilot.cells(), genes = pilot.genes(), states = pilot.states();
    fitted result;
    result.strength_ = strength;
    result.blend_ = blend;
    result.residuals_.resize(cells, genes);
    result.means_ = matrix<double>::Zero(states, genes);
    result.cells_.resize(static_cast<std::size_t>(states));
    for (index i = 0; i < cells; ++i) {
      result.cells_[static_cast<std::size_t>(pilot.state()[static_cast<std::size_t>(i)])].push_back(
          i);
    }
    for (const auto& own : result.cells_)
      if (own.size() > fitted::few) result.many_.insert(result.many_.end(), own.begin(), own.end());
    for_each_range(run, genes, 16, [&](index begin, index end) {
      std::vector<score_interval> intervals(static_cast<std::size_t>(cells));
      std::vector<double> scores(intervals.size());
      for (index m = begin; m < end; ++m) {
        random_engine engine = streams[static_cast<std::uint64_t>(m)];
        pilot.intervals(m, intervals);
        for (std::size_t i = 0; i < scores.size(); ++i) {
          const double low = math::normal_cdf(intervals[i].lower);
          const double high = math::normal_cdf(intervals[i].upper);
          scores[i] = std::clamp(math::normal_quantile(low + draw::uniform(engine) * (high - low)),
                                 -score_limit, score_limit);
        }
        for (index s = 0; s < states; ++s) {
          const auto& own = result.cells_[static_cast<std::size_t>(s)];
          if (own.empty()) continue;
          double sum = 0, squares = 0;
          for (const index i : own) sum += scores[static_cast<std::size_t>(i)];
          const auto count = static_cast<double>(own.size());
          // The mean is shrunk towards 0, what the negative binomial says.
          const double mean = exact_marginals ? 0 : sum / (count + mean_cells);
          // Random combinations have mean 0, positive ones (blend) only if the residuals have.
          const double centre = exact_marginals || blend > 0 ? sum / count : mean;
          for (const index i : own) {
            const double r = scores[static_cast<std::size_t>(i)] - centre;
            squares += r * r;
          }
          const double root = std::sqrt(squares / count);
          const double scale = exact_marginals && root > 0 ? 1 / root : 1;
          for (const index i : own)
            result.residuals_(i, m) =
                static_cast<float>(scale * (scores[static_cast<std::size_t>(i)] - centre));
          result.means_(s, m) = mean;
        }
      }
    });
    return result;
  }
};

static_assert(residual_policy<full_copula>);

}  // namespace harmonium::inline v0_2
