// SPDX-License-Identifier: MIT
/// @file
/// The conditions that neighbouring layers with unbounded states put on a model's weights, checked
/// and restored. units/stack.hpp derives them and decides at compile time which stacks have any.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

#include "harmonium/core/cholesky.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/states/concepts.hpp"
#include "harmonium/units/stack.hpp"

namespace harmonium::inline v0_2 {

/// The weights between layer `Below` and the next must keep a quadratic form positive definite.
template <class Model, std::size_t Below>
concept gaussian_pair = needs_gaussian_bound<units_of<Model, Below>, units_of<Model, Below + 1>>;

/// The weights between layer `Below` and the next must not be positive.
template <class Model, std::size_t Below>
concept non_negative_pair =
    needs_non_positive_weights<units_of<Model, Below>, units_of<Model, Below + 1>>;

namespace detail {

/// Calls `body(std::integral_constant<std::size_t, l>)` for every pair of layers l and l + 1.
template <class Model, class Body>
void for_each_pair(Body&& body) {
  Model::for_each_layer([&](auto layer) {
    if constexpr (layer() < Model::hidden_layers) body(layer);
  });
}

/// Replaces b by L^-1 b.
inline void solve_lower(const matrix<double>& factor, matrix<double>& b) {
  for (index i = 0; i < b.rows(); ++i) {
    for (index k = 0; k < i; ++k)
      for (index j = 0; j < b.cols(); ++j) b(i, j) -= factor(i, k) * b(k, j);
    for (index j = 0; j < b.cols(); ++j) b(i, j) /= factor(i, i);
  }
}

/// Whether the quadratic forms of all Gaussian pairs are positive definite with weights `factor`
/// times those of the model: layer by layer from below, the Schur complement
/// S_{l+1} = diag(1 / sigma^2) - W_l' S_l^-1 W_l.
template <class Model>
bool gaussian_pairs_hold(const Model& model, double factor) {
  matrix<double> schur;  // of the layer below, as its Cholesky factor; empty: diagonal
  bool hold = true;
  for_each_pair<Model>([&](auto layer) {
    constexpr std::size_t l = layer();
    if constexpr (!gaussian_pair<Model, l>) {
      schur.resize(0, 0);
    } else if (hold) {
      const auto& below = model.template units<l>();
      const auto& above = model.template units<l + 1>();
      matrix<double> w = factor * model.weights(l).template cast<double>();
      // Between states >= 0 negative weights only help.
      if constexpr (non_negative_on_both_sides<units_of<Model, l>, units_of<Model, l + 1>>)
        w = w.cwiseMax(0.0);
      if (schur.size() == 0) {
        for (index m = 0; m < w.rows(); ++m)
          w.row(m) *= static_cast<double>(below.standard_deviation()[m]);
      } else {
        solve_lower(schur, w);
      }
      schur.resize(w.cols(), w.cols());
      for (index i = 0; i < w.cols(); ++i)
        for (index j = 0; j <= i; ++j) {
          double sum = 0;
          for (index m = 0; m < w.rows(); ++m) sum += w(m, i) * w(m, j);
          schur(i, j) = -sum;
        }
      for (index i = 0; i < w.cols(); ++i) {
        const auto sigma = static_cast<double>(above.standard_deviation()[i]);
        schur(i, i) += 1 / (sigma * sigma);
      }
      hold = cholesky(schur);
    }
  });
  return hold;
}

template <class Model, std::size_t... L>
constexpr bool any_gaussian_pair(std::index_sequence<L...>) {
  return (gaussian_pair<Model, L> || ...);
}
template <class Model, std::size_t... L>
constexpr bool any_non_negative_pair(std::index_sequence<L...>) {
  return (non_negative_pair<Model, L> || ...);
}

}  // namespace detail

/// A model with a pair of layers whose weights a quadratic form must bound.
template <class Model>
concept gaussian_somewhere =
    detail::any_gaussian_pair<Model>(std::make_index_sequence<Model::hidden_layers>());

/// A model that normalises whatever its weights are, as far as its visible input is admissible.
template <class Model>
concept always_normalisable =
    !gaussian_somewhere<Model> &&
    !detail::any_non_negative_pair<Model>(std::make_index_sequence<Model::hidden_layers>());

/// Whether the model's weights meet the conditions of its stack: positive definite where two layers
/// have Gaussian tails, not positive where two other layers have states >= 0 without upper bound.
/// Always true for stacks whose hidden layers have bounded states. That the visible input stays
/// below `natural_supremum()` is another matter: see training/constraints.hpp.
/// Cost: for every Gaussian pair, units below x units above^2.
/// @param margin for Gaussian pairs, holds also with weights (1 + margin) times as large
template <class Model>
[[nodiscard]] bool is_normalisable(const Model& model, double margin = 0) {
  bool holds = true;
  detail::for_each_pair<Model>([&](auto layer) {
    if constexpr (non_negative_pair<Model, layer()>) {
      const auto w = model.weights(layer());
      for (index i = 0; i < w.size(); ++i) holds = holds && w.data()[i] <= 0;
    }
  });
  if constexpr (gaussian_somewhere<Model>)
    holds = holds && detail::gaussian_pairs_hold(model, 1 + margin);
  return holds;
}

/// @throws std::domain_error unless `is_normalisable(model)`
template <class Model>
void require_normalisable(const Model& model, const char* function) {
  if (is_normalisable(model)) return;
  throw std::domain_error(std::string(function) +
                          ": the weights are too strong for the joint distribution to normalise "
                          "(see is_normalisable)");
}

/// Makes the model normalisable if it is not: clips weights that must not be positive, and
/// multiplies the weights of all Gaussian pairs by the largest factor that keeps the margin, to
/// within 1e-6.
/// @param margin > 0, see `is_normalisable`
template <class Model>
void make_normalisable(Model& model, double margin = 1e-3) {
  using scalar = typename Model::scalar;
  detail::for_each_pair<Model>([&](auto layer) {
    if constexpr (non_negative_pair<Model, layer()>) {
      auto w = model.weights(layer());
      for (index i = 0; i < w.size(); ++i) w.data()[i] = std::min(w.data()[i], scalar(0));
    }
  });
  if constexpr (gaussian_somewhere<Model>) {
    if (detail::gaussian_pairs_hold(model, 1 + margin)) return;
    double holds = 0, fails = 1;
    while (fails - holds > 1e-6 * fails) {
      const double middle = 0.5 * (holds + fails);
      (detail::gaussian_pairs_hold(model, (1 + margin) * middle) ? holds : fails) = middle;
      if (fails < 1e-300) break;
    }
    detail::for_each_pair<Model>([&](auto layer) {
      if constexpr (gaussian_pair<Model, layer()>) {
        auto w = model.weights(layer());
        for (index i = 0; i < w.size(); ++i) w.data()[i] *= static_cast<scalar>(holds);
      }
    });
  }
}

}  // namespace harmonium::inline v0_2
