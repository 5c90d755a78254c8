// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// The parts of the networks: linear maps of sparse or dense rows, and hidden layers of batch
/// normalisation, ReLU and dropout, forwards and backwards.
/// @see Ioffe & Szegedy (2015), Batch normalization, ICML; Srivastava et al. (2014), Dropout, JMLR.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "harmonium/core/dense_products.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/sparse_products.hpp"
#include "harmonium/models/variational/layout.hpp"

namespace harmonium::inline v0_2 {

/// scVI's: added to a variance before the root.
inline constexpr double batch_norm_epsilon = 1e-3;
/// Share of a new batch in the running statistics.
inline constexpr double batch_norm_momentum = 0.01;

/// Rows as they enter the first layer.
template <class Scalar>
using sparse_rows = std::span<const sparse_row<Scalar>>;

/// out = x W + b.
template <executor Executor, std::floating_point Scalar>
void apply_linear(const Executor& run, const linear_block& block, const Scalar* parameters,
                  const sparse_rows<Scalar>& x, matrix<Scalar>& out) {
  const Eigen::Map<const vector<Scalar>> bias(parameters + block.bias, block.outputs);
  give_size(out, static_cast<index>(x.size()), block.outputs);
  out.rowwise() = bias.transpose();
  add_sparse_product(run, x, parameters + block.weights, block.outputs, out.data());
}
template <executor Executor, std::floating_point Scalar>
void apply_linear(const Executor& run, const linear_block& block, const Scalar* parameters,
                  const matrix<Scalar>& x, matrix<Scalar>& out) {
  const Eigen::Map<const vector<Scalar>> bias(parameters + block.bias, block.outputs);
  give_size(out, x.rows(), block.outputs);
  out.rowwise() = bias.transpose();
  add_product(run, as_factor(x), as_factor(parameters + block.weights, block.inputs, block.outputs),
              out.data());
}

/// Adds the gradient in W and b. @param slope gradient in the outputs, rows x outputs
template <executor Executor, std::floating_point Scalar, class Rows>
void add_linear_gradient(const Executor& run, const linear_block& block, const Rows& x,
                         const matrix<Scalar>& slope, Scalar* gradient) {
  if constexpr (std::same_as<Rows, sparse_rows<Scalar>>) {
    add_sparse_transposed_product(run, x, slope.data(), block.outputs, gradient + block.weights);
  } else {
    add_product(run, as_factor(x).transposed(), as_factor(slope), gradient + block.weights);
  }
  Eigen::Map<vector<Scalar>> bias(gradient + block.bias, block.outputs);
  for (index i = 0; i < slope.rows(); ++i) bias += slope.row(i).transpose();
}

/// out += the gradient in the inputs.
template <executor Executor, std::floating_point Scalar>
void add_input_gradient(const Executor& run, const linear_block& block, const Scalar* parameters,
                        const matrix<Scalar>& slope, matrix<Scalar>& out) {
  add_product(run, as_factor(slope),
              as_factor(parameters + block.weights, block.inputs, block.outputs).transposed(),
              out.data());
}

/// What the way back through one hidden layer needs.
template <std::floating_point Scalar>
struct layer_trace {
  matrix<Scalar> normalised;  ///< rows x units, before scale and shift
  vector<Scalar> inverse_deviation;
  vector<Scalar> mean, variance;  ///< of this batch, the variance as it enters the running one
  matrix<Scalar> out;
  Scalar keep = 1;  ///< what dropout multiplies by where it leaves a number
};

/// Normalisation with the batch's own moments, ReLU, dropout.
/// @param raw     x W + b, overwritten
/// @param engines one per row, from which dropout draws half a word per unit; none where it is 0
template <std::floating_point Scalar>
void normalise_batch(const hidden_block& block, const Scalar* parameters, matrix<Scalar>& raw,
                     double dropout, std::span<random_engine> engines, layer_trace<Scalar>& trace) {
  const index rows = raw.rows(), units = raw.cols();
  const auto n = static_cast<Scalar>(rows);
  trace.mean = vector<Scalar>::Zero(units);
  for (index i = 0; i < rows; ++i) trace.mean += raw.row(i).transpose();
  trace.mean /= n;
  vector<Scalar> squares = vector<Scalar>::Zero(units);
  for (index i = 0; i < rows; ++i) {
    raw.row(i) -= trace.mean.transpose();
    squares.array() += raw.row(i).transpose().array().square();
  }
  give_size(trace.inverse_deviation, units);
  for (index u = 0; u < units; ++u)
    trace.inverse_deviation[u] =
        1 / std::sqrt(squares[u] / n + static_cast<Scalar>(batch_norm_epsilon));
  trace.variance = squares / (rows > 1 ? n - 1 : n);
  const Eigen::Map<const vector<Scalar>> scale(parameters + block.scale, units);
  const Eigen::Map<const vector<Scalar>> shift(parameters + block.shift, units);
  give_size(trace.out, rows, units);
  for (index i = 0; i < rows; ++i) {
    raw.row(i).array() *= trace.inverse_deviation.transpose().array();
    trace.out.row(i) =
        (raw.row(i).array() * scale.transpose().array() + shift.transpose().array()).max(Scalar(0));
  }
  trace.normalised.swap(raw);
  trace.keep = 1;
  if (dropout == 0) return;
  trace.keep = static_cast<Scalar>(1 / (1 - dropout));
  const auto limit = static_cast<std::uint32_t>(dropout * 4294967296.0);
  for (index i = 0; i < rows; ++i) {
    random_engine& own = engines[static_cast<std::size_t>(i)];
    Scalar* out = trace.out.data() + i * units;
    for (index u = 0; u < units; u += 2) {
      const std::uint64_t word = own();
      out[u] *= static_cast<std::uint32_t>(word) < limit ? Scalar(0) : trace.keep;
      if (u + 1 < units)
        out[u + 1] *= static_cast<std::uint32_t>(word >> 32) < limit ? Scalar(0) : trace.keep;
    }
  }
}

/// Back through dropout, ReLU and normalisation. @param slope gradient in `trace.out`, becomes the
/// gradient in x W + b.
template <std::floating_point Scalar>
void back_through_norm(const hidden_block& block, const Scalar* parameters,
                       const layer_trace<Scalar>& trace, matrix<Scalar>& slope, Scalar* gradient) {
  const index rows = slope.rows(), units = slope.cols();
  const auto n = static_cast<Scalar>(rows);
  Eigen::Map<vector<Scalar>> scale_slope(gradient + block.scale, units);
  Eigen::Map<vector<Scalar>> shift_slope(gradient + block.shift, units);
  vector<Scalar> sum = vector<Scalar>::Zero(units), product = vector<Scalar>::Zero(units);
  for (index i = 0; i < rows; ++i) {
    slope.row(i) =
        (trace.out.row(i).array() > Scalar(0)).select(slope.row(i).array() * trace.keep, Scalar(0));
    sum += slope.row(i).transpose();
    product.array() +=
        slope.row(i).transpose().array() * trace.normalised.row(i).transpose().array();
  }
  scale_slope += product;
  shift_slope += sum;
  const Eigen::Map<const vector<Scalar>> scale(parameters + block.scale, units);
  const vector<Scalar> factor = scale.array() * trace.inverse_deviation.array();
  sum /= n;
  product /= n;
  for (index i = 0; i < rows; ++i)
    slope.row(i).array() = factor.transpose().array() *
                           ((slope.row(i).array() - sum.transpose().array()) -
                            trace.normalised.row(i).array() * product.transpose().array());
}

/// All hidden layers with the moments of the batch. @return the last layer's output
template <executor Executor, std::floating_point Scalar, class Rows>
const matrix<Scalar>& forward(const Executor& run, const std::vector<hidden_block>& layers,
                              const Scalar* parameters, const Rows& x, double dropout,
                              std::span<random_engine> engines,
                              std::vector<layer_trace<Scalar>>& traces) {
  traces.resize(layers.size());
  matrix<Scalar> raw;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (l == 0)
      apply_linear(run, layers[l].linear, parameters, x, raw);
    else
      apply_linear(run, layers[l].linear, parameters, traces[l - 1].out, raw);
    normalise_batch(layers[l], parameters, raw, dropout, engines, traces[l]);
  }
  return traces.back().out;
}

