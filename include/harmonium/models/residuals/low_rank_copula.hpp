// SPDX-License-Identifier: MIT
/// @file
/// Residual correlation through a few latent factors, learned from the intervals of scores that the
/// counts stand for, with loadings shrunk by what the genes have in common.
#pragma once

#include <Eigen/Cholesky>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/analysis/linear_operator.hpp"
#include "harmonium/analysis/pca.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/normal.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/residuals/scored_pilot.hpp"

namespace harmonium::inline v0_2 {

/// Cells x genes matrix of the expected scores given the counts alone, centred within states: zeros
/// share one value per state and gene, so that it is stored as sparse + rank of the states, the
/// sparse part as floats gene by gene: 4 bytes a non-zero count. Borrows the pilot.
class expected_scores {
 public:
  explicit expected_scores(const scored_pilot& pilot)
      : state_(pilot.state()),
        where_(&pilot.counted()),
        excess_(where_->size()),
        zero_(matrix<double>::Zero(pilot.states(), pilot.genes())),
        squares_(vector<double>::Zero(pilot.genes())) {
    std::vector<score_interval> intervals(static_cast<std::size_t>(pilot.cells()));
    std::vector<double> sum(static_cast<std::size_t>(pilot.states()));
    std::vector<double> cells(sum.size(), 0.0), zeros(sum.size()), zero_sum(sum.size());
    for (const index s : state_) cells[static_cast<std::size_t>(s)] += 1;
    std::vector<double> score(intervals.size());
    std::vector<char> counted(intervals.size());
    for (index m = 0; m < pilot.genes(); ++m) {
      pilot.intervals(m, intervals);
      std::fill(sum.begin(), sum.end(), 0.0);
      std::fill(zeros.begin(), zeros.end(), 0.0);
      std::fill(zero_sum.begin(), zero_sum.end(), 0.0);
      std::fill(counted.begin(), counted.end(), 0);
      for (const index i : where_->cells(m)) counted[static_cast<std::size_t>(i)] = 1;
      for (std::size_t i = 0; i < score.size(); ++i) {
        score[i] = math::truncated_normal(intervals[i].lower, intervals[i].upper).mean;
        const auto s = static_cast<std::size_t>(state_[i]);
        sum[s] += score[i];
        if (!counted[i]) {
          zeros[s] += 1;
          zero_sum[s] += score[i];
        }
      }
      for (std::size_t s = 0; s < sum.size(); ++s)
        if (zeros[s] > 0)
          zero_(static_cast<index>(s), m) = zero_sum[s] / zeros[s] - sum[s] / cells[s];
      float* excess = where_->part(std::span(excess_), m).data();
      for (std::size_t i = 0; i < score.size(); ++i) {
        const auto s = static_cast<std::size_t>(state_[i]);
        const double zero = zero_(static_cast<index>(s), m);
        const double own = counted[i] ? score[i] - sum[s] / cells[s] : zero;
        squares_[m] += own * own;
        if (counted[i]) *excess++ = static_cast<float>(own - zero);
      }
    }
  }

  [[nodiscard]] index rows() const noexcept { return static_cast<index>(state_.size()); }
  [[nodiscard]] index cols() const noexcept { return zero_.cols(); }

  void multiply(std::span<const double> in, std::span<double> out) const {
    std::vector<double> base(static_cast<std::size_t>(zero_.rows()), 0.0);
    for (index s = 0; s < zero_.rows(); ++s)
      for (index m = 0; m < cols(); ++m)
        base[static_cast<std::size_t>(s)] += zero_(s, m) * in[static_cast<std::size_t>(m)];
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = base[static_cast<std::size_t>(state_[i])];
    for (index m = 0; m < cols(); ++m)
      for_each_counted(m, [&, weight = in[static_cast<std::size_t>(m)]](
                              std::size_t i, double excess) { out[i] += excess * weight; });
  }

