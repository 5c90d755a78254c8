// SPDX-License-Identifier: MIT
/// @file
/// Mean-field approximation of p(hidden | x): the positive phase of deep models.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/likelihood/block_mean_field.hpp"
#include "harmonium/likelihood/mean_field_options.hpp"
#include "harmonium/models/input_factors.hpp"
#include "harmonium/models/layer_scratch.hpp"
#include "harmonium/models/row_block.hpp"

namespace harmonium::inline v0_2 {

/// Scratch of `mean_field`: a local variable, of one thread.
template <class Model>
struct mean_field_workspace {
  explicit mean_field_workspace(const Model& model)
      : from_below(model.size(1)), input(model, 1), fresh(model, 1) {}
  scratch_vector<typename Model::scalar> from_below;  ///< b_1 + x'W_0
  layer_scratch<Model> input, fresh;                  ///< and the mean that follows from it
};

/// Means of the hidden layers given what the first of them receives from its bias and from below,
/// `work.from_below`: starts from one upward pass, then updates layer after layer until nothing
/// moves (Salakhutdinov and Hinton 2009).
/// @param[out] means one span per layer; those of hidden layers overwritten
template <class Model>
mean_field_result mean_field_from_below(
    const Model& model, const std::array<std::span<typename Model::scalar>, Model::layers>& means,
    mean_field_workspace<Model>& work, const mean_field_options& options = {},
    const input_factors<Model>& factors = {}) {
  using scalar = typename Model::scalar;
  const auto update = [&]<std::size_t Layer>(std::integral_constant<std::size_t, Layer>,
                                             bool from_above, scalar damping) {
    const auto input = work.input[Layer], fresh = work.fresh[Layer];
    if constexpr (Layer == 1) {
      std::copy(work.from_below.begin(), work.from_below.end(), input.begin());
    } else {
      const auto b = model.bias(Layer);
      std::copy(b.begin(), b.end(), input.begin());
      row::add_product<scalar>(std::span<const scalar>(means[Layer - 1]), model.weights(Layer - 1),
                               input);
    }
    if constexpr (Layer < Model::hidden_layers)
      if (from_above)
        row::add_product_above<scalar>(model.weights(Layer),
                                       std::span<const scalar>(means[Layer + 1]), input);
    factors.apply(model, Layer, input);
    const std::span<scalar> old = means[Layer];
    scalar moved(0);
    model.template units<Layer>().mean(input, fresh);
    for (std::size_t k = 0; k < old.size(); ++k) {
      // Before the upward pass the old means may be anything, NaN included.
      const scalar next =
          damping == scalar(0) ? fresh[k] : damping * old[k] + (scalar(1) - damping) * fresh[k];
      moved = std::max(moved, std::abs(next - old[k]));
      old[k] = next;
    }
    return moved;
  };

  Model::for_each_layer([&](auto layer) {
    if constexpr (layer() > 0) update(layer, false, scalar(0));
  });
  if constexpr (Model::hidden_layers == 1) return {true, 1};
  const auto damping = static_cast<scalar>(options.damping);
  for (index sweep = 1; sweep <= options.max_sweeps; ++sweep) {
    scalar moved(0);
    Model::for_each_layer([&](auto layer) {
      if constexpr (layer() > 0) moved = std::max(moved, update(layer, true, damping));
    });
    if (static_cast<double>(moved) <= options.tolerance) return {true, sweep};
  }
  return {false, options.max_sweeps};
}

/// The same given x.
/// @param x a `cell_counts` or a dense span of model.size(0) entries
template <class Model, class Row>
mean_field_result mean_field(
    const Model& model, const Row& x,
    const std::array<std::span<typename Model::scalar>, Model::layers>& means,
    mean_field_workspace<Model>& work, const mean_field_options& options = {},
    const input_factors<Model>& factors = {}) {
  model.first_hidden_input(x, as_span(work.from_below));
  return mean_field_from_below(model, means, work, options, factors);
}
/// @param[out] means `means[0]` is not touched
template <class Model, class Row>
mean_field_result mean_field(const Model& model, const Row& x, typename Model::state_type& means,
                             mean_field_workspace<Model>& work,
                             const mean_field_options& options = {},
                             const input_factors<Model>& factors = {}) {
  std::array<std::span<typename Model::scalar>, Model::layers> layers;
  for (std::size_t l = 1; l < Model::layers; ++l) layers[l] = as_span(means[l]);
  return mean_field(model, x, layers, work, options, factors);
}

/// E[h_1 | x] of every row, by mean field: the bits of `mean_field` row by row, 64 rows at a time.
/// @return rows x size(1)
template <executor Executor, class Model, row_source Data>
matrix<typename Model::scalar> hidden_means(const Executor& run, const Model& model,
                                            const Data& data,
                                            const mean_field_options& options = {},
                                            const input_factors<Model>& factors = {}) {
  using scalar = typename Model::scalar;
  matrix<scalar> hidden(row_count(data), model.size(1));
  const block_mean_field<Model> field(model, options, factors);
  for_each_range(run, hidden.rows(), rows_of_block, [&](index begin, index end) {
    row_block<Model> block(model, data, begin, end);
    mean_field_block<Model> own(model, end - begin, hidden.data() + begin * hidden.cols());
    field.write(block.input().data(), end - begin, own.means);
  });
  return hidden;
}

}  // namespace harmonium::inline v0_2
