// SPDX-License-Identifier: MIT
/// @file
/// The mean-field lower bound of a cell's log-likelihood, but for log Z.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "harmonium/core/dense_products.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/factor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_batch.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/likelihood/block_mean_field.hpp"
#include "harmonium/likelihood/mean_field_options.hpp"
#include "harmonium/models/row_block.hpp"

namespace harmonium::inline v0_2 {

/// Mean-field lower bound of log sum_h exp(-E(x, h)), the log of the unnormalised p(x): E[-E(x, h)]
/// plus the entropy of h when all hidden units are independent with the given means. For hidden
/// units without a base measure of their own.
/// @param means hidden layers as `mean_field` leaves them
template <class Model, class Row>
double mean_field_bound(const Model& model, const Row& x, double log_base,
                        const typename Model::state_type& means) {
  using scalar = typename Model::scalar;
  double bound = log_base + static_cast<double>(row::dot<scalar>(x, model.bias(0)));
  vector<scalar> below(model.size(1));
  model.first_hidden_input(x, as_span(below));
  Model::for_each_layer([&](auto layer) {
    if constexpr (layer() > 0) {
      const auto& units = model.template units<layer()>();
      const auto own = as_span(means[layer()]);
      if constexpr (layer() > 1) {
        const auto b = model.bias(layer());
        below.resize(model.size(layer()));
        std::copy(b.begin(), b.end(), below.data());
        row::add_product<scalar>(as_span(means[layer() - 1]), model.weights(layer() - 1),
                                 as_span(below));
      }
      vector<scalar> eta(model.size(layer()));
      units.natural_from_mean(own, as_span(eta));
      double sum = static_cast<double>(units.log_partition(as_span(std::as_const(eta))));
      for (std::size_t k = 0; k < own.size(); ++k) {
        const auto i = static_cast<index>(k);
        sum += static_cast<double>(own[k]) *
               (static_cast<double>(below[i]) - static_cast<double>(eta[i]));
      }
      bound += sum;
    }
  });
  return bound;
}

/// `mean_field_bound` of every row, with its bits, 64 rows at a time.
/// @param base what `log_base_measures` gives, length rows
/// @return length rows, nats; what a row weighs has no part in it
template <executor Executor, class Model, row_source Data>
[[nodiscard]] vector<double> mean_field_bounds(const Executor& run, const Model& model,
                                               const Data& data,
                                               const vector<typename Model::scalar>& base,
                                               const mean_field_options& options = {}) {
  using scalar = typename Model::scalar;
  vector<double> bounds(row_count(data));
  const block_mean_field<Model> field(model, options, {});
  for_each_range(run, bounds.size(), rows_of_block, [&](index begin, index end) {
    const index rows = end - begin;
    row_block<Model> block(model, data, begin, end);
    mean_field_block<Model> own(model, rows);
    field.write(block.input().data(), rows, own.means);
    scratch_vector<scalar> dots(rows);
    block.write_dots(model.bias(0), as_span(dots));
    for (index i = 0; i < rows; ++i)
      bounds[begin + i] = static_cast<double>(base[begin + i]) + static_cast<double>(dots[i]);
    Model::for_each_layer([&](auto layer) {
      if constexpr (layer() > 0) {
        const index size = model.size(layer());
        if constexpr (layer() > 1) {
          block.input().resize(rows, size);
          fill_rows(model.bias(layer()), block.input());
          const index below = model.size(layer() - 1);
          add_product(serial_executor{}, as_factor<scalar>(own.means[layer() - 1], rows, below),
                      as_factor<scalar>(model.weights(layer() - 1).data(), below, size),
                      block.input().data());
        }
        const auto& units = model.template units<layer()>();
        scratch_vector<scalar> eta(size);
        for (index i = 0; i < rows; ++i) {
          const std::span<const scalar> means(own.means[layer()] + i * size,
                                              static_cast<std::size_t>(size));
          units.natural_from_mean(means, as_span(eta));
          double sum = static_cast<double>(units.log_partition(as_span(std::as_const(eta))));
          for (index k = 0; k < size; ++k)
            sum += static_cast<double>(means[static_cast<std::size_t>(k)]) *
                   (static_cast<double>(block.input()(i, k)) - static_cast<double>(eta[k]));
          bounds[begin + i] += sum;
        }
      }
    });
  });
  return bounds;
}

}  // namespace harmonium::inline v0_2
