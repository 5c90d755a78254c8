// SPDX-License-Identifier: MIT
/// @file
/// What the stages of a training run share.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/states/concepts.hpp"
#include "harmonium/training/refit.hpp"
#include "harmonium/training/settings.hpp"
#include "harmonium/training/training_rows.hpp"
#include "harmonium/units/trainable.hpp"

namespace harmonium::inline v0_2 {

/// Random numbers of the epochs of one machine, drawn at the start, so that they do not depend on
/// which stages come before.
struct epoch_streams {
  random_streams order;      ///< of the rows, one stream per epoch
  random_streams particles;  ///< of the negative phase
};

/// The model in training, its data, and the random numbers. A value; borrows the data.
template <class Model, row_source Data>
struct run_state {
  using scalar = typename Model::scalar;
  using model_type = Model;
  using data_type = training_rows<Data>;
  static constexpr std::size_t hidden_layers = Model::hidden_layers;

  Model model;                            ///< biases and weights zero at the start
  data_type training;                     ///< rows that train
  data_type held_out;                     ///< rows that do not
  vector<scalar> means;                   ///< of the training rows, per column
  vector<double> largest;                 ///< largest entry of each column, at least 0
  visible_refit<Model, data_type> refit;  ///< of the visible units' own parameters
  random_engine root;                     ///< what stages draw from
  /// Before the numbers that each layer's initial weights are made from.
  std::vector<random_engine> initial_weights;
  std::vector<epoch_streams> layers;  ///< of pretraining, per hidden layer
  epoch_streams joint;                ///< of joint training
  /// Hidden states of the model that a stage left, where it trains by particles; else empty.
  std::vector<typename Model::state_type> particles = {};
};

/// Which rows train and which are held out.
struct row_split {
  row_choice training, held_out;  ///< numbers of rows
};
/// @throws std::invalid_argument for rows out of range, weights of another number or not positive,
///         or if nothing is left to train on
[[nodiscard]] inline row_split split_rows(index rows, std::span<const index> held_out,
                                          std::span<const double> weights) {
  require(weights.empty() || std::ssize(weights) == rows, "train",
          "weights must have one entry per row (" + std::to_string(rows) + "), got " +
              std::to_string(weights.size()));
  for (std::size_t i = 0; i < weights.size(); ++i)
    require(weights[i] > 0 && std::isfinite(weights[i]), "train",
            "weights must be positive and finite, got " + std::to_string(weights[i]) + " for row " +
                std::to_string(i));
  std::vector<bool> out(static_cast<std::size_t>(rows), false);
  for (const index row : held_out) {
    require(row >= 0 && row < rows, "train",
            "held-out row " + std::to_string(row) + " is not below " + std::to_string(rows));
    out[static_cast<std::size_t>(row)] = true;
  }
  std::vector<index> in_rows, out_rows;
  for (index i = 0; i < rows; ++i)
    (out[static_cast<std::size_t>(i)] ? out_rows : in_rows).push_back(i);
  require(!in_rows.empty(), "train", "all rows are held out");
  return {{std::move(in_rows), weights}, {std::move(out_rows), weights}};
}

/// The visible layer, then hidden layers of the given sizes.
template <class Model>
[[nodiscard]] Model make_model(index columns, const training_settings<Model>& settings) {
  return [&]<std::size_t... L>(std::index_sequence<L...>) {
    return Model(make_visible<typename Model::visible_units>(columns, settings.visible),
                 make_units<units_of<Model, L + 1>>(settings.hidden[L])...);
  }
  (std::make_index_sequence<Model::hidden_layers>{});
}

/// The start of a run. The data are walked once: a row that the visible units do not support is
/// refused by name.
/// @param rng moves on by one word
/// @throws std::invalid_argument for empty data or settings out of range, std::domain_error naming
///         row, column and value for data that the visible units do not support
template <class Model, row_source Data>
[[nodiscard]] run_state<Model, Data> begin_run(const Data& data,
                                               const training_settings<Model>& settings,
                                               random_engine& rng) {
  using scalar = typename Model::scalar;
  require(row_count(data) > 0, "train", "the data have no rows");
  require(column_count(data) > 0, "train", "the data have no columns");
  for (std::size_t l = 0; l < Model::hidden_layers; ++l)
    require(settings.hidden[l].units() > 0, "train",
            "hidden layer " + std::to_string(l + 1) + " needs at least one unit, got " +
                std::to_string(settings.hidden[l].units()));
  Model model = make_model(column_count(data), settings);
  require_supported(model.visible(), data);
  auto split = split_rows(row_count(data), settings.held_out, settings.weights);
  training_rows<Data> training(data, std::move(split.training));
  training_rows<Data> held_out(data, std::move(split.held_out));
  const vector<double> means = column_means(training);
  if constexpr (count_source<Data>)
    require(training.nonzeros() > 0, "train", "the data hold no counts at all");
  vector<double> largest = vector<double>::Zero(column_count(data));
  for (index i = 0; i < row_count(training); ++i)
    row::for_each_nonzero(row_of(training, i), [&](index m, auto x) {
      largest[m] = std::max(largest[m], static_cast<double>(x));
    });

  random_engine root(rng());
  std::vector<random_engine> initial_weights;
  std::vector<epoch_streams> layers;
  const auto streams = [&] {
    random_streams order(root), particles(root);
    return epoch_streams{order, particles};
  };
  for (std::size_t l = 0; l < Model::hidden_layers; ++l) {
    initial_weights.push_back(root);
    root.seek(root.position() + static_cast<std::uint64_t>(model.size(l) * model.size(l + 1)));
    layers.push_back(streams());
  }
  const epoch_streams joint = streams();
  run_state<Model, Data> at{std::move(model),
                            std::move(training),
                            std::move(held_out),
                            means.template cast<scalar>(),
                            std::move(largest),
                            {},
                            root,
                            std::move(initial_weights),
                            std::move(layers),
                            joint};
  at.refit.start(settings.refit, at.training, at.model.visible());
  return at;
}

}  // namespace harmonium::inline v0_2
