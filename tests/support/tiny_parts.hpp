// SPDX-License-Identifier: MIT
/// @file
/// Machines of several visible parts, small enough to sum over all their states one by one.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <vector>

#include "harmonium/models/part_blocks.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "support/tiny_models.hpp"

namespace tiny {

/// Two genes and a batch of three, each with two first hidden units of its own.
using counts_and_batch = hm::parts<hm::negative_binomial, hm::categorical>;
using two_towers = hm::partitioned<hm::part<hm::negative_binomial, hm::bernoulli>,
                                   hm::part<hm::categorical, hm::bernoulli>, hm::joined<>>;
using two_towers_joined =
    hm::partitioned<hm::part<hm::negative_binomial, hm::bernoulli>,
                    hm::part<hm::categorical, hm::bernoulli>, hm::joined<hm::bernoulli>>;
/// The same two parts under one first hidden layer.
using joined_at_once = hm::dbm<counts_and_batch, hm::bernoulli>;

inline counts_and_batch visible_parts() {
  hm::vector<double> theta(2);
  theta << 0.8, 3.0;
  return counts_and_batch(hm::negative_binomial(theta), hm::categorical(1, 3));
}

/// Random parameters that link what may be linked; gene inputs so far below zero that counts of
/// `most_counts` are below 1e-12 of the mass.
template <class Model>
Model with_random_parts(Model model, std::uint64_t seed) {
  model = with_random_parameters(std::move(model), seed);
  hm::keep_parts(model);
  for (hm::index m = 0; m < 2; ++m) {
    double highest = 0;
    for (hm::index k = 0; k < model.size(1); ++k) highest += std::max(0.0, model.weights(0)(m, k));
    model.bias(0)[static_cast<std::size_t>(m)] = -0.8 - highest;
  }
  for (std::size_t k = 2; k < 5; ++k) model.bias(0)[k] = 0.4 * (static_cast<double>(k) - 3);
  return model;
}
inline constexpr int most_counts = 48;

inline two_towers towers(std::uint64_t seed) {
  return with_random_parts(
      two_towers(visible_parts(), hm::parts(hm::bernoulli(2), hm::bernoulli(2))), seed);
}
inline two_towers_joined towers_joined(std::uint64_t seed) {
  return with_random_parts(
      two_towers_joined(visible_parts(), hm::parts(hm::bernoulli(2), hm::bernoulli(2)),
                        hm::bernoulli(2)),
      seed);
}
inline joined_at_once joined_first(std::uint64_t seed) {
  return with_random_parts(joined_at_once(visible_parts(), hm::bernoulli(3)), seed);
}

/// Calls `body` with every state of the two genes and the batch, counts cut off at `most_counts`.
template <class Body>
void for_each_visible(const Body& body) {
  std::vector<double> x(5);
  for (int first = 0; first < most_counts; ++first)
    for (int second = 0; second < most_counts; ++second)
      for (std::size_t batch = 0; batch < 3; ++batch) {
        x = {double(first), double(second), 0, 0, 0};
        x[2 + batch] = 1;
        body(std::span<const double>(x), batch);
      }
}

/// Calls `body` with every state of the hidden layers from `Layer` on, written into `state`.
template <std::size_t Layer = 1, class Model, class Body>
void for_each_hidden(const Model& model, typename Model::state_type& state, const Body& body) {
  if constexpr (Layer == Model::layers) {
    body();
  } else {
    for (hm::index s = 0; s < model.template units<Layer>().states(); ++s) {
      model.template units<Layer>().write_state(s, hm::as_span(state[Layer]));
      for_each_hidden<Layer + 1>(model, state, body);
    }
  }
}

/// -log sum_h exp(-E(x, h)) by the sum itself.
template <class Model>
double summed_free_energy(const Model& model, std::span<const double> x) {
  auto state = model.make_state();
  std::copy(x.begin(), x.end(), state[0].data());
  double sum = 0;
  for_each_hidden(model, state, [&] { sum += std::exp(-model.energy(state)); });
  return -std::log(sum);
}

}  // namespace tiny
