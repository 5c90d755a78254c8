// SPDX-License-Identifier: MIT
/// @file
/// The E-step of machines with one hidden layer, without enumeration.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/states/concepts.hpp"
#include "harmonium/training/posterior_statistics.hpp"
#include "harmonium/units/log_mean_scale.hpp"

namespace harmonium::inline v0_2 {

/// A machine of one hidden layer, given which x and given x which h_1 are independent.
template <class Model>
concept one_hidden_layer = (Model::hidden_layers == 1);

/// Expected statistics of the data when every cell's E[h_1 | x] is known, of a list of `states`
/// that holds none of the cells.
/// @param[in,out] result all but `hidden`, cells x units, is overwritten
template <class Scalar, row_source Data>
void set_statistics_of_hidden(const Data& data, index states,
                              posterior_statistics<Scalar>& result) {
  const double share = 1.0 / total_weight(data);
  const matrix<Scalar>& hidden = result.hidden;
  result.pairs.setZero(column_count(data), hidden.cols() + 1);
  result.state_mass.assign(static_cast<std::size_t>(states), 0.0);
  result.hidden_means.setZero(hidden.cols());
  result.log_likelihood = 0;
  for (index i = 0; i < row_count(data); ++i) {
    const double weight = share * row_weight(data, i);
    row::for_each_nonzero(row_of(data, i), [&](index m, auto value) {
      const double x = weight * static_cast<double>(value);
      result.pairs(m, 0) += x;
      for (index k = 0; k < hidden.cols(); ++k)
        result.pairs(m, k + 1) += x * static_cast<double>(hidden(i, k));
    });
    for (index k = 0; k < hidden.cols(); ++k)
      result.hidden_means[k] += static_cast<Scalar>(weight) * hidden(i, k);
  }
}
/// The statistics of rows whose hidden states are known.
/// @param hidden rows x hidden units
/// @param states of the first hidden layer; 0: they are not counted
template <class Scalar, row_source Data>
posterior_statistics<Scalar> statistics_of_hidden(const Data& data, matrix<Scalar> hidden,
                                                  index states) {
  posterior_statistics<Scalar> result;
  result.hidden = std::move(hidden);
  set_statistics_of_hidden(data, states, result);
  return result;
}

/// The E-step without enumeration, exact. `log_likelihood` lacks log Z.
/// @param states length of the list that the M-step will use
/// Cost: rows x non-zeros x hidden units.
template <executor Executor, one_hidden_layer Model, row_source Data>
posterior_statistics<typename Model::scalar> direct_posterior(const Executor& run,
                                                              const Model& model, const Data& data,
                                                              index states) {
  using scalar = typename Model::scalar;
  const index rows = row_count(data), units = model.size(1);
  posterior_statistics<scalar> result;
  result.hidden.resize(rows, units);
  std::vector<double> evidence(static_cast<std::size_t>(rows));
  for_each_range(run, rows, 32, [&](index begin, index end) {
    vector<scalar> input(units);
    for (index i = begin; i < end; ++i) {
      model.first_hidden_input(row_of(data, i), as_span(input));
      const auto eta = as_span(std::as_const(input));
      model.template units<1>().mean(
          eta, {result.hidden.data() + i * units, static_cast<std::size_t>(units)});
      evidence[static_cast<std::size_t>(i)] =
          row_weight(data, i) *
          (static_cast<double>(row::dot<scalar>(row_of(data, i), model.bias(0))) +
           static_cast<double>(model.template units<1>().log_partition(eta)));
    }
  });
  set_statistics_of_hidden(data, states, result);
  keep_inside(model.template units<1>(), 1e-3, as_span(result.hidden_means));
  for (const double own : evidence) result.log_likelihood += own / total_weight(data);
  return result;
}

}  // namespace harmonium::inline v0_2
