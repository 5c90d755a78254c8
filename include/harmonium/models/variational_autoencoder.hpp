// SPDX-License-Identifier: MIT
/// @file
/// The variational autoencoder of counts, as scVI reduced to what the paper compares with: no
/// batches, and zero inflation only as an option.
///
///     q(z | x): log(1 + x) -> hidden layers -> mean, variance of z
///     q(l | x): log(1 + x) -> one hidden layer -> mean, variance of the log-library l
///     p(x | z, l): z -> hidden layers -> softmax -> times e^l -> count likelihood
///
/// with priors z ~ N(0, I) and l ~ N(mean, variance of the training cells' log-libraries).
/// @see Lopez et al. (2018), Deep generative modeling for single-cell transcriptomics, Nature
///      Methods 15.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/models/variational/count_likelihood.hpp"
#include "harmonium/models/variational/count_rows.hpp"
#include "harmonium/models/variational/hidden_layer.hpp"
#include "harmonium/models/variational/layout.hpp"
#include "harmonium/models/variational/softmax_row.hpp"

namespace harmonium::inline v0_2 {

/// A normal distribution of the log of a cell's counts.
struct library_distribution {
  double mean = 0;      ///< natural logarithm
  double variance = 1;  ///< > 0

  /// Moments of log-libraries; a variance below 1e-4 (cells of one size) counts as 1e-4.
  static library_distribution of(std::span<const double> log_libraries) {
    require(!log_libraries.empty(), "library_distribution", "there are no cells");
    library_distribution found{0, 0};
    for (const double l : log_libraries) found.mean += l;
    found.mean /= static_cast<double>(log_libraries.size());
    for (const double l : log_libraries) found.variance += (l - found.mean) * (l - found.mean);
    found.variance = std::max(found.variance / static_cast<double>(log_libraries.size()), 1e-4);
    return found;
  }
};

/// Where cells lie in latent space: q(z | x) and q(l | x), normal and independent.
template <std::floating_point Scalar>
struct encoded_cells {
  matrix<Scalar> mean, variance;        ///< cells x latent
  vector<Scalar> log_library_mean;      ///< of the log-library
  vector<Scalar> log_library_variance;  ///< 0 where the library is observed

  [[nodiscard]] index cells() const noexcept { return mean.rows(); }
};

/// What the decoder says of cells.
template <std::floating_point Scalar>
struct decoded_cells {
  matrix<Scalar> mean;  ///< cells x genes
  matrix<Scalar> head;  ///< cells x genes, if the likelihood has a head: see there
};

/// A value: parameters in one flat vector, running moments of the batch normalisation, the library
/// prior. Evaluation (`encode`, `decode`) takes the running moments and drops nothing out.
template <count_likelihood Likelihood = negative_binomial_counts,
          std::floating_point Scalar = float>
class variational_autoencoder {
 public:
  using scalar = Scalar;
  using likelihood = Likelihood;

  /// Untrained: weights and biases uniform within 1 / sqrt(inputs) (PyTorch's default), log theta
  /// standard normal (scVI's).
  /// @throws std::invalid_argument for sizes below 1.
  variational_autoencoder(index genes, variational_shape shape, random_engine& rng)
      : genes_(genes),
        shape_(std::move(shape)),
        layout_(genes, shape_, Likelihood::has_head, Likelihood::has_theta),
        parameters_(vector<Scalar>::Zero(layout_.parameters)),
        statistics_(vector<Scalar>::Zero(layout_.statistics)) {
    const random_streams streams(rng);
    std::uint64_t stream = 0;
    const auto start = [&](const linear_block& block) {
      if (block.outputs == 0) return;
      random_engine own = streams[stream++];
      const double bound = 1 / std::sqrt(static_cast<double>(block.inputs));
      for (index k = 0; k < block.inputs * block.outputs; ++k)
        parameters_[block.weights + k] = static_cast<Scalar>(draw::uniform(-bound, bound, own));
      for (index k = 0; k < block.outputs; ++k)
        parameters_[block.bias + k] = static_cast<Scalar>(draw::uniform(-bound, bound, own));
    };
    for (const auto* layers : {&layout_.encoder, &layout_.log_library, &layout_.decoder}) {
      for (const hidden_block& layer : *layers) {
        start(layer.linear);
        parameters_.segment(layer.scale, layer.linear.outputs).setOnes();
        statistics_.segment(layer.running + layer.linear.outputs, layer.linear.outputs).setOnes();
      }
    }
    for (const auto* block : {&layout_.mean, &layout_.log_variance, &layout_.log_library_mean,
                              &layout_.log_library_log_variance, &layout_.output, &layout_.head})
      start(*block);
    if constexpr (Likelihood::has_theta) {
      random_engine own = streams[stream];
      for (index m = 0; m < genes; ++m)
        parameters_[layout_.log_theta + m] = static_cast<Scalar>(draw::normal(own));
    }
  }

