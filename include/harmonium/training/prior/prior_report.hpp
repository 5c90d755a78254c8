// SPDX-License-Identifier: MIT
/// @file
/// How an atlas was used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/categorical_em.hpp"
#include "harmonium/training/prior/atlas.hpp"
#include "harmonium/training/prior/prior_guard.hpp"
#include "harmonium/training/residuals/factor_centre.hpp"

namespace harmonium::inline v0_2 {

/// Who decides whether an atlas is used.
enum class prior_weighting {
  automatic,  ///< held-out cells of the pilot (`prior_guard`)
  zero,       ///< the caller: the pilot alone
  one         ///< the caller: with the atlas, whatever held-out cells would say
};

/// What became of a prior. How much the pilot then took from it, it learned itself: `weight`.
struct prior_report {
  bool used = false;
  double weight = 0;    ///< w, the share of the genes whose means follow the atlas; 0 if unused
  index genes = 0;      ///< of the pilot
  index by_id = 0;      ///< genes that the atlas has by id
  index by_symbol = 0;  ///< and by symbol alone
  prior_verdict verdict = {};  ///< of held-out cells; of no cells where nobody asked them
};

/// The factors of an atlas as the centre of a pilot's.
/// @param shares the pilot's components x the atlas's, rows sum to 1 (`component_shares`)
/// @return none if the atlas has no factors
inline std::shared_ptr<const factor_centre> centre_of(const atlas_prior& prior,
                                                      const matrix<double>& shares) {
  const index rank = prior.loadings.cols();
  if (rank == 0) return nullptr;
  factor_centre centre{prior.loadings, prior.own_variances, prior.known};
  for (index c = 0; c < shares.rows(); ++c) {
    matrix<double> covariance = matrix<double>::Zero(rank, rank);
    for (index k = 0; k < shares.cols(); ++k)
      covariance += shares(c, k) * prior.factor_covariances[static_cast<std::size_t>(k)];
    centre.covariances.push_back(std::move(covariance));
  }
  return std::make_shared<const factor_centre>(std::move(centre));
}

}  // namespace harmonium::inline v0_2