  void multiply_transposed(std::span<const double> in, std::span<double> out) const {
    std::vector<double> base(static_cast<std::size_t>(zero_.rows()), 0.0);
    for (std::size_t i = 0; i < state_.size(); ++i)
      base[static_cast<std::size_t>(state_[i])] += in[i];
    std::fill(out.begin(), out.end(), 0.0);
    for (index s = 0; s < zero_.rows(); ++s)
      for (index m = 0; m < cols(); ++m)
        out[static_cast<std::size_t>(m)] += zero_(s, m) * base[static_cast<std::size_t>(s)];
    for (index m = 0; m < cols(); ++m)
      for_each_counted(m, [&, &sum = out[static_cast<std::size_t>(m)]](
                              std::size_t i, double excess) { sum += excess * in[i]; });
  }

  /// Zero by construction.
  [[nodiscard]] vector<double> column_means() const { return vector<double>::Zero(cols()); }
  [[nodiscard]] vector<double> column_squares() const { return squares_; }

 private:
  /// Calls `body(cell, excess)` for the gene's non-zero counts.
  template <class Body>
  void for_each_counted(index gene, Body&& body) const {
    const auto cells = where_->cells(gene);
    const auto excess = where_->part(std::span(excess_), gene);
    for (std::size_t k = 0; k < cells.size(); ++k)
      body(static_cast<std::size_t>(cells[k]), static_cast<double>(excess[k]));
  }

  std::vector<index> state_;
  const cells_by_gene* where_;
  std::vector<float> excess_;  ///< scores of non-zero counts less that of a zero, gene by gene
  matrix<double> zero_;
  vector<double> squares_;
};

static_assert(linear_operator<expected_scores>);

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
  index rank = 20;  ///< factors, at most one per 8 pilot cells
  index iterations = 12;
  double state_cells = 20;       ///< average cells in a state's covariance; more: states alike
  double mean_cells = 5;         ///< average cells in a state's mean factor; more shrinks it
  double least_variance = 0.05;  ///< of a gene's own part psi
  bool exact_marginals = false;  ///< true: every gene keeps its negative binomial exactly; false:
                                 ///< mean and variance of the scores may correct it

  class fitted {
   public:
    void draw(index state, random_engine& rng, std::span<double> scores) const {
      const index factors = loadings_.cols();
      std::vector<double> factor(static_cast<std::size_t>(factors)), normal(factor.size());
      const auto s = static_cast<std::size_t>(state);
      for (double& g : normal) g = draw::normal(rng);
      for (index k = 0; k < factors; ++k) {
        double sum = means_(state, k);
        for (index j = 0; j <= k; ++j) sum += roots_[s](k, j) * normal[static_cast<std::size_t>(j)];
        factor[static_cast<std::size_t>(k)] = sum;
      }
      const double* scale = scales_.size() > 0 ? scales_.data() + state * scales_.cols() : nullptr;
      for (std::size_t m = 0; m < scores.size(); ++m) {
        const double* w = loadings_.data() + static_cast<index>(m) * factors;
        double z = deviation_[static_cast<index>(m)] * draw::normal(rng);
        for (index k = 0; k < factors; ++k) z += w[k] * factor[static_cast<std::size_t>(k)];
        scores[m] = scale ? z * scale[m] : z;
      }
    }

    /// W, genes x rank.
    [[nodiscard]] const matrix<double>& loadings() const noexcept { return loadings_; }
    /// psi, length genes.
    [[nodiscard]] vector<double> own_variances() const {
      return vector<double>(deviation_.array().square());
    }

   private:
    friend low_rank_copula;

    matrix<double> loadings_;
    vector<double> deviation_;           ///< root of psi
    matrix<double> means_;               ///< states x rank
    std::vector<matrix<double>> roots_;  ///< per state, lower Cholesky factor of f's covariance
    matrix<double> scales_;              ///< states x genes with exact marginals, else empty
  };