  /// From the parts of another: its `parameters()` and `statistics()`.
  /// @throws std::invalid_argument unless there are as many as the shape needs.
  variational_autoencoder(index genes, variational_shape shape, vector<Scalar> parameters,
                          vector<Scalar> statistics)
      : genes_(genes),
        shape_(std::move(shape)),
        layout_(genes, shape_, Likelihood::has_head, Likelihood::has_theta),
        parameters_(std::move(parameters)),
        statistics_(std::move(statistics)) {
    require(parameters_.size() == layout_.parameters && statistics_.size() == layout_.statistics,
            "variational_autoencoder",
            "the shape needs " + std::to_string(layout_.parameters) + " parameters and " +
                std::to_string(layout_.statistics) + " running moments, got " +
                std::to_string(parameters_.size()) + " and " + std::to_string(statistics_.size()));
  }

  [[nodiscard]] index genes() const noexcept { return genes_; }
  [[nodiscard]] index latent() const noexcept { return shape_.latent; }
  [[nodiscard]] const variational_shape& shape() const noexcept { return shape_; }
  [[nodiscard]] const variational_layout& layout() const noexcept { return layout_; }
  [[nodiscard]] const vector<Scalar>& parameters() const noexcept { return parameters_; }
  [[nodiscard]] vector<Scalar>& parameters() noexcept { return parameters_; }
  /// Running means and variances of the batch normalisation.
  [[nodiscard]] const vector<Scalar>& statistics() const noexcept { return statistics_; }
  [[nodiscard]] vector<Scalar>& statistics() noexcept { return statistics_; }
  [[nodiscard]] const library_distribution& log_library_prior() const noexcept {
    return log_library_prior_;
  }
  void set_library(const library_distribution& library) {
    require(library.variance > 0 && std::isfinite(library.variance) && std::isfinite(library.mean),
            "variational_autoencoder::set_library", "the variance must be positive and finite");
    log_library_prior_ = library;
  }

  /// Inverse dispersion of every gene; 1 where the likelihood has none per gene.
  [[nodiscard]] vector<double> theta() const {
    vector<double> all = vector<double>::Ones(genes_);
    if constexpr (Likelihood::has_theta)
      for (index m = 0; m < genes_; ++m)
        all[m] = math::exp(static_cast<double>(parameters_[layout_.log_theta + m]));
    return all;
  }

