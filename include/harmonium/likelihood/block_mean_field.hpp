// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Mean field of some rows at a time: `mean_field_from_below` of each, with the same bits and the
/// same number of sweeps, where the inputs of layers are products of matrices.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "harmonium/core/dense_products.hpp"
#include "harmonium/core/dot_panels.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/factor.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/core/wide_packs.hpp"
#include "harmonium/likelihood/mean_field_options.hpp"
#include "harmonium/models/input_factors.hpp"

namespace harmonium::inline v0_2 {

/// One mean-field step of a row: its means become `damping` times what they were plus the rest of
/// `fresh`. @return the most that one moved
template <class Scalar>
[[nodiscard]] Scalar take_step(std::span<const Scalar> fresh, Scalar damping,
                               std::span<Scalar> means) {
  Scalar moved(0);
  packs::widest(
      std::ssize(means), [&]<int Bytes>() __attribute__((always_inline)) {
        constexpr auto lanes = static_cast<std::size_t>(Bytes) / sizeof(Scalar);
        std::array<Scalar, lanes> most{};
        packs::for_each<Scalar, Bytes>(
            std::ssize(means),
            [ from = fresh.data(), to = means.data(), damping,
              at = most.data() ]<class P>(std::ptrdiff_t k) __attribute__((always_inline)) {
              const P old = P::load(to + k);
              // Without damping old means may be anything, infinite too.
              const P next = damping == Scalar(0)
                                 ? P::load(from + k)
                                 : P(damping) * old + P(Scalar(1) - damping) * P::load(from + k);
              next.store(to + k);
              const P change = math::magnitude(next - old), before = P::load(at);
              select(before < change, change, before).store(at);  // what is no number is none
            });
        for (const Scalar m : most) moved = std::max(moved, m);
      });
  return moved;
}

/// Room for the hidden means of some rows: a local variable.
template <class Model>
class mean_field_block {
 public:
  using scalar = typename Model::scalar;

  /// @param first where the means of layer 1 shall be, rows x size(1); null: here too
  mean_field_block(const Model& model, index rows, scalar* first = nullptr)
      : space_(rows * units(model, first == nullptr ? 1 : 2)) {
    scalar* free = space_.data();
    for (std::size_t l = 1; l < Model::layers; ++l) {
      means[l] = l == 1 && first != nullptr ? first : free;
      if (means[l] == free) free += rows * model.size(l);
    }
  }

  std::array<scalar*, Model::layers> means{};  ///< rows x size(l) of every hidden layer l

 private:
  static index units(const Model& model, std::size_t first) {
    index sum = 0;
    for (std::size_t l = first; l < Model::layers; ++l) sum += model.size(l);
    return sum;
  }
  scratch_vector<scalar> space_;
};

/// A model for the mean field of many rows: borrows it, and holds its weights as the products with
/// layers above want them. For as long as the parameters stay.
template <class Model>
class block_mean_field {
 public:
  using scalar = typename Model::scalar;
  /// One array per layer; that of layer 0 is not used.
  using layer_arrays = std::array<scalar*, Model::layers>;

  block_mean_field(const Model& model, const mean_field_options& options,
                   const input_factors<Model>& factors)
      : model_(&model), options_(options), factors_(factors) {
    if constexpr (Model::hidden_layers > 1)
      for (std::size_t l = 1; l < Model::hidden_layers; ++l)
        above_[l - 1] = dot_panels<scalar>(model.weights(l));
  }

  /// @param from_below b_1 + x'W_0 of every row, rows x size(1)
  /// @param[out] means  rows x size(l) of every hidden layer, row-major without gaps
  /// @param[out] sweeps that every row took, where asked for: `max_sweeps` + 1 if it stopped at
  /// that
  ///                    cap and had not converged
  void write(const scalar* from_below, index rows, const layer_arrays& means,
             index* sweeps = nullptr) const {
    Model::for_each_layer([&](auto layer) {
      if constexpr (layer() > 0) write_upwards<layer()>(from_below, rows, means);
    });
    if (sweeps != nullptr)
      for (index i = 0; i < rows; ++i)
        sweeps[i] = Model::hidden_layers == 1 ? 1 : options_.max_sweeps + 1;
    if constexpr (Model::hidden_layers > 1) iterate(from_below, rows, means, sweeps);
  }