  /// @throws std::invalid_argument for options out of range.
  template <executor Executor>
  [[nodiscard]] fitted fit(const Executor& run, const scored_pilot& pilot,
                           const random_streams& /*streams*/) const {
    require(rank >= 1, "low_rank_copula", "rank must be at least 1");
    require(iterations >= 1, "low_rank_copula", "iterations must be at least 1");
    require(state_cells >= 0, "low_rank_copula", "state_cells must not be negative");
    require(mean_cells >= 0, "low_rank_copula", "mean_cells must not be negative");
    require(least_variance > 0, "low_rank_copula", "least_variance must be positive");
    const index most = std::min(pilot.cells() / 8, pilot.genes());
    const index used = std::clamp<index>(rank, 1, std::max<index>(1, most));
    factor_em em(*this, pilot, used);
    for (index iteration = 0; iteration < iterations; ++iteration) em.iterate(run);
    return em.finish();
  }

 private:
  /// The state of the fit. Only f is kept per cell; the scores are found again gene by gene.
  class factor_em {
   public:
    factor_em(const low_rank_copula& settings, const scored_pilot& pilot, index rank)
        : settings_(&settings),
          pilot_(&pilot),
          rank_(rank),
          factors_(matrix<double>::Zero(pilot.cells(), rank)),
          uncertainty_(matrix<double>::Zero(rank, rank)),
          loadings_(matrix<double>::Zero(pilot.genes(), rank)),
          variance_(vector<double>::Ones(pilot.genes())),
          prior_(matrix<double>::Constant(rank, scales, 1.0 / static_cast<double>(scales))) {
      const principal_components start =
          pca(expected_scores(pilot), {.components = rank, .tolerance = 1e-4});
      const double root = std::sqrt(static_cast<double>(pilot.cells()));
      for (index k = 0; k < start.singular_values.size(); ++k)
        if (start.singular_values[k] > 0)
          factors_.col(k) = start.scores.col(k) * (root / start.singular_values[k]);
    }

    /// One pass over the genes, then the factors of the cells.
    template <executor Executor>
    void iterate(const Executor& run) {
      const index cells = pilot_->cells(), genes = pilot_->genes();
      matrix<double> second = static_cast<double>(cells) * uncertainty_;
      for (index i = 0; i < cells; ++i)
        for (index j = 0; j < rank_; ++j)
          for (index k = 0; k < rank_; ++k) second(j, k) += factors_(i, j) * factors_(i, k);
      for (index k = 0; k < rank_; ++k) second(k, k) = std::max(second(k, k), 1e-9);

      const index block_size = std::max<index>(32, (genes + 63) / 64);
      const index blocks = (genes + block_size - 1) / block_size;
      matrix<double> heard = matrix<double>::Zero(cells, rank_);
      matrix<double> precision = matrix<double>::Identity(rank_, rank_);
      matrix<double> mass = matrix<double>::Zero(rank_, scales);
      // Few blocks at a time: their sums are as large as the factors.
      constexpr index together = 8;
      for (index first = 0; first < blocks; first += together) {
        std::vector<block_sums> sums(static_cast<std::size_t>(std::min(together, blocks - first)));
        run.for_each_block(std::ssize(sums), [&](index ahead) {
          const index b = first + ahead;
          auto& own = sums[static_cast<std::size_t>(ahead)];
          own = block_sums{matrix<double>::Zero(cells, rank_), matrix<double>::Zero(rank_, rank_),
                           matrix<double>::Zero(rank_, scales)};
          std::vector<score_interval> intervals(static_cast<std::size_t>(cells));
          std::vector<double> scores(intervals.size());
          const index end = std::min(genes, (b + 1) * block_size);
          for (index m = b * block_size; m < end; ++m)
            update_gene(m, second, intervals, scores, own);
        });
        for (const auto& own : sums) {
          heard += own.heard;
          precision += own.precision;
          mass += own.prior_mass;
        }
      }
      uncertainty_ = precision.ldlt().solve(matrix<double>(matrix<double>::Identity(rank_, rank_)));
      for (index i = 0; i < cells; ++i)
        for (index k = 0; k < rank_; ++k) {
          double f = 0;
          for (index j = 0; j < rank_; ++j) f += heard(i, j) * uncertainty_(j, k);
          factors_(i, k) = f;
        }
      for (index k = 0; k < rank_; ++k) {
        mass(k, 0) += 10;  // favours no loading, where the genes cannot tell
        double sum = mass(k, 0);
        for (index j = 1; j < scales; ++j) {
          mass(k, j) += 0.1;
          sum += mass(k, j);
        }
        for (index j = 0; j < scales; ++j) prior_(k, j) = mass(k, j) / sum;
      }
    }

