// SPDX-License-Identifier: MIT
/// @file
/// Variational expectation-maximisation of a factor model of scores that are known to lie in
/// intervals.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/analysis/linear_operator.hpp"
#include "harmonium/analysis/pca.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/truncated_normal.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/symmetric_factor.hpp"
#include "harmonium/core/wide_packs.hpp"
#include "harmonium/core/widest.hpp"
#include "harmonium/training/residuals/centred_loading_prior.hpp"
#include "harmonium/training/residuals/expected_scores.hpp"
#include "harmonium/training/residuals/factor_centre.hpp"
#include "harmonium/training/residuals/loading_prior.hpp"
#include "harmonium/training/residuals/scored_pilot.hpp"

namespace harmonium::inline v0_2 {

/// z_i = W f_i + sqrt(psi) e_i, of which the interval of each number of z_i is known. Only f is
/// kept per cell; the scores are found again gene by gene. A value: a copy is a checkpoint.
class factor_em {
 public:
  /// Starts from the principal components of the expected scores.
  template <executor Executor>
  factor_em(const Executor& run, std::shared_ptr<const scored_pilot> pilot, index rank,
            double least_variance)
      : pilot_(std::move(pilot)),
        rank_(rank),
        least_variance_(least_variance),
        factors_(matrix<double>::Zero(rank, pilot_->cells())),
        uncertainty_(matrix<double>::Zero(rank, rank)),
        loadings_(matrix<double>::Zero(pilot_->genes(), rank)),
        variance_(vector<double>::Ones(pilot_->genes())),
        mean_squares_(vector<double>::Ones(pilot_->genes())),
        prior_(rank),
        centred_prior_(0) {
    const expected_scores expected(run, *pilot_);
    const principal_components start =
        pca(watched_operator(expected, run), {.components = rank, .tolerance = 1e-4});
    const double root = std::sqrt(static_cast<double>(pilot_->cells()));
    for (index k = 0; k < start.singular_values.size(); ++k)
      if (start.singular_values[k] > 0)
        factors_.row(k) = start.scores.col(k).transpose() * (root / start.singular_values[k]);
  }

  /// Starts from the factors that a centre sees and `free` others. @throws std::invalid_argument if
  /// the centre is not of the pilot's genes.
  template <executor Executor>
  factor_em(const Executor& run, std::shared_ptr<const scored_pilot> pilot,
            std::shared_ptr<const factor_centre> centre, index free, double least_variance)
      : pilot_(std::move(pilot)),
        rank_(centre->rank() + free),
        least_variance_(least_variance),
        loadings_(matrix<double>::Zero(pilot_->genes(), rank_)),
        variance_(centre->own_variances),
        mean_squares_(vector<double>::Ones(pilot_->genes())),
        prior_(rank_),
        centre_(std::move(centre)),
        centred_prior_(centre_->rank()) {
    require(centre_->genes() == pilot_->genes() && variance_.size() == pilot_->genes() &&
                std::ssize(centre_->known) == pilot_->genes(),
            "factor_em", "the centre is not one of the pilot's genes");
    const expected_scores expected(run, *pilot_);
    auto start = start_about(watched_operator(expected, run), *centre_, free);
    factors_ = std::move(start.factors);
    uncertainty_ = std::move(start.uncertainty);
    loadings_.leftCols(centre_->rank()) = centre_->loadings;
  }

  /// One pass over the genes, then the factors of the cells.
  template <executor Executor>
  void iterate(const Executor& run) {
    const index cells = pilot_->cells(), genes = pilot_->genes();
    constexpr double least_second = 1e-9;
    matrix<double> second = static_cast<double>(cells) * uncertainty_;
    for (index i = 0; i < cells; ++i)
      for (index j = 0; j < rank_; ++j)
        for (index k = 0; k < rank_; ++k) second(j, k) += factors_(j, i) * factors_(k, i);
    for (index k = 0; k < rank_; ++k) second(k, k) = std::max(second(k, k), least_second);

    const index block_size = std::max<index>(32, (genes + 63) / 64);
    const index blocks = (genes + block_size - 1) / block_size;
    gene_sums all(rank_, centre_rank(), cells);
    all.precision.setIdentity();
    // Few blocks at a time: their sums are as large as the factors.
    constexpr index together = 8;
    for (index first = 0; first < blocks; first += together) {
      std::vector<gene_sums> sums(static_cast<std::size_t>(std::min(together, blocks - first)));
      run.for_each_block(std::ssize(sums), [&](index ahead) {
        const index b = first + ahead;
        gene_sums own(rank_, centre_rank(), cells);
        cell_arrays scratch(cells);
        const index end = std::min(genes, (b + 1) * block_size);
        for (index m = b * block_size; m < end; ++m) update_gene(m, second, scratch, own);
        sums[static_cast<std::size_t>(ahead)] = std::move(own);
      });
      for (const auto& own : sums) {
        all.received += own.received;
        all.precision += own.precision;
        all.prior_mass += own.prior_mass;
        all.centred_mass += own.centred_mass;
      }
    }
    uncertainty_ = symmetric_factor(all.precision).inverse();
    for (index i = 0; i < cells; ++i)
      for (index k = 0; k < rank_; ++k) {
        double f = 0;
        for (index j = 0; j < rank_; ++j) f += all.received(j, i) * uncertainty_(j, k);
        factors_(k, i) = f;
      }
    prior_.update(all.prior_mass);
    centred_prior_.update(all.centred_mass);
  }

