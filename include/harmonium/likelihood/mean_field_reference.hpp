// SPDX-License-Identifier: MIT
/// @file
/// The reference distribution that annealing and tempering start from best.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_batch.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/likelihood/block_mean_field.hpp"
#include "harmonium/likelihood/mean_field_options.hpp"
#include "harmonium/models/row_block.hpp"
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
  std::array<matrix<scalar>, Model::layers> means;
  for (std::size_t l = 1; l < Model::layers; ++l) means[l].resize(row_count(data), model.size(l));
  const block_mean_field<Model> field(model, options, {});
  for_each_range(run, row_count(data), rows_of_block, [&](index begin, index end) {
    row_block<Model> block(model, data, begin, end);
    std::array<scalar*, Model::layers> own{};
    for (std::size_t l = 1; l < Model::layers; ++l) own[l] = row_span(means[l], begin).data();
    field.write(block.input().data(), end - begin, own);
  });
  auto reference = model.make_state();
  Model::for_each_layer([&](auto layer) {
    if constexpr (layer() > 0) {
      vector<scalar> average = vector<scalar>::Zero(model.size(layer()));
      const scalar share = scalar(1) / static_cast<scalar>(std::max<index>(1, row_count(data)));
      for (index i = 0; i < row_count(data); ++i)
        row::add<scalar>(row_span(std::as_const(means[layer()]), i), share, as_span(average));
      const auto& units = model.template units<layer()>();
      keep_inside(units, inside, as_span(average));
      units.natural_from_mean(as_span(std::as_const(average)), as_span(reference[layer()]));
    }
  });
  return reference;
}

}  // namespace harmonium::inline v0_2