/// Back through all of them. @param slope gradient in the last output; becomes that in the first
/// layer's x W + b.
template <executor Executor, std::floating_point Scalar, class Rows>
void backward(const Executor& run, const std::vector<hidden_block>& layers,
              const Scalar* parameters, const Rows& x,
              const std::vector<layer_trace<Scalar>>& traces, matrix<Scalar>& slope,
              Scalar* gradient) {
  for (std::size_t l = layers.size(); l-- > 0;) {
    back_through_norm(layers[l], parameters, traces[l], slope, gradient);
    if (l == 0) {
      add_linear_gradient(run, layers[l].linear, x, slope, gradient);
    } else {
      add_linear_gradient(run, layers[l].linear, traces[l - 1].out, slope, gradient);
      matrix<Scalar> below = matrix<Scalar>::Zero(slope.rows(), layers[l].linear.inputs);
      add_input_gradient(run, layers[l].linear, parameters, slope, below);
      slope.swap(below);
    }
  }
}

/// Moves the running moments towards those of a batch.
template <std::floating_point Scalar>
void update_running(const std::vector<hidden_block>& layers,
                    const std::vector<layer_trace<Scalar>>& traces, vector<Scalar>& statistics) {
  const auto share = static_cast<Scalar>(batch_norm_momentum);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const index units = layers[l].linear.outputs;
    auto mean = statistics.segment(layers[l].running, units);
    auto variance = statistics.segment(layers[l].running + units, units);
    mean = (1 - share) * mean + share * traces[l].mean;
    variance = (1 - share) * variance + share * traces[l].variance;
  }
}

/// All hidden layers with the running moments and without dropout.
template <executor Executor, std::floating_point Scalar, class Rows>
matrix<Scalar> evaluate_layers(const Executor& run, const std::vector<hidden_block>& layers,
                               const vector<Scalar>& parameters, const vector<Scalar>& statistics,
                               const Rows& x) {
  matrix<Scalar> raw, out;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const hidden_block& layer = layers[l];
    const index units = layer.linear.outputs;
    if (l == 0)
      apply_linear(run, layer.linear, parameters.data(), x, raw);
    else
      apply_linear(run, layer.linear, parameters.data(), out, raw);
    vector<Scalar> factor(units);
    for (index u = 0; u < units; ++u)
      factor[u] = parameters[layer.scale + u] / std::sqrt(statistics[layer.running + units + u] +
                                                          static_cast<Scalar>(batch_norm_epsilon));
    const auto mean = statistics.segment(layer.running, units);
    const auto shift = parameters.segment(layer.shift, units);
    give_size(out, raw.rows(), units);
    for (index i = 0; i < raw.rows(); ++i)
      out.row(i) = ((raw.row(i) - mean.transpose()).array() * factor.transpose().array() +
                    shift.transpose().array())
                       .max(Scalar(0));
  }
  return out;
}

}  // namespace harmonium::inline v0_2
