// SPDX-License-Identifier: MIT
/// @file
/// The trainings' part of the matrix: each gains likelihood over independent columns, by sums
/// written out, or is refused by the concept that the table names.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <type_traits>
#include <utility>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/normalisable.hpp"
#include "harmonium/training/train_with.hpp"
#include "support/matrix_cells.hpp"
#include "support/matrix_reference.hpp"

namespace matrix_cells {

/// What the columns of a row of one of two kinds are drawn from: the first half of the columns is
/// high in one kind, the second half in the other.
template <class Visible>
hm::matrix<double> two_kinds(hm::index rows) {
  constexpr bool one_hot = std::same_as<Visible, hm::categorical>;
  constexpr hm::index columns = one_hot ? 6 : 4;
  hm::matrix<double> x(rows, columns);
  hm::random_engine rng(5);
  hm::vector<double> mean(columns), eta(columns);
  for (hm::index i = 0; i < rows; ++i) {
    const bool second = i % 2 == 1;
    for (hm::index m = 0; m < columns; ++m) {
      if constexpr (one_hot) {
        mean[m] = m % 3 == (second ? 2 : 0) ? 0.8 : 0.1;
      } else {
        const bool high = (m >= columns / 2) == second;
        mean[m] = std::same_as<Visible, hm::bernoulli>  ? (high ? 0.85 : 0.15)
                  : std::same_as<Visible, hm::gaussian> ? (high ? 1.5 : -1.5)
                                                        : (high ? 6.0 : 0.7);
      }
    }
    const auto units = [&] {
      if constexpr (one_hot)
        return Visible(2, 3);
      else if constexpr (std::same_as<Visible, hm::negative_binomial>)
        return Visible(columns, 5.0);
      else
        return Visible(columns);
    }();
    units.natural_from_mean(hm::as_span(std::as_const(mean)), hm::as_span(eta));
    units.sample(hm::as_span(std::as_const(eta)),
                 std::span<double>(x.data() + i * columns, static_cast<std::size_t>(columns)), rng);
  }
  return x;
}

inline hm::count_matrix<> as_counts(const hm::matrix<double>& rows) {
  hm::count_matrix<> counts(rows.cols());
  for (hm::index i = 0; i < rows.rows(); ++i) {
    counts.push_row(std::span<const double>(rows.data() + i * rows.cols(),
                                            static_cast<std::size_t>(rows.cols())));
    counts.finish_cell();
  }
  return counts;
}

/// Real numbers come as rows, all others as counts.
template <class Visible>
using data_of =
    std::conditional_t<std::same_as<Visible, hm::gaussian>, hm::matrix<double>, hm::count_matrix<>>;

/// The columns on their own: their means, with what the trained units hold besides.
template <class Model>
double independent_likelihood(Model model, const hm::matrix<double>& rows) {
  model.parameters().setZero();
  const hm::vector<double> means = rows.colwise().mean();
  if constexpr (requires { model.visible().standard_deviation(); }) {
    const hm::vector<double> sigma =
        (rows.rowwise() - means.transpose()).array().square().colwise().mean().sqrt();
    (void)model.visible().set_standard_deviation(sigma);
  }
  model.visible().natural_from_mean(hm::as_span(means), model.bias(0));
  return reference<Model>(model).log_likelihood(rows);
}

/// Trains one cell and checks what it gains.
/// @param gain least, in nats per row; the two kinds of rows share more than 0.3
template <std::size_t Visible, class Stack, class Recipe>
void check_training(const Recipe& recipe, double gain) {
  using family = std::tuple_element_t<Visible, visible_families>;
  using model_type = typename Stack::template on<family>;
  using data_type = data_of<family>;
  static_assert(hm::trainable_by<model_type, data_type, Recipe>);
  CAPTURE(Stack::name);
  const hm::matrix<double> rows = two_kinds<family>(200);
  hm::training_settings<model_type> settings{.hidden = Stack::sizes()};
  if constexpr (std::same_as<family, hm::categorical>) settings.visible = {.categories = 3};
  // From a theta of its own a gene explains all of its variance by itself.
  if constexpr (std::same_as<family, hm::negative_binomial>) settings.refit = {.start = 5};
  const data_type data = [&] {
    if constexpr (std::same_as<family, hm::gaussian>)
      return rows;
    else
      return as_counts(rows);
  }();
  hm::random_engine rng(17);
  const model_type model =
      hm::train<model_type>(hm::serial_executor{}, data, settings, recipe, rng);
  REQUIRE(hm::is_normalisable(model));
  const double trained = reference<model_type>(model).log_likelihood(rows);
  const double alone = independent_likelihood(model, rows);
  CAPTURE(trained);
  CAPTURE(alone);
  CHECK(trained > alone + gain);
}

}  // namespace matrix_cells
