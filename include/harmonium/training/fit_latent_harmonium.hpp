// SPDX-License-Identifier: MIT
/// @file
/// Fitting a harmonium to the latent means of an autoencoder's cells, by EM.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "harmonium/analysis/k_means.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/variational_autoencoder.hpp"
#include "harmonium/samplers/harmonium_latent.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/gaussian.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `fit_latent_harmonium`.
struct latent_harmonium_options {
  index components = 8;        ///< states of the hidden group, at most one per 8 cells
  index max_iterations = 200;  ///< of expectation-maximisation
  double tolerance = 1e-7;     ///< ends when an iteration gains less, nats per cell
};

/// Exact maximum likelihood by EM, started from k-means. A cell counts as its whole posterior
/// N(mean, variance), so that draws of z are distributed as z of the encoded cells are.
/// @throws std::invalid_argument without cells or components.
template <executor Executor, class Scalar>
gaussian_harmonium fit_latent_harmonium(const Executor& run, const encoded_cells<Scalar>& encoded,
                                        const latent_harmonium_options& options,
                                        random_engine& rng) {
  const index cells = encoded.cells(), latent = encoded.mean.cols();
  require(cells > 0, "fit_latent_harmonium", "there are no cells");
  require(options.components > 0, "fit_latent_harmonium", "components must be at least 1");
  const matrix<double> mean = encoded.mean.template cast<double>();
  const matrix<double> variance = encoded.variance.template cast<double>();
  const index most = std::max<index>(1, std::min(options.components, cells / 8));
  const auto start = k_means(run, mean, {.clusters = most}, rng);
  const index groups = start.centroids.rows();

  vector<double> weights(groups), spread = vector<double>::Zero(latent);
  matrix<double> centres = start.centroids;
  matrix<double> share = matrix<double>::Zero(cells, groups);
  for (index i = 0; i < cells; ++i) share(i, start.labels[static_cast<std::size_t>(i)]) = 1;
  double before = -std::numeric_limits<double>::infinity();
  for (index iteration = 0; iteration < options.max_iterations; ++iteration) {
    // Maximisation: one standard deviation per number of z, common to all components.
    spread.setZero();
    for (index c = 0; c < groups; ++c) {
      double total = 1e-10;
      vector<double> sum = vector<double>::Zero(latent);
      for (index i = 0; i < cells; ++i) {
        total += share(i, c);
        sum += share(i, c) * mean.row(i).transpose();
      }
      weights[c] = total / static_cast<double>(cells);
      centres.row(c) = sum.transpose() / total;
      for (index i = 0; i < cells; ++i)
        spread.array() +=
            share(i, c) *
            ((mean.row(i) - centres.row(c)).array().square() + variance.row(i).array()).transpose();
    }
    for (index k = 0; k < latent; ++k)
      spread[k] = std::max(spread[k] / static_cast<double>(cells), 1e-6);
    // Expectation.
    double likelihood = 0;
    for (index i = 0; i < cells; ++i) {
      std::vector<double> logs(static_cast<std::size_t>(groups));
      for (index c = 0; c < groups; ++c) {
        double log = math::log(weights[c]);
        for (index k = 0; k < latent; ++k) {
          const double gap = mean(i, k) - centres(c, k);
          log -= 0.5 * ((gap * gap + variance(i, k)) / spread[k] + math::log(spread[k]));
        }
        logs[static_cast<std::size_t>(c)] = log;
      }
      const double total = math::log_sum_exp(std::span<const double>(logs));
      for (index c = 0; c < groups; ++c)
        share(i, c) = math::exp(logs[static_cast<std::size_t>(c)] - total);
      likelihood += total / static_cast<double>(cells);
    }
    if (likelihood - before < options.tolerance) break;
    before = likelihood;
  }

  // The same as a harmonium: mean = sigma^2 W h, b_c = log weight - log-partition of its input.
  vector<double> deviation(latent);
  for (index k = 0; k < latent; ++k) deviation[k] = std::sqrt(spread[k]);
  gaussian_harmonium model(gaussian{deviation}, categorical(1, groups));
  for (index c = 0; c < groups; ++c) {
    double log_partition = 0;
    for (index k = 0; k < latent; ++k) {
      model.weights(0)(k, c) = centres(c, k) / spread[k];
      log_partition += 0.5 * centres(c, k) * centres(c, k) / spread[k];
    }
    model.bias(1)[static_cast<std::size_t>(c)] = math::log(weights[c]) - log_partition;
  }
  return model;
}

}  // namespace harmonium::inline v0_2
