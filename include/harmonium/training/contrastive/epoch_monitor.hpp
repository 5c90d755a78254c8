// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// The figures that epochs of stochastic training write into the log.
#pragma once

#include <array>
#include <string_view>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/likelihood/mean_field.hpp"
#include "harmonium/states/concepts.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/training/monitors.hpp"
#include "harmonium/training/training_log.hpp"

namespace harmonium::inline v0_2 {

/// A stage's monitor that measures nothing more than the stage does. Another one says
/// `measures = true` and has `add(run, model, training, held_out, line)`.
struct usual_figures {
  static constexpr bool measures = false;
};

/// Root mean square of the weights of every layer.
template <class Model>
void add_weight_norms(const Model& model, training_record& line) {
  constexpr std::array<std::string_view, 4> names{"weight_norm_1", "weight_norm_2", "weight_norm_3",
                                                  "weight_norm_4"};
  for (std::size_t l = 0; l < Model::hidden_layers && l < names.size(); ++l)
    line.figures.push_back({names[l], weight_norm(model, l)});
}

/// Free energy and exact log-likelihood, nats per row, of training and held-out rows, where the
/// first hidden layer has few states.
template <executor Executor, class Model, row_source Data>
void add_exact_figures(const Executor& run, const Model& model, const Data& training,
                       const Data& held_out, training_record& line) {
  if constexpr (enumerable_model<Model>) {
    constexpr index most_states = 1024;
    if (model.template units<1>().states() > most_states) return;
    const hidden_enumeration<Model> hidden(run, model, most_states);
    const auto fit = exact_fit(run, model, hidden, training);
    line.figures.push_back({"free_energy", fit.free_energy});
    line.figures.push_back({"log_likelihood", fit.log_likelihood});
    if (row_count(held_out) == 0) return;
    const auto fresh = exact_fit(run, model, hidden, held_out);
    line.figures.push_back({"held_out_free_energy", fresh.free_energy});
    line.figures.push_back({"held_out_log_likelihood", fresh.log_likelihood});
  }
}

}  // namespace harmonium::inline v0_2
