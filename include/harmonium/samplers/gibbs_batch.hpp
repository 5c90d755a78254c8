// SPDX-License-Identifier: MIT
/// @file
/// Block Gibbs sampling of many chains side by side: their states are matrices, their inputs matrix
/// products. The chains are those of `gibbs_chain`, each with an engine of its own.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/dense_products.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/factor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/row_batch.hpp"
#include "harmonium/core/sparse_products.hpp"
#include "harmonium/models/input_factors.hpp"
#include "harmonium/states/concepts.hpp"
#include "harmonium/units/concepts.hpp"

namespace harmonium::inline v0_2 {

/// States of every layer for many chains, chains x units each; [0] visible.
template <class Model>
using state_batch = std::array<matrix<typename Model::scalar>, Model::layers>;

/// States of all layers for `count` chains, zeros.
template <class Model>
[[nodiscard]] state_batch<Model> make_state_batch(const Model& model, index count) {
  state_batch<Model> states;
  for (std::size_t l = 0; l < Model::layers; ++l)
    states[l] = matrix<typename Model::scalar>::Zero(count, model.size(l));
  return states;
}

/// W between layer `below` and the next, as a factor of a product.
template <class Model>
[[nodiscard]] factor<typename Model::scalar> weight_factor(const Model& model, std::size_t below) {
  return as_factor(model.weights(below).data(), model.size(below), model.size(below + 1));
}

/// Moves chains from state to state; what it holds is memory. A value.
template <class Model>
class gibbs_batch {
 public:
  using scalar = typename Model::scalar;

  /// All even layers given the odd ones, then all odd layers given the even ones, for every chain.
  /// @param engines one per chain
  /// @param[out] odd_means where given: means of the odd layers given the even ones as drawn
  template <executor Executor>
  void sweep(const Executor& run, const Model& model, const input_factors<Model>& factors,
             state_batch<Model>& states, std::span<random_engine> engines,
             state_batch<Model>* odd_means = nullptr) {
    Model::for_each_layer([&](auto layer) {
      if constexpr (layer() % 2 == 0) draw<layer()>(run, model, factors, states, engines);
    });
    Model::for_each_layer([&](auto layer) {
      if constexpr (layer() % 2 == 1)
        draw<layer()>(run, model, factors, states, engines,
                      odd_means == nullptr ? nullptr : &(*odd_means)[layer()]);
    });
  }

  /// Layer `Layer` of every chain from its conditional.
  /// @param[out] means where given: those of the conditional, chains x units
  template <std::size_t Layer, executor Executor>
  void draw(const Executor& run, const Model& model, const input_factors<Model>& factors,
            state_batch<Model>& states, std::span<random_engine> engines,
            matrix<scalar>* means = nullptr) {
    write_input<Layer>(run, model, factors, states);
    if (means != nullptr) means->resize(input_.rows(), input_.cols());
    const auto& units = model.template units<Layer>();
    for_each_range(run, input_.rows(), 16, [&](index begin, index end) {
      for (index i = begin; i < end; ++i) {
        const auto input = row_span(std::as_const(input_), i);
        units.sample(input, row_span(states[Layer], i), engines[static_cast<std::size_t>(i)]);
        if (means != nullptr) units.mean(input, row_span(*means, i));
      }
    });
  }

  /// The visible states that layer 1 was last drawn from.
  [[nodiscard]] std::span<const sparse_row<scalar>> visible_rows() { return below_.rows(); }

  /// E[x | h_1] of every chain.
  /// @param[out] means chains x size(0), overwritten
  template <executor Executor>
  void write_visible_means(const Executor& run, const Model& model,
                           const state_batch<Model>& states, matrix<scalar>& means) {
    write_input<0>(run, model, {}, states);
    means.resize(input_.rows(), input_.cols());
    for_each_range(run, input_.rows(), 16, [&](index begin, index end) {
      for (index i = begin; i < end; ++i)
        model.visible().mean(row_span(std::as_const(input_), i), row_span(means, i));
    });
  }

 private:
  template <std::size_t Layer, executor Executor>
  void write_input(const Executor& run, const Model& model, const input_factors<Model>& factors,
                   const state_batch<Model>& states) {
    const index chains = states[Layer].rows();
    input_.resize(chains, model.size(Layer));
    std::span<const scalar> start = model.bias(Layer);  // empty: a product is there already
    if constexpr (Layer == 1)  // counts and binary states are zeros to a large part
      add_lists(run, states[0], weight_factor(model, 0), start, below_);
    else if constexpr (Layer > 1)
      add_neighbour<Layer - 1>(run, states, weight_factor(model, Layer - 1), start, middle_);
    if constexpr (Layer + 1 < Model::layers)
      add_neighbour<Layer + 1>(run, states, weight_factor(model, Layer).transposed(), start,
                               above_);
    if (!factors.all_one())
      for (index i = 0; i < chains; ++i) factors.apply(model, Layer, row_span(input_, i));
  }

  /// Adds the states of a neighbour times the weights with it. @param[in,out] start bias, where no
  /// other neighbour was before; becomes empty
  template <std::size_t Neighbour, executor Executor>
  void add_neighbour(const Executor& run, const state_batch<Model>& states,
                     const factor<scalar>& weights, std::span<const scalar>& start,
                     row_batch<scalar>& batch) {
    if constexpr (zero_one_states<units_of<Model, Neighbour>>) {
      add_lists(run, states[Neighbour], weights, start, batch);
    } else {
      if (!start.empty()) fill_rows(start, input_);
      start = {};
      add_product(run, as_factor(states[Neighbour]), weights, input_.data());
    }
  }
  template <executor Executor>
  void add_lists(const Executor& run, const matrix<scalar>& states, const factor<scalar>& weights,
                 std::span<const scalar>& start, row_batch<scalar>& batch) {
    batch.assign(run, states);
    if (start.empty())
      add_sparse_product(run, batch.rows(), weights, input_.data());
    else
      write_sparse_product(run, batch.rows(), start, weights, input_.data());
    start = {};
  }

  matrix<scalar> input_;
  row_batch<scalar> below_;           ///< visible states
  row_batch<scalar> middle_, above_;  ///< states of hidden neighbours, where they are lists
};

}  // namespace harmonium::inline v0_2