  [[nodiscard]] const scored_pilot& pilot() const noexcept { return *pilot_; }
  [[nodiscard]] index rank() const noexcept { return rank_; }
  /// Posterior means of f, rank x cells.
  [[nodiscard]] const matrix<double>& factors() const noexcept { return factors_; }
  /// Posterior covariance of f, the same for all cells.
  [[nodiscard]] const matrix<double>& uncertainty() const noexcept { return uncertainty_; }
  /// W, genes x rank.
  [[nodiscard]] const matrix<double>& loadings() const noexcept { return loadings_; }
  /// psi, length genes.
  [[nodiscard]] const vector<double>& own_variances() const noexcept { return variance_; }
  /// Of the scores over all cells, length genes: 1 where they were calibrated, as calibration makes
  /// them; else as the last iteration expected them. Factors and own part together have less: a
  /// shrunk loading leaves to the own part what goes with the factors, and factors that are fitted
  /// to these cells take some of their noise.
  [[nodiscard]] const vector<double>& mean_squares() const noexcept { return mean_squares_; }

 private:
  /// What a block of genes adds up for the factors and the prior.
  struct gene_sums {
    gene_sums() = default;
    gene_sums(index rank, index centre_rank, index cells)
        : received(matrix<double>::Zero(rank, cells)),
          precision(matrix<double>::Zero(rank, rank)),
          prior_mass(matrix<double>::Zero(rank, loading_prior::scales)),
          centred_mass(matrix<double>::Zero(centre_rank, centred_loading_prior::parts)) {}
    matrix<double> received;      ///< rank x cells: sum over genes of W_m z_im / psi_m
    matrix<double> precision;     ///< rank x rank: sum of W_m W_m' / psi_m
    matrix<double> prior_mass;    ///< rank x scales
    matrix<double> centred_mass;  ///< rank of the centre x parts
  };

  /// One number per cell each.
  struct cell_arrays {
    explicit cell_arrays(index cells) : lower(cells), upper(cells), score(cells), part(cells) {}
    vector<double> lower, upper, score, part;
  };

  [[nodiscard]] index centre_rank() const noexcept { return centre_ ? centre_->rank() : 0; }

  void update_gene(index m, const matrix<double>& second, cell_arrays& own, gene_sums& sums) {
    const bool known = centre_ && centre_->known[static_cast<std::size_t>(m)];
    // For the gene's own variance: cells of variance 1, or of the centre's.
    const auto copies = static_cast<double>(pilot_->copies());
    const double prior_cells = copies * (known ? centre_->prior_cells : 5);
    const double prior_squares = known ? prior_cells * centre_->own_variances[m] : prior_cells;
    const index centred = known ? centre_rank() : 0;
    const auto cells = static_cast<double>(pilot_->cells());
    double* w = loadings_.data() + m * rank_;
    pilot_->intervals(m, as_span(own.lower), as_span(own.upper));
    // Scores, given the factors.
    std::vector<double> pairs(static_cast<std::size_t>(rank_));
    double squares = expect_scores(w, variance_[m], own, pairs);
    if (pilot_->calibrations().empty()) {
      double whole = squares + prior_cells;
      for (const double z : own.score) whole += z * z;
      mean_squares_[m] = whole / (cells + prior_cells);
    }
    // Loadings, one after the other.
    for (index k = 0; k < rank_; ++k) {
      double fit = pairs[static_cast<std::size_t>(k)];
      for (index j = 0; j < rank_; ++j)
        if (j != k) fit -= w[j] * second(j, k);
      const double value = fit / second(k, k), error = copies * variance_[m] / second(k, k);
      w[k] = k < centred ? centred_prior_.shrink(value, error, centre_->loadings(m, k), k,
                                                 sums.centred_mass)
                         : prior_.shrink(value, error, k, sums.prior_mass);
    }
    // The gene's own variance.
    squares += residual_squares(w, own);
    for (index j = 0; j < rank_; ++j)
      for (index k = 0; k < rank_; ++k) squares += cells * w[j] * uncertainty_(j, k) * w[k];
    variance_[m] = std::max((squares + prior_squares) / (cells + prior_cells), least_variance_);
    // What the factors receive.
    for (index j = 0; j < rank_; ++j) {
      const double scaled = w[j] / variance_[m];
      for (index k = 0; k < rank_; ++k) sums.precision(j, k) += scaled * w[k];
    }
    add_to_factors(w, variance_[m], own, sums.received);
  }