    /// Mean and covariance of f in every state.
    [[nodiscard]] fitted finish() const {
      const index cells = pilot_->cells(), states = pilot_->states();
      fitted result;
      result.loadings_ = loadings_;
      result.deviation_ = variance_.array().sqrt();
      result.means_ = matrix<double>::Zero(states, rank_);
      matrix<double> common = uncertainty_;
      const double share = 1.0 / static_cast<double>(cells);
      for (index i = 0; i < cells; ++i)
        for (index j = 0; j < rank_; ++j)
          for (index k = 0; k < rank_; ++k) common(j, k) += share * factors_(i, j) * factors_(i, k);
      std::vector<double> count(static_cast<std::size_t>(states), 0.0);
      for (index i = 0; i < cells; ++i) {
        const index s = pilot_->state()[static_cast<std::size_t>(i)];
        count[static_cast<std::size_t>(s)] += 1;
        for (index k = 0; k < rank_; ++k) result.means_(s, k) += factors_(i, k);
      }
      std::vector<matrix<double>> covariance(static_cast<std::size_t>(states),
                                             settings_->state_cells * common);
      for (index s = 0; s < states; ++s)
        for (index k = 0; k < rank_; ++k)
          result.means_(s, k) /=
              std::max(count[static_cast<std::size_t>(s)] + settings_->mean_cells, 1e-9);
      for (index i = 0; i < cells; ++i) {
        const index s = pilot_->state()[static_cast<std::size_t>(i)];
        auto& own = covariance[static_cast<std::size_t>(s)];
        for (index j = 0; j < rank_; ++j)
          for (index k = 0; k < rank_; ++k)
            own(j, k) +=
                (factors_(i, j) - result.means_(s, j)) * (factors_(i, k) - result.means_(s, k)) +
                uncertainty_(j, k);
      }
      for (std::size_t s = 0; s < covariance.size(); ++s) {
        covariance[s] /= std::max(count[s] + settings_->state_cells, 1e-9);
        for (index k = 0; k < rank_; ++k) covariance[s](k, k) += 1e-9;
        const Eigen::LLT<matrix<double>> root(covariance[s]);
        result.roots_.push_back(root.matrixL());
      }
      if (settings_->exact_marginals) {
        result.means_.setZero();
        result.scales_.resize(states, pilot_->genes());
        for (index s = 0; s < states; ++s)
          for (index m = 0; m < pilot_->genes(); ++m) {
            double variance = variance_[m];
            for (index j = 0; j < rank_; ++j) {
              double along = 0;
              for (index k = j; k < rank_; ++k)
                along += loadings_(m, k) * result.roots_[static_cast<std::size_t>(s)](k, j);
              variance += along * along;
            }
            result.scales_(s, m) = 1 / std::sqrt(variance);
          }
      }
      return result;
    }

   private:
    static constexpr index scales = 11;
    /// Standard deviations of the prior's parts.
    static constexpr std::array<double, scales> grid = {0,   0.02, 0.04, 0.07, 0.1, 0.15,
                                                        0.2, 0.3,  0.45, 0.7,  1.0};

    struct block_sums {
      matrix<double> heard;       ///< cells x rank: sum over genes of W_m z_im / psi_m
      matrix<double> precision;   ///< rank x rank: sum of W_m W_m' / psi_m
      matrix<double> prior_mass;  ///< rank x scales
    };

