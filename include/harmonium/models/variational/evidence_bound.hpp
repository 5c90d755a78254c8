// SPDX-License-Identifier: MIT
/// @file
/// The evidence lower bound of a variational autoencoder: its value, and its gradient on a batch.
///
///     log p(x) >= E_q log p(x | z, l) - KL(q(z | x), p(z)) - KL(q(l | x), p(l))
///
/// @see Kingma & Welling (2014), Auto-encoding variational Bayes, ICLR.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/variational_autoencoder.hpp"

namespace harmonium::inline v0_2 {

/// KL(N(mean, variance), N(prior)) in nats.
[[nodiscard]] inline double normal_divergence(double mean, double variance, double prior_mean = 0,
                                              double prior_variance = 1) noexcept {
  const double gap = mean - prior_mean, ratio = variance / prior_variance;
  return 0.5 * (gap * gap / prior_variance + ratio - 1 - math::log(ratio));
}

/// Parts of the bound, nats per cell, mean over cells.
struct evidence_bound {
  double reconstruction = 0;          ///< E log p(x | z, l)
  double latent_divergence = 0;       ///< KL of z, >= 0
  double log_library_divergence = 0;  ///< KL of l, >= 0; 0 where the library is observed

  [[nodiscard]] double divergence() const noexcept {
    return latent_divergence + log_library_divergence;
  }
  /// The bound itself.
  [[nodiscard]] double value() const noexcept { return reconstruction - divergence(); }
};

/// The bound of cells in evaluation (running moments, no dropout).
/// @param draws of z and l per cell; the reconstruction's standard error falls with their number
/// @param rng moves on by one word
/// @throws std::invalid_argument without cells or draws.
template <executor Executor, class Model>
evidence_bound bound_of(const Executor& run, const Model& model,
                        const count_rows<typename Model::scalar>& counts, index draws,
                        random_engine& rng) {
  using Scalar = typename Model::scalar;
  using Likelihood = typename Model::likelihood;
  require(counts.cells() > 0, "bound_of", "there are no cells");
  require(draws > 0, "bound_of", "draws must be at least 1");
  const random_streams streams(rng);
  const auto encoded = model.encode(run, counts);
  const auto& prior = model.log_library_prior();
  theta_table<Scalar> table;
  if constexpr (Likelihood::has_theta)
    table = theta_table<Scalar>::of(model.parameters().data() + model.layout().log_theta,
                                    model.genes());
  constexpr index block = 16;
  std::vector<evidence_bound> parts(static_cast<std::size_t>((counts.cells() + block - 1) / block));
  for_each_range(run, counts.cells(), block, [&](index begin, index end) {
    evidence_bound& part = parts[static_cast<std::size_t>(begin / block)];
    vector<Scalar> mean_slope(model.genes()), head_slope(model.genes());
    vector<Scalar> theta_slope = vector<Scalar>::Zero(model.genes());
    matrix<Scalar> z(draws, model.latent());
    std::vector<double> log_library(static_cast<std::size_t>(draws));
    for (index i = begin; i < end; ++i) {
      for (index k = 0; k < model.latent(); ++k)
        part.latent_divergence += normal_divergence(static_cast<double>(encoded.mean(i, k)),
                                                    static_cast<double>(encoded.variance(i, k)));
      const auto log_library_mean = static_cast<double>(encoded.log_library_mean[i]);
      const auto log_library_variance = static_cast<double>(encoded.log_library_variance[i]);
      if (log_library_variance > 0)
        part.log_library_divergence +=
            normal_divergence(log_library_mean, log_library_variance, prior.mean, prior.variance);
      random_engine own = streams[static_cast<std::uint64_t>(i)];
      for (index d = 0; d < draws; ++d) {
        for (index k = 0; k < model.latent(); ++k)
          z(d, k) = encoded.mean(i, k) +
                    std::sqrt(encoded.variance(i, k)) * static_cast<Scalar>(draw::normal(own));
        log_library[static_cast<std::size_t>(d)] =
            log_library_mean + std::sqrt(log_library_variance) * draw::normal(own);
      }
      const auto decoded = model.decode(serial_executor{}, z, log_library);
      double sum = 0;
      for (index d = 0; d < draws; ++d) {
        likelihood_row<Scalar> row{
            .counts = counts.counts(i),
            .mean = {decoded.mean.data() + d * model.genes(),
                     static_cast<std::size_t>(model.genes())},
            .head = Likelihood::has_head ? decoded.head.data() + d * model.genes() : nullptr,
            .table = &table,
            .mean_slope = mean_slope.data(),
            .head_slope = head_slope.data(),
            .theta_slope = theta_slope.data()};
        sum += Likelihood::add_row(row);
      }
      part.reconstruction += sum / static_cast<double>(draws);
    }
  });
  evidence_bound all;
  for (const auto& part : parts) {
    all.reconstruction += part.reconstruction;
    all.latent_divergence += part.latent_divergence;
    all.log_library_divergence += part.log_library_divergence;
  }
  const auto cells = static_cast<double>(counts.cells());
  all.reconstruction /= cells;
  all.latent_divergence /= cells;
  all.log_library_divergence /= cells;
  return all;
}

/// Loss and gradient on batches; keeps its scratch from batch to batch.
template <class Model>
class batch_gradient {
 public:
  using Scalar = typename Model::scalar;
  using Likelihood = typename Model::likelihood;

