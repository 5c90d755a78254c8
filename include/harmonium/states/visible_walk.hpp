// SPDX-License-Identifier: MIT
/// @file
/// The visible layer's log-partition and moments for many states of the first hidden layer.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/states/enumerated_states.hpp"
#include "harmonium/units/visible_steps.hpp"

namespace harmonium::inline v0_2 {

/// Visits states [begin, end) in order: `visit(s, steps, row)`. Only states in that range serve as
/// parents, so that the result depends on `begin` but on nothing else.
template <class Model, class Visitor>
void walk_visible(const Model& model, const visible_steps<typename Model::visible_units>& steps,
                  const enumerated_states<typename Model::scalar>& states, index begin, index end,
                  Visitor&& visit) {
  using scalar = typename Model::scalar;
  using number = typename visible_steps<typename Model::visible_units>::number;
  // The way from a state without parent to the current one.
  const index width = steps.row_size();
  scratch_vector<index> way(states.longest_way());
  scratch_vector<number> rows(states.longest_way() * width);
  const auto row = [&](index at) {
    return std::span<number>(rows.data() + at * width, static_cast<std::size_t>(width));
  };
  index depth = 0;
  scratch_vector<scalar> eta(model.size(0));
  for (index s = begin; s < end; ++s) {
    const index parent = states.parent(s);
    if (parent < begin) {
      depth = 0;
    } else {
      while (way[depth - 1] != parent) --depth;
    }
    if (depth == 0) {
      model.visible_input(states[s], as_span(eta));
      steps.start(as_span(std::as_const(eta)), row(0));
    } else {
      steps.set_unit(row(depth - 1), states.unit(s), row(depth));
    }
    way[depth] = s;
    visit(s, steps, std::span<const number>(row(depth)));
    ++depth;
  }
}

/// A_0(b_0 + W_0 h_1) of every state. Cost: states x genes, times one logarithm.
/// @param[out] terms length states
template <executor Executor, class Model>
void visible_log_partitions(const Executor& run, const Model& model,
                            const enumerated_states<typename Model::scalar>& states,
                            std::span<double> terms) {
  const visible_steps<typename Model::visible_units> steps(model.visible(), model.weights(0));
  for_each_range(run, states.size(), 64, [&](index begin, index end) {
    walk_visible(model, steps, states, begin, end, [&](index s, const auto& by, const auto& row) {
      terms[static_cast<std::size_t>(s)] = by.log_partition(row);
    });
  });
}

/// The same as a vector.
template <executor Executor, class Model>
vector<double> visible_log_partitions(const Executor& run, const Model& model,
                                      const enumerated_states<typename Model::scalar>& states) {
  vector<double> terms(states.size());
  visible_log_partitions(run, model, states, as_span(terms));
  return terms;
}

}  // namespace harmonium::inline v0_2
