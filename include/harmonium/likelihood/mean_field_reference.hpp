// SPDX-License-Identifier: MIT
/// @file
/// The reference distribution that annealing and tempering start from best.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/likelihood/mean_field.hpp"
#include "harmonium/units/log_mean_scale.hpp"

namespace harmonium::inline v0_2 {

/// Natural parameters of every hidden layer at the cells' average mean-field means: the reference
/// distribution that annealing and tempering start from best.
/// @param inside share of the way from those means to those of undecided units; more where few
///        cells say little about rare states
template <executor Executor, class Model, count_source Counts>
typename Model::state_type mean_field_reference(const Executor& run, const Model& model,
                                                const Counts& counts, double inside = 0.05,
                                                const mean_field_options& options = {}) {
  using scalar = typename Model::scalar;
  auto hidden_only = model.make_state();
  hidden_only[0].resize(0);
  std::vector<typename Model::state_type> means(static_cast<std::size_t>(counts.cells()),
                                                hidden_only);
  for_each_range(run, counts.cells(), 32, [&](index begin, index end) {
    mean_field_workspace<Model> work(model);
    for (index i = begin; i < end; ++i)
      mean_field(model, counts.cell(i), means[static_cast<std::size_t>(i)], work, options);
  });
  auto reference = model.make_state();
  Model::for_each_layer([&](auto layer) {
    if constexpr (layer() > 0) {
      vector<scalar> average = vector<scalar>::Zero(model.size(layer()));
      const scalar share = scalar(1) / static_cast<scalar>(std::max<index>(1, counts.cells()));
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