  /// Expected scores of all cells. @param[out] pairs their products with every factor
  /// @return sum of their variances
  double expect_scores(const double* w, double variance, cell_arrays& own,
                       std::span<double> pairs) const {
    const index cells = pilot_->cells(), rank = rank_;
    const double deviation = std::sqrt(variance);
    double spread = 0;
    packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
      const double* f = factors_.data();
      const double *lower = own.lower.data(), *upper = own.upper.data();
      double* score = own.score.data();
      spread = packs::sum_in_lanes<double, Bytes>(
          cells, [=]<class Pack>(index i, double* lane) __attribute__((always_inline)) {
            Pack centre(0.0);
            for (index k = 0; k < rank; ++k)
              centre = centre + Pack(w[k]) * Pack::load(f + k * cells + i);
            const Pack scale(deviation);
            const auto known = packs::truncated_normal((Pack::load(lower + i) - centre) / scale,
                                                       (Pack::load(upper + i) - centre) / scale);
            (centre + scale * known.mean).store(score + i);
            (Pack::load(lane) + Pack(variance) * known.variance).store(lane);
          });
      for (index k = 0; k < rank; ++k)
        pairs[static_cast<std::size_t>(k)] = packs::sum_in_lanes<double, Bytes>(
            cells, [=]<class Pack>(index i, double* lane) __attribute__((always_inline)) {
              (Pack::load(lane) + Pack::load(score + i) * Pack::load(f + k * cells + i))
                  .store(lane);
            });
    });
    return spread;
  }

  /// Sum of squares of what the factors leave of the scores.
  double residual_squares(const double* w, const cell_arrays& own) const {
    const index cells = pilot_->cells(), rank = rank_;
    double squares = 0;
    packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
      const double *f = factors_.data(), *score = own.score.data();
      squares = packs::sum_in_lanes<double, Bytes>(
          cells, [=]<class Pack>(index i, double* lane) __attribute__((always_inline)) {
            Pack rest = Pack::load(score + i);
            for (index k = 0; k < rank; ++k)
              rest = rest - Pack(w[k]) * Pack::load(f + k * cells + i);
            (Pack::load(lane) + rest * rest).store(lane);
          });
    });
    return squares;
  }

  void add_to_factors(const double* w, double variance, const cell_arrays& own,
                      matrix<double>& received) const {
    const index cells = pilot_->cells();
    packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
      const double* score = own.score.data();
      for (index k = 0; k < rank_; ++k) {
        const double scaled = w[k] / variance;
        if (scaled == 0) continue;
        packs::for_each<double, Bytes>(
            cells, [ =, to = received.data() + k * cells ]<class Pack>(index i)
                       __attribute__((always_inline)) {
                         (Pack::load(to + i) + Pack(scaled) * Pack::load(score + i)).store(to + i);
                       });
      }
    });
  }

  std::shared_ptr<const scored_pilot> pilot_;
  index rank_;
  double least_variance_;
  matrix<double> factors_;
  matrix<double> uncertainty_;
  matrix<double> loadings_;
  vector<double> variance_;
  vector<double> mean_squares_;
  loading_prior prior_;  ///< of free factors, and of genes that the centre does not know
  std::shared_ptr<const factor_centre> centre_;  ///< none: every factor is free
  centred_loading_prior centred_prior_;
};

}  // namespace harmonium::inline v0_2
