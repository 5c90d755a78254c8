// SPDX-License-Identifier: MIT
/// @file
/// Cells of known negative binomials whose scores follow a known factor model.
#pragma once

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/units/nb_scores.hpp"

namespace support {

namespace hm = harmonium;

struct factor_cells {
  hm::count_matrix<> counts;
  hm::count_states states;  ///< the truth
};

/// Cells with scores W f + e of variance 1, e as large as it takes; cells alternate between the
/// rows of `mean`. @param loadings genes x rank, rows shorter than 1
inline factor_cells make_factor_cells(hm::index cells, const hm::matrix<double>& mean, double theta,
                                      const hm::matrix<double>& loadings, std::uint64_t seed) {
  const hm::index genes = mean.cols(), states = mean.rows(), rank = loadings.cols();
  factor_cells made{hm::count_matrix<>(genes), {}};
  made.states.weights = hm::vector<double>::Constant(states, 1.0 / static_cast<double>(states));
  made.states.mean = mean;
  made.states.theta = hm::matrix<double>::Constant(states, genes, theta);
  made.states.sizes = hm::vector<double>::Ones(cells);
  std::vector<hm::nb_score_table> tables;
  for (hm::index s = 0; s < states; ++s)
    for (hm::index m = 0; m < genes; ++m) tables.emplace_back(mean(s, m), theta);
  hm::random_engine rng(seed);
  hm::vector<double> f(rank);
  for (hm::index i = 0; i < cells; ++i) {
    const hm::index s = i % states;
    made.states.cell.push_back(s);
    for (double& x : f) x = hm::draw::normal(rng);
    for (hm::index m = 0; m < genes; ++m) {
      double z = 0, own = 1;
      for (hm::index k = 0; k < rank; ++k) {
        z += loadings(m, k) * f[k];
        own -= loadings(m, k) * loadings(m, k);
      }
      z += std::sqrt(own) * hm::draw::normal(rng);
      made.counts.push_back(m, tables[static_cast<std::size_t>(s * genes + m)].count(z));
    }
    made.counts.finish_cell();
  }
  return made;
}

/// No correlation at all.
inline factor_cells make_independent_cells(hm::index cells, const hm::matrix<double>& mean,
                                           double theta, std::uint64_t seed) {
  return make_factor_cells(cells, mean, theta, hm::matrix<double>::Zero(mean.cols(), 1), seed);
}

/// Mean and covariance of `draws` score vectors.
template <class Fitted>
std::pair<hm::vector<double>, hm::matrix<double>> drawn_moments(const Fitted& fitted,
                                                                hm::index state, hm::index genes,
                                                                int draws, std::uint64_t seed) {
  hm::random_engine rng(seed);
  std::vector<float> z(static_cast<std::size_t>(genes));
  hm::vector<double> mean = hm::vector<double>::Zero(genes);
  hm::matrix<double> square = hm::matrix<double>::Zero(genes, genes);
  for (int n = 0; n < draws; ++n) {
    fitted.draw(state, rng, z);
    const hm::vector<double> row =
        Eigen::Map<const hm::vector<float>>(z.data(), genes).cast<double>();
    mean += row;
    square += row * row.transpose();
  }
  mean /= draws;
  return {mean, square / draws - mean * mean.transpose()};
}

}  // namespace support
