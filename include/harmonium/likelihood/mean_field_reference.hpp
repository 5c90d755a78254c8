// SPDX-License-Identifier: MIT
/// @file
/// The reference distribution that annealing and tempering start from best.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/likelihood/mean_field.hpp"
#include "harmonium/units/log_mean_scale.hpp"

namespace harmonium::inline v0_2 {

/// Natural parameters of every hidden layer at the cells' average mean-field means: the reference
/// distribution that annealing and tempering start from best.
/// @param inside share of the way from those means to those of undecided units; more where few
///        cells say little about rare states
template <executor Executor, class Model, row_source Data>
typename Model::state_type mean_field_reference(const Executor& run, const Model& model,
                                                const Data& data, double inside = 0.05,
                                                const mean_field_options& options = {}) {
  using scalar = typename Model::scalar;
  auto hidden_only = model.make_state();
  hidden_only[0].resize(0);
  std::vector<typename Model::state_type> means(static_cast<std::size_t>(row_count(data)),
                                                hidden_only);
  for_each_range(run, row_count(data), 32, [&](index begin, index end) {
    mean_field_workspace<Model> work(model);
    for (index i = begin; i < end; ++i)
      mean_field(model, row_of(data, i), means[static_cast<std::size_t>(i)], work, options);
  });
  auto reference = model.make_state();
  Model::for_each_layer([&](auto layer) {
    if constexpr (layer() > 0) {
      vector<scalar> average = vector<scalar>::Zero(model.size(layer()));
      const scalar share = scalar(1) / static_cast<scalar>(std::max<index>(1, row_count(data)));
      for (const auto& cell : means)
        row::add<scalar>(as_span(cell[layer()]), share, as_span(average));
      const auto& units = model.template units<layer()>();
      keep_inside(units, inside, as_span(average));
      units.natural_from_mean(as_span(std::as_const(average)), as_span(reference[layer()]));
    }
  });
  return reference;
}

}  // namespace harmonium::inline v0_2
