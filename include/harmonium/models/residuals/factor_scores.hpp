// SPDX-License-Identifier: MIT
/// @file
/// Scores that hang together through a few latent factors.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/normals.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/wide_packs.hpp"
#include "harmonium/core/widest.hpp"
#include "harmonium/models/residuals/residual_scores.hpp"

namespace harmonium::inline v0_2 {

/// The parts of a factor model of scores: z = (W f + sqrt(psi) e) times a scale, e independent
/// standard normal, f normal with mean and covariance of the cell's state.
struct score_factors {
  matrix<double> loadings;            ///< W, genes x rank
  vector<double> own_variances;       ///< psi > 0, length genes
  matrix<double> means;               ///< of f, states x rank
  std::vector<matrix<double>> roots;  ///< per state, lower Cholesky factor of f's covariance
  matrix<double> scales = {};         ///< states x genes; empty: all 1
};

/// Draws from it, in single precision. Cost: rank multiplications and one normal number a gene.
/// Memory: 4 (rank + 1) bytes a gene, with scales 4 more per state.
class factor_scores {
 public:
  /// @throws std::invalid_argument unless all sizes fit together.
  explicit factor_scores(score_factors parts) : parts_(std::move(parts)) {
    const index genes = parts_.loadings.rows(), rank = parts_.loadings.cols();
    const index states = parts_.means.rows();
    require(parts_.own_variances.size() == genes && parts_.means.cols() == rank &&
                std::ssize(parts_.roots) == states &&
                (parts_.scales.size() == 0 ||
                 (parts_.scales.rows() == states && parts_.scales.cols() == genes)),
            "factor_scores", "sizes do not fit together");
    for (const auto& root : parts_.roots)
      require(root.rows() == rank && root.cols() == rank, "factor_scores",
              "sizes do not fit together");
    weights_ = parts_.loadings.transpose().cast<float>();
    deviation_ = parts_.own_variances.array().sqrt().cast<float>();
    scales_ = parts_.scales.cast<float>();
  }

  void draw(index state, random_engine& rng, std::span<float> scores) const {
    const index rank = weights_.rows(), genes = weights_.cols();
    std::vector<float> factor(static_cast<std::size_t>(rank));
    std::vector<double> normal(factor.size());
    for (double& g : normal) g = draw::normal(rng);
    const auto& root = parts_.roots[static_cast<std::size_t>(state)];
    for (index k = 0; k < rank; ++k) {
      double sum = parts_.means(state, k);
      for (index j = 0; j <= k; ++j) sum += root(k, j) * normal[static_cast<std::size_t>(j)];
      factor[static_cast<std::size_t>(k)] = static_cast<float>(sum);
    }
    draw::normals(scores, rng);
    const float* scale = scales_.size() > 0 ? scales_.data() + state * genes : nullptr;
    packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
      add_factors<Bytes>(weights_.data(), factor.data(), rank, genes, deviation_.data(), scale,
                         scores.data());
    });
  }

  /// What it was made of.
  [[nodiscard]] const score_factors& parts() const noexcept { return parts_; }
  /// W, genes x rank.
  [[nodiscard]] const matrix<double>& loadings() const noexcept { return parts_.loadings; }
  /// psi, length genes.
  [[nodiscard]] const vector<double>& own_variances() const noexcept {
    return parts_.own_variances;
  }

 private:
  /// scores = (deviation * scores + factors times weights) * scale, several packs at a time.
  template <int Bytes>
  [[gnu::always_inline]] static inline void add_factors(const float* weights, const float* factor,
                                                        index rank, index genes,
                                                        const float* deviation, const float* scale,
                                                        float* scores) {
    using wide = packs::pack<float, Bytes / 4>;
    constexpr index together = 4;
    index m = 0;
    for (; m + together * wide::lanes <= genes; m += together * wide::lanes) {
      wide sum[together];
      for (index u = 0; u < together; ++u) {
        const index at = m + u * wide::lanes;
        sum[u] = wide::load(deviation + at) * wide::load(scores + at);
      }
      for (index k = 0; k < rank; ++k) {
        const wide f(factor[k]);
        const float* w = weights + k * genes + m;
        for (index u = 0; u < together; ++u) sum[u] = sum[u] + f * wide::load(w + u * wide::lanes);
      }
      for (index u = 0; u < together; ++u) {
        const index at = m + u * wide::lanes;
        (scale ? sum[u] * wide::load(scale + at) : sum[u]).store(scores + at);
      }
    }
    for (; m < genes; ++m) {
      float sum = deviation[m] * scores[m];
      for (index k = 0; k < rank; ++k) sum = sum + factor[k] * weights[k * genes + m];
      scores[m] = scale ? sum * scale[m] : sum;
    }
  }

  score_factors parts_;
  matrix<float> weights_;  ///< rank x genes
  vector<float> deviation_;
  matrix<float> scales_;
};

static_assert(residual_scores<factor_scores>);

}  // namespace harmonium::inline v0_2
