// SPDX-License-Identifier: MIT
/// @file
/// The samplers' part of the matrix: each draws a small model's moments, or is refused by the
/// concept that the table names.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <span>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/models/normalisable.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/samplers/concepts.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/samplers/tempered.hpp"
#include "support/matrix_cells.hpp"
#include "support/matrix_reference.hpp"

namespace matrix_cells {

template <class Visible>
Visible small_visible() {
  if constexpr (std::same_as<Visible, hm::categorical>)
    return Visible(1, 3);
  else
    return Visible(2);
}
template <>
inline hm::negative_binomial small_visible() {
  return hm::negative_binomial(2, 2.0);
}

/// Random parameters, not too strong for block Gibbs sampling to mix; as the stack needs them.
template <class Visible, class Stack>
auto small_model() {
  using model_type = typename Stack::template on<Visible>;
  const auto sizes = Stack::sizes();
  auto model = [&]<std::size_t... L>(std::index_sequence<L...>) {
    return model_type(small_visible<Visible>(),
                      hm::make_units<hm::units_of<model_type, L + 1>>(sizes[L])...);
  }
  (std::make_index_sequence<Stack::depth>());
  hm::random_engine rng(11);
  for (auto& p : model.parameters()) p = hm::draw::uniform(-0.8, 0.8, rng);
  using hidden = hm::units_of<model_type, 1>;
  if constexpr (!hm::admits_every_input<Visible>) {
    auto weights = model.weights(0);
    for (hm::index i = 0; i < weights.size(); ++i)
      if constexpr (!hm::bounded_states<hidden>) weights.data()[i] = -std::abs(weights.data()[i]);
    if (model.visible().natural_supremum() <= 0)
      for (hm::index m = 0; m < model.size(0); ++m) {
        double highest = 0;
        for (hm::index k = 0; k < model.size(1); ++k)
          if constexpr (hm::bounded_states<hidden>)
            highest += std::max(hidden::lowest_state * weights(m, k),
                                hidden::highest_state * weights(m, k));
        model.bias(0)[static_cast<std::size_t>(m)] = -highest - hm::draw::uniform(0.3, 1.0, rng);
      }
  }
  hm::make_normalisable(model, 0.3);
  return model;
}

/// Means of draws within 5 standard errors of the moments.
template <class Model, class Sampler>
void check_draws(const Model& model, const numbers& moments, const Sampler& sampler, int draws) {
  const auto source = sampler.prepare(model);
  auto chain = source.make_chain();
  hm::random_engine rng(23);
  numbers sum(moments.size()), squares(moments.size());
  for (int n = 0; n < draws; ++n) {
    chain.draw(rng);
    const numbers one =
        reference<Model>::products(hm::as_span(chain.state()[0]), hm::as_span(chain.state()[1]));
    for (std::size_t k = 0; k < one.size(); ++k) {
      sum[k] += one[k];
      squares[k] += one[k] * one[k];
    }
  }
  for (std::size_t k = 0; k < moments.size(); ++k) {
    CAPTURE(k);
    const double mean = sum[k] / draws;
    const double variance = std::max(0.0, squares[k] / draws - mean * mean);
    CHECK(std::abs(mean - moments[k]) < 5 * std::sqrt(variance / draws) + 1.0 / draws);
  }
}

/// A sampler serves a model exactly where the table says so, and where it does not it is this
/// concept, `Served`, that fails.
template <bool Served, class Model, class Sampler>
void sampler_cell(verdict expected, const Model& model, const numbers& moments,
                  const Sampler& sampler) {
  static_assert(hm::sampler_for<Sampler, Model> == Served);
  CHECK(accepted(expected) == Served);
  if constexpr (Served) check_draws(model, moments, sampler, 4000);
}

/// All samplers on all stacks of the visible family with this number.
template <std::size_t Visible>
void check_samplers() {
  for_each_stack<Visible>([](auto visible, auto hidden, auto which) {
    using family = typename decltype(visible)::type;
    using own = typename decltype(hidden)::type;
    using model_type = typename own::template on<family>;
    const model_type model = small_model<family, own>();
    CAPTURE(own::name);
    REQUIRE(hm::is_normalisable(model));
    const numbers moments = reference<model_type>(model).moments();
    const auto& row = algorithms[which()];
    sampler_cell<hm::enumerable_model<model_type>>(row[0], model, moments, hm::exact{});
    sampler_cell<true>(row[1], model, moments, hm::gibbs{.burn_in = 30});
    sampler_cell<hm::collapsible<model_type>>(row[2], model, moments, hm::collapsed{.burn_in = 20});
    sampler_cell<hm::collapsible<model_type>>(
        row[3], model, moments, hm::tempered{.temperatures = 3, .lowest = 0.2, .burn_in = 15});
  });
}

}  // namespace matrix_cells
