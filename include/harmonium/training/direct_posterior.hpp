// SPDX-License-Identifier: MIT
/// @file
/// The E-step of machines with one hidden layer, without enumeration.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/listed_rows.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_batch.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/core/sparse_products.hpp"
#include "harmonium/models/row_block.hpp"
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
template <executor Executor, class Scalar, row_source Data>
void set_statistics_of_hidden(const Executor& run, const Data& data, index states,
                              posterior_statistics<Scalar>& result) {
  const double share = 1.0 / total_weight(data);
  const matrix<Scalar>& hidden = result.hidden;
  const index units = hidden.cols();
  result.pairs.setZero(column_count(data), units + 1);
  result.state_mass.assign(static_cast<std::size_t>(states), 0.0);
  result.hidden_means.setZero(units);
  result.log_likelihood = 0;
  constexpr index at_once = 256;  // rows, whose sums go on from those of the rows before
  for (index begin = 0; begin < row_count(data); begin += at_once) {
    const index rows = std::min(at_once, row_count(data) - begin);
    listed_rows<double> x(data, begin, begin + rows);
    scratch_vector<double> states_of_rows(rows * (units + 1));
    for (index i = 0; i < rows; ++i) {
      const double weight = share * row_weight(data, begin + i);
      x.scale(i, weight);
      double* const to = states_of_rows.data() + i * (units + 1);
      to[0] = 1;
      for (index k = 0; k < units; ++k) {
        to[k + 1] = static_cast<double>(hidden(begin + i, k));
        result.hidden_means[k] += static_cast<Scalar>(weight) * hidden(begin + i, k);
      }
    }
    add_sparse_transposed_product(run, x.rows(), states_of_rows.data(), units + 1,
                                  result.pairs.data());
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
  set_statistics_of_hidden(serial_executor{}, data, states, result);
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
  for_each_range(run, rows, rows_of_block, [&](index begin, index end) {
    row_block<Model> block(model, data, begin, end);
    scratch_vector<scalar> dots(end - begin);
    block.write_dots(model.bias(0), as_span(dots));
    for (index i = begin; i < end; ++i) {
      const auto eta = row_span(std::as_const(block.input()), i - begin);
      model.template units<1>().mean(eta, row_span(result.hidden, i));
      evidence[static_cast<std::size_t>(i)] =
          row_weight(data, i) * (static_cast<double>(dots[i - begin]) +
                                 static_cast<double>(model.template units<1>().log_partition(eta)));
    }
  });
  set_statistics_of_hidden(run, data, states, result);
  keep_inside(model.template units<1>(), 1e-3, as_span(result.hidden_means));
  for (const double own : evidence) result.log_likelihood += own / total_weight(data);
  return result;
}

}  // namespace harmonium::inline v0_2