  /// @throws std::invalid_argument if the genes are not the model's.
  template <executor Executor>
  [[nodiscard]] encoded_cells<Scalar> encode(const Executor& run,
                                             const count_rows<Scalar>& counts) const {
    require(counts.genes() == genes_, "variational_autoencoder::encode",
            "expected " + std::to_string(genes_) + " genes, got " + std::to_string(counts.genes()));
    const index cells = counts.cells();
    encoded_cells<Scalar> all{matrix<Scalar>(cells, latent()), matrix<Scalar>(cells, latent()),
                              vector<Scalar>(cells), vector<Scalar>::Zero(cells)};
    for_each_range(run, cells, 64, [&](index begin, index end) {
      const serial_executor here;
      std::vector<sparse_row<Scalar>> rows;
      for (index i = begin; i < end; ++i) rows.push_back(counts.logs(i));
      const sparse_rows<Scalar> x(rows);
      matrix<Scalar> part;
      const auto hidden = evaluate_layers(here, layout_.encoder, parameters_, statistics_, x);
      apply_linear(here, layout_.mean, parameters_.data(), hidden, part);
      all.mean.middleRows(begin, end - begin) = part;
      apply_linear(here, layout_.log_variance, parameters_.data(), hidden, part);
      for (index i = begin; i < end; ++i)
        for (index k = 0; k < latent(); ++k) all.variance(i, k) = variance_of(part(i - begin, k));
      if (!shape_.encode_library) {
        for (index i = begin; i < end; ++i)
          all.log_library_mean[i] = static_cast<Scalar>(counts.log_library()[i]);
        return;
      }
      const auto sizes = evaluate_layers(here, layout_.log_library, parameters_, statistics_, x);
      apply_linear(here, layout_.log_library_mean, parameters_.data(), sizes, part);
      for (index i = begin; i < end; ++i) all.log_library_mean[i] = part(i - begin, 0);
      apply_linear(here, layout_.log_library_log_variance, parameters_.data(), sizes, part);
      for (index i = begin; i < end; ++i)
        all.log_library_variance[i] = variance_of(part(i - begin, 0));
    });
    return all;
  }
  template <executor Executor, count_source Counts>
  [[nodiscard]] encoded_cells<Scalar> encode(const Executor& run, const Counts& counts) const {
    return encode(run, count_rows<Scalar>(run, counts));
  }

  /// Any latent points. @param z cells x latent @param log_library as many as rows of z
  /// @throws std::invalid_argument for misfitting shapes.
  template <executor Executor>
  [[nodiscard]] decoded_cells<Scalar> decode(const Executor& run, const matrix<Scalar>& z,
                                             std::span<const double> log_library) const {
    require(
        z.cols() == latent(), "variational_autoencoder::decode",
        "z must have " + std::to_string(latent()) + " columns, got " + std::to_string(z.cols()));
    require(std::cmp_equal(log_library.size(), z.rows()), "variational_autoencoder::decode",
            "one log-library per row of z is needed");
    decoded_cells<Scalar> all;
    const auto hidden = evaluate_layers(run, layout_.decoder, parameters_, statistics_, z);
    apply_linear(run, layout_.output, parameters_.data(), hidden, all.mean);
    for (index i = 0; i < z.rows(); ++i) {
      Scalar* row = all.mean.data() + i * genes_;
      softmax_means(row, genes_, math::exp(log_library[static_cast<std::size_t>(i)]), row);
    }
    if constexpr (Likelihood::has_head)
      apply_linear(run, layout_.head, parameters_.data(), hidden, all.head);
    return all;
  }

  /// scVI's variance of a latent number from the encoder's output: never 0.
  static Scalar variance_of(Scalar encoded) { return math::exp(encoded) + Scalar(1e-4); }

 private:
  index genes_;
  variational_shape shape_;
  variational_layout layout_;
  vector<Scalar> parameters_, statistics_;
  library_distribution log_library_prior_;
};

/// An autoencoder of counts that its trainer and its samplers accept; `variational_autoencoder` is
/// the model.
template <class M>
concept encoder_decoder = std::copyable<M> && count_likelihood<typename M::likelihood> &&
    std::floating_point<typename M::scalar> &&
    requires(M& model, const M& constant, const serial_executor& run,
             const count_rows<typename M::scalar>& counts, const matrix<typename M::scalar>& z,
             std::span<const double> log_library, const library_distribution& library) {
  { constant.genes() } -> std::same_as<index>;
  { constant.latent() } -> std::same_as<index>;
  { model.parameters() } -> std::same_as<vector<typename M::scalar>&>;
  { model.statistics() } -> std::same_as<vector<typename M::scalar>&>;
  { constant.encode(run, counts) } -> std::same_as<encoded_cells<typename M::scalar>>;
  { constant.decode(run, z, log_library) } -> std::same_as<decoded_cells<typename M::scalar>>;
  { constant.log_library_prior() } -> std::convertible_to<library_distribution>;
  model.set_library(library);
};

static_assert(encoder_decoder<variational_autoencoder<>>);

}  // namespace harmonium::inline v0_2