 private:
  /// Inputs of a layer, rows x size(Layer), from below and where asked for from above.
  template <std::size_t Layer>
  void write_input(const scalar* from_below, index rows, const layer_arrays& means, bool from_above,
                   scalar* input) const {
    const index size = model_->size(Layer);
    if constexpr (Layer == 1) {
      std::copy_n(from_below, rows * size, input);
    } else {
      const auto bias = model_->bias(Layer);
      for (index i = 0; i < rows; ++i) std::copy(bias.begin(), bias.end(), input + i * size);
      const index below = model_->size(Layer - 1);
      add_product(serial_executor{}, as_factor<scalar>(means[Layer - 1], rows, below),
                  as_factor<scalar>(model_->weights(Layer - 1).data(), below, size), input);
    }
    if constexpr (Layer < Model::hidden_layers)
      if (from_above) above_[Layer - 1].add(means[Layer + 1], rows, input);
    for (index i = 0; i < rows; ++i)
      factors_.apply(*model_, Layer, {input + i * size, static_cast<std::size_t>(size)});
  }

  template <std::size_t Layer>
  void write_upwards(const scalar* from_below, index rows, const layer_arrays& means) const {
    const index size = model_->size(Layer);
    scratch_vector<scalar> input(rows * size);
    write_input<Layer>(from_below, rows, means, false, input.data());
    for (index i = 0; i < rows; ++i)
      model_->template units<Layer>().mean(row_of_units(std::as_const(input).data(), i, size),
                                           row_of_units(means[Layer], i, size));
  }

  /// Sweeps over the rows that still move, which stand first in arrays of their own.
  void iterate(const scalar* from_below, index rows, const layer_arrays& means,
               index* sweeps) const {
    index width = 0, widest = 0;
    for (std::size_t l = 1; l < Model::layers; ++l) {
      width += model_->size(l);
      widest = std::max(widest, model_->size(l));
    }
    scratch_vector<scalar> below(rows * model_->size(1)), space(rows * width), input(rows * widest),
        moved(rows);
    scratch_vector<scalar> fresh(widest);
    scratch_vector<index> number(rows);
    for (index i = 0; i < rows; ++i) number[i] = i;
    std::copy_n(from_below, below.size(), below.data());
    layer_arrays now{};
    scalar* free = space.data();
    for (std::size_t l = 1; l < Model::layers; ++l) {
      now[l] = free;
      free = std::copy_n(means[l], rows * model_->size(l), free);
    }
    const auto damping = static_cast<scalar>(options_.damping);
    index moving = rows;
    for (index sweep = 1; sweep <= options_.max_sweeps && moving > 0; ++sweep) {
      std::fill_n(moved.data(), moving, scalar(0));
      Model::for_each_layer([&](auto layer) {
        if constexpr (layer() > 0) {
          const index size = model_->size(layer());
          write_input<layer()>(below.data(), moving, now, true, input.data());
          const std::span<scalar> next(fresh.data(), static_cast<std::size_t>(size));
          for (index i = 0; i < moving; ++i) {
            model_->template units<layer()>().mean(
                row_of_units(std::as_const(input).data(), i, size), next);
            moved[i] = std::max(
                moved[i], take_step<scalar>(next, damping, row_of_units(now[layer()], i, size)));
          }
        }
      });
      index kept = 0;
      for (index i = 0; i < moving; ++i) {
        if (static_cast<double>(moved[i]) <= options_.tolerance) {
          if (sweeps != nullptr) sweeps[number[i]] = sweep;
          put_back(now, i, means, number[i]);
          continue;
        }
        if (kept < i) {
          put_back(now, i, now, kept);
          std::copy_n(below.data() + i * model_->size(1), model_->size(1),
                      below.data() + kept * model_->size(1));
          number[kept] = number[i];
        }
        ++kept;
      }
      moving = kept;
    }
    for (index i = 0; i < moving; ++i) put_back(now, i, means, number[i]);
  }

  /// Row `i` of every layer becomes row `to` of others.
  void put_back(const layer_arrays& from, index i, const layer_arrays& others, index to) const {
    for (std::size_t l = 1; l < Model::layers; ++l)
      std::copy_n(from[l] + i * model_->size(l), model_->size(l), others[l] + to * model_->size(l));
  }

  template <class Value>
  static std::span<Value> row_of_units(Value* all, index i, index size) noexcept {
    return {all + i * size, static_cast<std::size_t>(size)};
  }

  const Model* model_;
  mean_field_options options_;
  input_factors<Model> factors_;
  /// Weights to the layer above, where there is one.
  std::array<dot_panels<scalar>, Model::hidden_layers - 1> above_;
};

}  // namespace harmonium::inline v0_2