  /// Minus the bound of the cells `rows`, mean over them, with one draw of z and l per cell, the
  /// batch's own moments and dropout; the KL of z counts `weight` times.
  /// @param noise    cell i of `counts` draws from stream i
  /// @param gradient of the loss, overwritten; length parameters
  /// @return the parts of the bound, mean over the batch
  template <executor Executor>
  evidence_bound evaluate(const Executor& run, const Model& model, const count_rows<Scalar>& counts,
                          std::span<const index> rows, double dropout, double weight,
                          const random_streams& noise, vector<Scalar>& gradient) {
    const variational_layout& layout = model.layout();
    const Scalar* parameters = model.parameters().data();
    gradient.setZero(layout.parameters);
    Scalar* slopes = gradient.data();
    const auto cells = static_cast<index>(rows.size());
    const auto n = static_cast<double>(cells);
    inputs_.clear();
    engines_.clear();
    for (const index i : rows) {
      inputs_.push_back(counts.logs(i));
      engines_.push_back(noise[static_cast<std::uint64_t>(i)]);
    }
    const sparse_rows<Scalar> x(inputs_);
    const std::span<random_engine> engines(engines_);

    // Encoder, then a draw of z.
    const auto& encoded = forward(run, layout.encoder, parameters, x, dropout, engines, encoder_);
    apply_linear(run, layout.mean, parameters, encoded, mean_);
    apply_linear(run, layout.log_variance, parameters, encoded, log_variance_);
    const index latent = model.latent();
    give_size(z_, cells, latent);
    give_size(drawn_, cells, latent);
    evidence_bound bound;
    for (index i = 0; i < cells; ++i) {
      for (index k = 0; k < latent; ++k) {
        const Scalar variance = Model::variance_of(log_variance_(i, k));
        drawn_(i, k) = static_cast<Scalar>(draw::normal(engines_[static_cast<std::size_t>(i)]));
        z_(i, k) = mean_(i, k) + std::sqrt(variance) * drawn_(i, k);
        bound.latent_divergence +=
            normal_divergence(static_cast<double>(mean_(i, k)), static_cast<double>(variance));
      }
    }
    // The library's encoder, then a draw of l.
    log_library_.resize(rows.size());
    const bool encode_library = model.shape().encode_library;
    const library_distribution& prior = model.log_library_prior();
    if (encode_library) {
      const auto& hidden =
          forward(run, layout.log_library, parameters, x, dropout, engines, library_);
      apply_linear(run, layout.log_library_mean, parameters, hidden, log_library_mean_);
      apply_linear(run, layout.log_library_log_variance, parameters, hidden,
                   log_library_log_variance_);
      give_size(library_drawn_, cells);
      for (index i = 0; i < cells; ++i) {
        const auto variance =
            static_cast<double>(Model::variance_of(log_library_log_variance_(i, 0)));
        const auto mean = static_cast<double>(log_library_mean_(i, 0));
        library_drawn_[i] = draw::normal(engines_[static_cast<std::size_t>(i)]);
        log_library_[static_cast<std::size_t>(i)] = mean + std::sqrt(variance) * library_drawn_[i];
        bound.log_library_divergence +=
            normal_divergence(mean, variance, prior.mean, prior.variance);
      }
    } else {
      for (index i = 0; i < cells; ++i)
        log_library_[static_cast<std::size_t>(i)] =
            counts.log_library()[rows[static_cast<std::size_t>(i)]];
    }

    // Decoder and likelihood; the outputs become slopes.
    const auto& decoded = forward(run, layout.decoder, parameters, z_, 0, {}, decoder_);
    apply_linear(run, layout.output, parameters, decoded, output_);
    if constexpr (Likelihood::has_head) apply_linear(run, layout.head, parameters, decoded, head_);
    bound.reconstruction = likelihood(run, model, counts, rows, slopes);
    matrix<Scalar> slope = matrix<Scalar>::Zero(cells, layout.output.inputs);
    add_linear_gradient(run, layout.output, decoded, output_, slopes);
    add_input_gradient(run, layout.output, parameters, output_, slope);
    if constexpr (Likelihood::has_head) {
      add_linear_gradient(run, layout.head, decoded, head_, slopes);
      add_input_gradient(run, layout.head, parameters, head_, slope);
    }
    // `backward` leaves the slope in the first linear map; one step more leads to z.
    backward(run, layout.decoder, parameters, z_, decoder_, slope, slopes);
    matrix<Scalar> z_slope = matrix<Scalar>::Zero(cells, latent);
    add_input_gradient(run, layout.decoder.front().linear, parameters, slope, z_slope);

    matrix<Scalar> variance_slope(cells, latent);
    for (index i = 0; i < cells; ++i) {
      for (index k = 0; k < latent; ++k) {
        const Scalar variance = Model::variance_of(log_variance_(i, k));
        const Scalar by_variance = z_slope(i, k) * drawn_(i, k) / (2 * std::sqrt(variance)) +
                                   static_cast<Scalar>(weight / n) * (1 - 1 / variance) / 2;
        variance_slope(i, k) = by_variance * (variance - Scalar(1e-4));
        z_slope(i, k) += static_cast<Scalar>(weight / n) * mean_(i, k);
      }
    }
    give_size(slope, cells, layout.mean.inputs);
    slope.setZero();
    add_linear_gradient(run, layout.mean, encoded, z_slope, slopes);
    add_linear_gradient(run, layout.log_variance, encoded, variance_slope, slopes);
    add_input_gradient(run, layout.mean, parameters, z_slope, slope);
    add_input_gradient(run, layout.log_variance, parameters, variance_slope, slope);
    backward(run, layout.encoder, parameters, x, encoder_, slope, slopes);

    if (encode_library) {
      matrix<Scalar> mean_slope(cells, 1), log_variance_slope(cells, 1);
      for (index i = 0; i < cells; ++i) {
        const auto variance =
            static_cast<double>(Model::variance_of(log_library_log_variance_(i, 0)));
        const double gap = static_cast<double>(log_library_mean_(i, 0)) - prior.mean;
        const double drawn_slope = library_slope_[static_cast<std::size_t>(i)];
        mean_slope(i, 0) = static_cast<Scalar>(drawn_slope + gap / prior.variance / n);
        const double by_variance = drawn_slope * library_drawn_[i] / (2 * std::sqrt(variance)) +
                                   (1 / prior.variance - 1 / variance) / 2 / n;
        log_variance_slope(i, 0) = static_cast<Scalar>(by_variance * (variance - 1e-4));
      }
      const auto& hidden = library_.back().out;
      give_size(slope, cells, layout.log_library_mean.inputs);
      slope.setZero();
      add_linear_gradient(run, layout.log_library_mean, hidden, mean_slope, slopes);
      add_linear_gradient(run, layout.log_library_log_variance, hidden, log_variance_slope, slopes);
      add_input_gradient(run, layout.log_library_mean, parameters, mean_slope, slope);
      add_input_gradient(run, layout.log_library_log_variance, parameters, log_variance_slope,
                         slope);
      backward(run, layout.log_library, parameters, x, library_, slope, slopes);
    }
    bound.reconstruction /= n;
    bound.latent_divergence /= n;
    bound.log_library_divergence /= n;
    return bound;
  }

