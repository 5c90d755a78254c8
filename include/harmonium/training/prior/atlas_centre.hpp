// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// The factors of an atlas as what a pilot's are shrunk to.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "harmonium/core/matrix.hpp"
#include "harmonium/training/prior/atlas.hpp"
#include "harmonium/training/residuals/factor_centre.hpp"

namespace harmonium::inline v0_2 {

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
