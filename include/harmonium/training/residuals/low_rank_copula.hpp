// SPDX-License-Identifier: MIT
/// @file
/// Residual correlation through a few latent factors, learned from the intervals of scores that the
/// counts stand for, with loadings shrunk by what the genes have in common.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/cholesky.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/residuals/factor_scores.hpp"
#include "harmonium/training/residuals/factor_centre.hpp"
#include "harmonium/training/residuals/factor_em.hpp"
#include "harmonium/training/residuals/residual_policy.hpp"
#include "harmonium/training/residuals/scored_pilot.hpp"

namespace harmonium::inline v0_2 {

/// A Gaussian copula with factors: the scores of a cell are z = W f + sqrt(psi) e, e independent
/// standard normal, f normal with mean and covariance of the cell's state, W common to all states.
/// Fitted by variational EM: z is known to lie in its count's interval, so that zeros and small
/// counts do not attenuate the correlation (as they do where scores are drawn once). Loadings have
/// a scale mixture of normals with a point mass at none as prior, estimated for each factor over
/// all genes (adaptive shrinkage: Stephens 2017, doi 10.1093/biostatistics/kxw041; Wang and
/// Stephens 2021, "Empirical Bayes matrix factorization", JMLR 22): unshrunk loadings of 384 cells
/// would point all synthetic cells into directions that real ones do not have.
/// Cost of the fit: iterations x genes x (cells x (rank + about 2 exponentials) + rank x 22 of
/// them). Memory: (64 cells + genes) x rank, the intervals of the non-zero counts.
struct low_rank_copula {
  index rank = 20;               ///< factors, at most one per 8 pilot cells
  index iterations = 12;         ///< of variational EM
  double state_cells = 20;       ///< average cells in a state's covariance; more: states alike
  double mean_cells = 5;         ///< average cells in a state's mean factor; more shrinks it
  double least_variance = 0.05;  ///< of a gene's own part psi
  bool exact_marginals = false;  ///< true: every gene keeps its negative binomial exactly; false:
                                 ///< mean and variance of a state's scores may correct it
  std::shared_ptr<const factor_centre> centre = {};  ///< loadings to shrink to, in place of `rank`;
                                                     ///< `train_harmonium` sets it with a prior

  using fitted = factor_scores;
  class fit;

  /// @throws std::invalid_argument for options out of range.
  [[nodiscard]] fit begin(std::shared_ptr<const scored_pilot> pilot,
                          const random_streams& streams) const;
};

/// The start, then one iteration of EM at a time.
class low_rank_copula::fit {
 public:
  fit(const low_rank_copula& settings, std::shared_ptr<const scored_pilot> pilot)
      : settings_(settings), pilot_(std::move(pilot)) {}

  [[nodiscard]] index steps() const noexcept { return 1 + settings_.iterations; }
  [[nodiscard]] index taken() const noexcept { return taken_; }

  template <executor Executor>
  void step(const Executor& run) {
    if (!em_) {
      constexpr index cells_per_factor = 8;
      const index most =
          std::min(pilot_->cells() / pilot_->copies() / cells_per_factor, pilot_->genes());
      if (settings_.centre) {
        const index free =
            std::clamp<index>(most - settings_.centre->rank(), 0, settings_.centre->free_factors);
        em_.emplace(run, pilot_, settings_.centre, free, settings_.least_variance);
      } else {
        const index used = std::clamp<index>(settings_.rank, 1, std::max<index>(1, most));
        em_.emplace(run, pilot_, used, settings_.least_variance);
      }
    } else {
      factor_em next = *em_;
      next.iterate(run);
      em_ = std::move(next);
    }
    ++taken_;
  }

