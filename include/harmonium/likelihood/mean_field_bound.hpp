// SPDX-License-Identifier: MIT
/// @file
/// The mean-field lower bound of a cell's log-likelihood, but for log Z.
#pragma once

#include <span>
#include <utility>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"

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

}  // namespace harmonium::inline v0_2