    void update_gene(index m, const matrix<double>& second, std::vector<score_interval>& intervals,
                     std::vector<double>& scores, block_sums& sums) {
      const index cells = pilot_->cells();
      double* w = loadings_.data() + m * rank_;
      // Scores, given the factors.
      pilot_->intervals(m, intervals);
      const double deviation = std::sqrt(variance_[m]);
      double spread = 0;
      std::vector<double> pairs(static_cast<std::size_t>(rank_), 0.0);
      for (index i = 0; i < cells; ++i) {
        const auto u = static_cast<std::size_t>(i);
        const double* f = factors_.data() + i * rank_;
        double centre = 0;
        for (index k = 0; k < rank_; ++k) centre += w[k] * f[k];
        const auto known = math::truncated_normal((intervals[u].lower - centre) / deviation,
                                                  (intervals[u].upper - centre) / deviation);
        scores[u] = centre + deviation * known.mean;
        spread += variance_[m] * known.variance;
        for (index k = 0; k < rank_; ++k) pairs[static_cast<std::size_t>(k)] += scores[u] * f[k];
      }
      // Loadings, one after the other.
      for (index k = 0; k < rank_; ++k) {
        double fit = pairs[static_cast<std::size_t>(k)];
        for (index j = 0; j < rank_; ++j)
          if (j != k) fit -= w[j] * second(j, k);
        w[k] = shrink(fit / second(k, k), variance_[m] / second(k, k), k, sums.prior_mass);
      }
      // The gene's own variance.
      double squares = spread;
      for (index i = 0; i < cells; ++i) {
        const double* f = factors_.data() + i * rank_;
        double rest = scores[static_cast<std::size_t>(i)];
        for (index k = 0; k < rank_; ++k) rest -= w[k] * f[k];
        squares += rest * rest;
      }
      for (index j = 0; j < rank_; ++j)
        for (index k = 0; k < rank_; ++k)
          squares += static_cast<double>(cells) * w[j] * uncertainty_(j, k) * w[k];
      constexpr double prior_cells = 5;  // of variance 1
      variance_[m] = std::max((squares + prior_cells) / (static_cast<double>(cells) + prior_cells),
                              settings_->least_variance);
      // What the factors hear.
      for (index j = 0; j < rank_; ++j) {
        const double scaled = w[j] / variance_[m];
        for (index k = 0; k < rank_; ++k) sums.precision(j, k) += scaled * w[k];
      }
      for (index i = 0; i < cells; ++i) {
        const double scaled = scores[static_cast<std::size_t>(i)] / variance_[m];
        double* heard = sums.heard.data() + i * rank_;
        for (index k = 0; k < rank_; ++k) heard[k] += w[k] * scaled;
      }
    }

    /// Posterior mean of a loading estimated as `value` with error variance `error`.
    double shrink(double value, double error, index factor, matrix<double>& prior_mass) const {
      std::array<double, scales> terms;
      double largest = -1e300;
      for (index j = 0; j < scales; ++j) {
        const auto u = static_cast<std::size_t>(j);
        const double variance = error + grid[u] * grid[u];
        terms[u] = -0.5 * (value * value / variance + math::log(variance));
        largest = std::max(largest, terms[u]);
      }
      double sum = 0, mean = 0;
      for (index j = 0; j < scales; ++j) {
        const auto u = static_cast<std::size_t>(j);
        terms[u] = prior_(factor, j) * math::exp(terms[u] - largest);
        sum += terms[u];
        const double own = grid[u] * grid[u];
        mean += terms[u] * value * (own / (own + error));
      }
      if (!(sum > 0)) return 0;
      for (index j = 0; j < scales; ++j)
        prior_mass(factor, j) += terms[static_cast<std::size_t>(j)] / sum;
      return mean / sum;
    }

    const low_rank_copula* settings_;
    const scored_pilot* pilot_;
    index rank_;
    matrix<double> factors_;      ///< cells x rank: posterior means of f
    matrix<double> uncertainty_;  ///< posterior covariance of f, the same for all cells
    matrix<double> loadings_;
    vector<double> variance_;  ///< psi
    matrix<double> prior_;     ///< rank x scales: weights of the prior's parts
  };
};

static_assert(residual_policy<low_rank_copula>);

}  // namespace harmonium::inline v0_2
