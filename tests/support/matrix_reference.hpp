// SPDX-License-Identifier: MIT
/// @file
/// A model of two or three small layers by sums over the states of its first hidden layer, written
/// out one by one: enumeration where they can be listed, quadrature where they are real numbers.
/// Shares nothing with the library's own enumeration.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/states/concepts.hpp"

namespace matrix_cells {

namespace hm = harmonium;
using numbers = std::vector<double>;

/// log of a sum of exponentials.
inline double log_sum(const numbers& terms) {
  const double most = *std::max_element(terms.begin(), terms.end());
  double sum = 0;
  for (const double t : terms) sum += std::exp(t - most);
  return most + std::log(sum);
}

/// Points of one unit with the logs of their weights: real numbers, or positive ones at e^u.
struct quadrature_points {
  numbers at, log_weight;

  static quadrature_points of(bool non_negative) {
    quadrature_points result;
    const double step = non_negative ? 0.125 : 0.25;
    for (double u = -12; u <= (non_negative ? 3.0 : 12.0); u += step) {
      result.at.push_back(non_negative ? std::exp(u) : u);
      result.log_weight.push_back(std::log(step) + (non_negative ? u : 0.0));
    }
    return result;
  }
};

template <class Model>
class reference {
  using hidden_units = hm::units_of<Model, 1>;

 public:
  explicit reference(const Model& model) : model_(model) {
    const auto& units = model.template units<1>();
    if constexpr (hm::enumerable_unit_family<hidden_units>) {
      for (hm::index s = 0; s < units.states(); ++s) {
        numbers h(static_cast<std::size_t>(units.size()));
        units.write_state(s, std::span<double>(h));
        add(h, 0);
      }
    } else {  // two units, each on a grid
      const auto points = quadrature_points::of(hm::non_negative_states<hidden_units>);
      for (std::size_t i = 0; i < points.at.size(); ++i)
        for (std::size_t j = 0; j < points.at.size(); ++j)
          add({points.at[i], points.at[j]}, points.log_weight[i] + points.log_weight[j]);
    }
    log_partition_ = log_sum(log_mass_);
  }

  /// Mean log-likelihood of rows.
  [[nodiscard]] double log_likelihood(const hm::matrix<double>& rows) const {
    double total = 0;
    numbers terms(nodes_.size());
    for (hm::index i = 0; i < rows.rows(); ++i) {
      const std::span<const double> x(rows.data() + i * rows.cols(),
                                      static_cast<std::size_t>(rows.cols()));
      for (std::size_t s = 0; s < nodes_.size(); ++s) {
        terms[s] = log_hidden_[s];
        for (std::size_t m = 0; m < x.size(); ++m) terms[s] += x[m] * inputs_[s][m];
      }
      total += log_sum(terms) + model_.visible().log_base_measure(x) - log_partition_;
    }
    return total / static_cast<double>(rows.rows());
  }

  /// E[x], E[h_1] and E[x h_1'], one after the other.
  [[nodiscard]] numbers moments() const {
    numbers result;
    numbers mean(static_cast<std::size_t>(model_.size(0)));
    for (std::size_t s = 0; s < nodes_.size(); ++s) {
      const double probability = std::exp(log_mass_[s] - log_partition_);
      model_.visible().mean(std::span<const double>(inputs_[s]), std::span<double>(mean));
      const numbers own = products(mean, nodes_[s]);
      result.resize(own.size());
      for (std::size_t k = 0; k < own.size(); ++k) result[k] += probability * own[k];
    }
    return result;
  }

  /// x, h and x h', one after the other.
  [[nodiscard]] static numbers products(std::span<const double> x, std::span<const double> h) {
    numbers all(x.begin(), x.end());
    all.insert(all.end(), h.begin(), h.end());
    for (const double a : x)
      for (const double b : h) all.push_back(a * b);
    return all;
  }

 private:
  void add(numbers h, double log_weight) {
    numbers input(static_cast<std::size_t>(model_.size(0)));
    model_.visible_input(std::span<const double>(h), std::span<double>(input));
    double own = log_weight + model_.template units<1>().log_base_measure(h);
    for (std::size_t k = 0; k < h.size(); ++k) own += h[k] * model_.bias(1)[k];
    if constexpr (Model::hidden_layers == 2) {
      numbers above(model_.bias(2).begin(), model_.bias(2).end());
      for (std::size_t k = 0; k < h.size(); ++k)
        for (std::size_t j = 0; j < above.size(); ++j)
          above[j] +=
              h[k] * model_.weights(1)(static_cast<hm::index>(k), static_cast<hm::index>(j));
      own += model_.template units<2>().log_partition(std::span<const double>(above));
    }
    log_hidden_.push_back(own);
    log_mass_.push_back(own + model_.visible().log_partition(std::span<const double>(input)));
    nodes_.push_back(std::move(h));
    inputs_.push_back(std::move(input));
  }

  const Model& model_;
  std::vector<numbers> nodes_, inputs_;
  numbers log_hidden_, log_mass_;
  double log_partition_ = 0;
};

}  // namespace matrix_cells