  /// Mean and covariance of f in every state, with the loadings. A template, so that only who calls
  /// it compiles the factorisation.
  template <std::same_as<factor_scores> Result = factor_scores>
  [[nodiscard]] Result result() const {
    const index cells = pilot_->cells(), states = pilot_->states(), factors = em_->rank();
    const matrix<double>&f = em_->factors(), &uncertainty = em_->uncertainty();
    constexpr double least_cells = 1e-9, ridge = 1e-9;  // where a state knows nothing
    score_factors parts{
        em_->loadings(), em_->own_variances(), matrix<double>::Zero(states, factors), {}};
    matrix<double> common = uncertainty;
    const double share = 1.0 / static_cast<double>(cells);
    std::vector<double> count(static_cast<std::size_t>(states), 0.0);
    for (index i = 0; i < cells; ++i) {
      const index s = pilot_->state()[static_cast<std::size_t>(i)];
      count[static_cast<std::size_t>(s)] += 1;
      for (index k = 0; k < factors; ++k) parts.means(s, k) += f(k, i);
      for (index j = 0; j < factors; ++j)
        for (index k = 0; k < factors; ++k) common(j, k) += share * f(j, i) * f(k, i);
    }
    std::vector<matrix<double>> covariance(static_cast<std::size_t>(states),
                                           settings_.state_cells * common);
    const bool covariances_known = settings_.centre && !settings_.centre->covariances.empty();
    const double prior_cells =
        covariances_known ? settings_.centre->state_cells : settings_.state_cells;
    if (covariances_known)
      for (std::size_t s = 0; s < covariance.size(); ++s)
        covariance[s] = prior_cells * known_covariance(common, s);
    for (index s = 0; s < states; ++s)
      parts.means.row(s) /=
          std::max(count[static_cast<std::size_t>(s)] + settings_.mean_cells, least_cells);
    for (index i = 0; i < cells; ++i) {
      const index s = pilot_->state()[static_cast<std::size_t>(i)];
      auto& own = covariance[static_cast<std::size_t>(s)];
      for (index j = 0; j < factors; ++j)
        for (index k = 0; k < factors; ++k)
          own(j, k) +=
              (f(j, i) - parts.means(s, j)) * (f(k, i) - parts.means(s, k)) + uncertainty(j, k);
    }
    for (std::size_t s = 0; s < covariance.size(); ++s) {
      covariance[s] /= std::max(count[s] + prior_cells, least_cells);
      for (index k = 0; k < factors; ++k) covariance[s](k, k) += ridge;
      if (!cholesky(covariance[s]))
        throw std::domain_error("low_rank_copula: the covariance of state " + std::to_string(s) +
                                " is not positive definite");
      parts.roots.push_back(std::move(covariance[s]));
    }
    give_variance(parts, common);
    if (settings_.exact_marginals) {
      parts.means.setZero();
      parts.scales.resize(states, pilot_->genes());
      for (index s = 0; s < states; ++s)
        for (index m = 0; m < pilot_->genes(); ++m)
          parts.scales(s, m) =
              1 / std::sqrt(parts.own_variances[m] + variance_of_factors(parts, s, m));
    }
    return factor_scores(std::move(parts));
  }

 private:
  /// That of the centre for the factors it knows, in place of that of all states together.
  [[nodiscard]] matrix<double> known_covariance(const matrix<double>& common,
                                                std::size_t state) const {
    const index known = settings_.centre->rank(), free = common.rows() - known;
    matrix<double> covariance = matrix<double>::Zero(common.rows(), common.cols());
    covariance.topLeftCorner(known, known) = settings_.centre->covariances[state];
    covariance.bottomRightCorner(free, free) = common.bottomRightCorner(free, free);
    return covariance;
  }

  /// Scores of all states together have the mean square that they have in the pilot, 1 where they
  /// were calibrated; their correlations stay. Counts are convex in the scores: scores that vary
  /// too little make cells whose means are too low.
  /// @see the delta parameterisation of ordinal factor analysis, Muthen (1984), Psychometrika 49,
  /// doi 10.1007/bf02294210
  /// @param common mean square of the factors over all cells, rank x rank
  void give_variance(score_factors& parts, const matrix<double>& common) const {
    for (index m = 0; m < pilot_->genes(); ++m) {
      double has = parts.own_variances[m];
      for (index j = 0; j < common.rows(); ++j)
        for (index k = 0; k < common.cols(); ++k)
          has += parts.loadings(m, j) * common(j, k) * parts.loadings(m, k);
      const double factor = em_->mean_squares()[m] / has;
      parts.own_variances[m] *= factor;
      parts.loadings.row(m) *= std::sqrt(factor);
    }
  }

  /// Of W_m f in a state.
  static double variance_of_factors(const score_factors& parts, index state, index gene) {
    const index factors = parts.loadings.cols();
    double variance = 0;
    for (index j = 0; j < factors; ++j) {
      double along = 0;
      for (index k = j; k < factors; ++k)
        along += parts.loadings(gene, k) * parts.roots[static_cast<std::size_t>(state)](k, j);
      variance += along * along;
    }
    return variance;
  }

  low_rank_copula settings_;
  std::shared_ptr<const scored_pilot> pilot_;
  std::optional<factor_em> em_;
  index taken_ = 0;
};

inline low_rank_copula::fit low_rank_copula::begin(std::shared_ptr<const scored_pilot> pilot,
                                                   const random_streams& /*streams*/) const {
  require(rank >= 1, "low_rank_copula", "rank must be at least 1");
  require(iterations >= 1, "low_rank_copula", "iterations must be at least 1");
  require(state_cells >= 0, "low_rank_copula", "state_cells must not be negative");
  require(mean_cells >= 0, "low_rank_copula", "mean_cells must not be negative");
  require(least_variance > 0, "low_rank_copula", "least_variance must be positive");
  if (centre) {
    require(pilot == nullptr || centre->genes() == pilot->genes(), "low_rank_copula",
            "the centre is not one of the pilot's genes");
    require(pilot == nullptr || centre->covariances.empty() ||
                std::ssize(centre->covariances) == pilot->states(),
            "low_rank_copula", "the centre needs one covariance for each state, or none");
  }
  return {*this, std::move(pilot)};
}

static_assert(residual_policy<low_rank_copula>);

}  // namespace harmonium::inline v0_2
