// SPDX-License-Identifier: MIT
/// @file
/// The positive phase of stochastic training: hidden means of a mini-batch and the statistics that
/// follow from them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/dense_products.hpp"
#include "harmonium/core/entrywise.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/factor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_batch.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/core/sparse_products.hpp"
#include "harmonium/likelihood/block_mean_field.hpp"
#include "harmonium/likelihood/mean_field_options.hpp"
#include "harmonium/models/input_factors.hpp"
#include "harmonium/models/row_block.hpp"
#include "harmonium/samplers/gibbs_batch.hpp"

namespace harmonium::inline v0_2 {

/// out += the sum of the rows.
template <executor Executor, class Scalar>
void add_row_sums(const Executor& run, const matrix<Scalar>& rows, std::span<Scalar> out) {
  for_each_range(run, rows.cols(), 128, [&](index begin, index end) {
    for (index i = 0; i < rows.rows(); ++i)
      entrywise::add_scaled(Scalar(1), rows.data() + i * rows.cols() + begin, end - begin,
                            out.data() + begin);
  });
}

/// Zeros for the statistics that are sums of dense products: of all but the visible layer and its
/// weights, which are written.
template <class Model>
void clear_upper_statistics(const Model& model, vector<typename Model::scalar>& flat) {
  flat.resize(model.parameters().size());
  for (std::size_t l = 1; l < Model::layers; ++l) {
    const auto bias = model.bias_of(flat, l);
    std::fill(bias.begin(), bias.end(), typename Model::scalar(0));
    if (l + 1 == Model::layers) break;
    auto weights = model.weights_of(flat, l);
    std::fill_n(weights.data(), weights.size(), typename Model::scalar(0));
  }
}

/// A mini-batch, and what the model makes of it. Keeps its memory from batch to batch; a value.
template <class Model>
class positive_phase {
 public:
  using scalar = typename Model::scalar;

  /// Hidden means of the chosen rows, and the batch's statistics.
  /// @param data all rows of an epoch, of which the batch is a part
  template <executor Executor, row_source Data>
  void evaluate(const Executor& run, const Model& model, const Data& data,
                std::span<const index> chosen, const mean_field_options& options,
                const input_factors<Model>& factors) {
    const auto size = static_cast<index>(chosen.size());
    share_of_data_ = static_cast<double>(size) / static_cast<double>(row_count(data));
    const double average = total_weight(data) / static_cast<double>(row_count(data));
    weights_.resize(chosen.size());
    for (std::size_t i = 0; i < chosen.size(); ++i)
      weights_[i] =
          static_cast<scalar>(row_weight(data, chosen[i]) / average / static_cast<double>(size));
    x_.assign(run, data, chosen);
    for (std::size_t l = 1; l < Model::layers; ++l) means_[l].resize(size, model.size(l));
    from_below_.resize(size, model.size(1));
    write_sparse_product(run, x_.rows(), model.bias(1), weight_factor(model, 0),
                         from_below_.data());
    write_means(run, model, options, factors);
    add_statistics(run, model);
  }

  [[nodiscard]] index rows() const noexcept { return from_below_.rows(); }
  /// Hidden means, rows x units; [0] is not used.
  [[nodiscard]] const state_batch<Model>& means() const noexcept { return means_; }
  /// Weighted sums of s_l and s_l s_{l+1}', the weights 1 / rows on average; laid out like the
  /// parameters.
  [[nodiscard]] const vector<scalar>& statistics() const noexcept { return statistics_; }
  /// Weight of every row.
  [[nodiscard]] std::span<const scalar> weights() const noexcept { return weights_; }
  /// Rows of this batch over those of the data.
  [[nodiscard]] double share_of_data() const noexcept { return share_of_data_; }
  /// Rows whose mean field stopped at its cap before it converged.
  [[nodiscard]] index unconverged() const noexcept { return unconverged_; }

 private:
  template <executor Executor>
  void write_means(const Executor& run, const Model& model, const mean_field_options& options,
                   const input_factors<Model>& factors) {
    scratch_vector<index> sweeps(rows());
    const block_mean_field<Model> field(model, options, factors);
    for_each_range(run, rows(), rows_of_block, [&](index begin, index end) {
      std::array<scalar*, Model::layers> own{};
      for (std::size_t l = 1; l < Model::layers; ++l)
        own[l] = means_[l].data() + begin * means_[l].cols();
      field.write(from_below_.data() + begin * from_below_.cols(), end - begin, own,
                  sweeps.data() + begin);
    });
    unconverged_ = 0;
    for (const index made : sweeps)
      unconverged_ += Model::hidden_layers > 1 && made > options.max_sweeps ? 1 : 0;
  }