  /// Moves the model's running moments towards those of the last batch.
  void update_statistics(Model& model) const {
    update_running(model.layout().encoder, encoder_, model.statistics());
    update_running(model.layout().log_library, library_, model.statistics());
    update_running(model.layout().decoder, decoder_, model.statistics());
  }

 private:
  /// Turns `output_` (and `head_`) into the loss's slopes. @return the sum of log p(x | z, l)
  template <executor Executor>
  double likelihood(const Executor& run, const Model& model, const count_rows<Scalar>& counts,
                    std::span<const index> rows, Scalar* slopes) {
    const index genes = model.genes();
    const auto cells = static_cast<index>(rows.size());
    const auto scale = static_cast<Scalar>(-1 / static_cast<double>(cells));
    theta_table<Scalar> table;
    if constexpr (Likelihood::has_theta)
      table = theta_table<Scalar>::of(model.parameters().data() + model.layout().log_theta, genes);
    library_slope_.resize(rows.size());
    constexpr index block = 16;
    const index blocks = (cells + block - 1) / block;
    std::vector<double> sums(static_cast<std::size_t>(blocks), 0.0);
    give_size(theta_slopes_, blocks, Likelihood::has_theta ? genes : 0);
    theta_slopes_.setZero();
    for_each_range(run, cells, block, [&](index begin, index end) {
      vector<Scalar> mean(genes), head_slope(Likelihood::has_head ? genes : 0);
      for (index i = begin; i < end; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const double library = math::exp(log_library_[at]);
        Scalar* const output = output_.data() + i * genes;
        softmax_means(output, genes, library, mean.data());
        Scalar* const head = Likelihood::has_head ? head_.data() + i * genes : nullptr;
        const likelihood_row<Scalar> row{
            .counts = counts.counts(rows[at]),
            .mean = {mean.data(), static_cast<std::size_t>(genes)},
            .head = head,
            .table = &table,
            .mean_slope = output,
            .head_slope = head_slope.data(),
            .theta_slope = theta_slopes_.data() + begin / block * theta_slopes_.cols()};
        sums[static_cast<std::size_t>(begin / block)] += Likelihood::add_row(row);
        library_slope_[at] =
            static_cast<double>(scale) * softmax_slopes(mean.data(), genes, library, scale, output);
        if constexpr (Likelihood::has_head) head_.row(i) = scale * head_slope.transpose();
      }
    });
    if constexpr (Likelihood::has_theta) {
      Eigen::Map<vector<Scalar>> theta(slopes + model.layout().log_theta, genes);
      for (index b = 0; b < blocks; ++b) theta += theta_slopes_.row(b).transpose();
      theta *= scale;
    }
    double sum = 0;
    for (const double part : sums) sum += part;
    return sum;
  }

  std::vector<sparse_row<Scalar>> inputs_;
  std::vector<random_engine> engines_;
  std::vector<layer_trace<Scalar>> encoder_, library_, decoder_;
  matrix<Scalar> mean_, log_variance_, z_, drawn_, log_library_mean_, log_library_log_variance_;
  matrix<Scalar> output_, head_, theta_slopes_;
  vector<double> library_drawn_;
  std::vector<double> log_library_, library_slope_;
};

}  // namespace harmonium::inline v0_2