  template <executor Executor>
  void add_statistics(const Executor& run, const Model& model) {
    clear_upper_statistics(model, statistics_);
    const transposed_rows<scalar> by_unit(run, x_.rows(), model.size(0));
    const auto visible = model.bias_of(statistics_, 0);
    for_each_range(run, model.size(0), 128, [&](index begin, index end) {
      for (index m = begin; m < end; ++m) {
        const auto& list = by_unit.lists()[static_cast<std::size_t>(m)];
        scalar sum(0);
        for (std::size_t k = 0; k < list.columns.size(); ++k) {
          const scalar weight = weights_[static_cast<std::size_t>(list.columns[k])];
          sum += list.all_one ? weight : weight * list.values[k];
        }
        visible[static_cast<std::size_t>(m)] = sum;
      }
    });
    for (std::size_t l = 1; l < Model::layers; ++l) {
      weighted_.resize(rows(), model.size(l));
      for_each_range(run, rows(), 16, [&](index begin, index end) {
        for (index i = begin; i < end; ++i)
          for (index k = 0; k < weighted_.cols(); ++k)
            weighted_(i, k) = weights_[static_cast<std::size_t>(i)] * means_[l](i, k);
      });
      add_row_sums(run, weighted_, model.bias_of(statistics_, l));
      if (l == 1)
        write_sparse_product(run, by_unit.lists(), {}, as_factor(weighted_),
                             model.weights_of(statistics_, 0).data());
      if (l + 1 < Model::layers)
        add_product(run, as_factor(weighted_).transposed(), as_factor(means_[l + 1]),
                    model.weights_of(statistics_, l).data());
    }
  }

  row_batch<scalar> x_;
  std::vector<scalar> weights_;
  matrix<scalar> from_below_;  ///< b_1 + x'W_0
  matrix<scalar> weighted_;
  state_batch<Model> means_;
  vector<scalar> statistics_;
  double share_of_data_ = 0;
  index unconverged_ = 0;
};

/// Adds `share` times the statistics of particles, with E[x | h_1] in place of x, to `flat`.
/// @param visible_means chains x size(0)
template <class Model, executor Executor>
void add_particle_statistics(const Executor& run, const Model& model,
                             const matrix<typename Model::scalar>& visible_means,
                             const state_batch<Model>& states, typename Model::scalar share,
                             vector<typename Model::scalar>& flat) {
  using scalar = typename Model::scalar;
  matrix<scalar> below = share * visible_means;
  for (std::size_t l = 0; l < Model::layers; ++l) {
    add_row_sums(run, below, model.bias_of(flat, l));
    if (l + 1 == Model::layers) break;
    add_product(run, as_factor(below).transposed(), as_factor(states[l + 1]),
                model.weights_of(flat, l).data());
    below = share * states[l + 1];
  }
}

/// Writes `share` times the statistics of particles, with the means of odd layers given the even
/// ones in place of their states. Where visible states are mostly zeros this asks for no product
/// but sums of the few that are not.
/// @param visible   the states of layer 0, by lists
/// @param odd_means as `gibbs_batch::sweep` writes them; overwritten
/// @param flat      becomes as long as the model's parameters
template <class Model, executor Executor>
void write_particle_statistics(const Executor& run, const Model& model,
                               std::span<const sparse_row<typename Model::scalar>> visible,
                               const state_batch<Model>& states, state_batch<Model>& odd_means,
                               typename Model::scalar share, vector<typename Model::scalar>& flat) {
  using scalar = typename Model::scalar;
  clear_upper_statistics(model, flat);
  const transposed_rows<scalar> by_unit(run, visible, model.size(0));
  const auto bias = model.bias_of(flat, 0);
  for (std::size_t m = 0; m < by_unit.lists().size(); ++m) {
    const auto& list = by_unit.lists()[m];
    scalar sum = list.all_one ? static_cast<scalar>(list.columns.size()) : scalar(0);
    if (!list.all_one)
      for (const scalar x : list.values) sum += x;
    bias[m] = share * sum;
  }
  matrix<scalar> even;
  for (std::size_t l = 1; l < Model::layers; ++l) {
    if (l % 2 == 1)
      odd_means[l] *= share;
    else
      even = share * states[l];
    add_row_sums(run, l % 2 == 1 ? odd_means[l] : even, model.bias_of(flat, l));
    if (l == 1)
      write_sparse_product(run, by_unit.lists(), {}, as_factor(odd_means[1]),
                           model.weights_of(flat, 0).data());
    else if (l % 2 == 0)
      add_product(run, as_factor(odd_means[l - 1]).transposed(), as_factor(states[l]),
                  model.weights_of(flat, l - 1).data());
    else
      add_product(run, as_factor(states[l - 1]).transposed(), as_factor(odd_means[l]),
                  model.weights_of(flat, l - 1).data());
  }
}

/// Hidden states of one row drawn from its means: where a chain that starts at the data starts.
template <class Model>
void draw_hidden(const Model& model, const state_batch<Model>& means, index row,
                 std::array<std::span<typename Model::scalar>, Model::layers> out,
                 random_engine& engine) {
  using scalar = typename Model::scalar;
  Model::for_each_layer([&](auto layer) {
    if constexpr (layer() > 0) {
      vector<scalar> eta(model.size(layer()));
      const auto& units = model.template units<layer()>();
      units.natural_from_mean(row_span(means[layer()], row), as_span(eta));
      units.sample(as_span(std::as_const(eta)), out[layer()], engine);
    }
  });
}

}  // namespace harmonium::inline v0_2
