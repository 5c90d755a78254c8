// SPDX-License-Identifier: MIT
/// @file
/// Settings of an autoencoder's training, and presets.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/models/variational/layout.hpp"
#include "harmonium/training/adam.hpp"

namespace harmonium::inline v0_2 {

/// Looks at the held-out cells in training; with `patience`, early stopping.
struct held_out_monitor {
  index every = 5;  ///< epochs from one look to the next, at least 1
  index draws = 5;  ///< of z and l per held-out cell and look, at least 1
  /// Early stopping: training ends when the held-out bound did not rise for so many looks (at least
  /// 1) after the warm-up, and takes the model of the best of these. None: looks are logged only.
  std::optional<index> patience = {};
};

/// Settings of a run. The defaults are those of `pilot_default`.
struct variational_options {
  /// Of the network.
  variational_shape shape = {
      .encoder = {32}, .decoder = {32}, .latent = 8, .encode_library = false};
  double dropout = 0;  ///< share of the encoders' hidden units dropped per cell and step, in [0, 1)
  index epochs = 400;  ///< over the training cells
  index batch = 32;    ///< cells per step; a last batch of fewer than 3 cells is skipped
  adam_options adam = {.rate = 0.01, .weight_decay = 1e-2};  ///< of the optimiser
  double warm_up = 50;  ///< epochs until the KL of z counts in full; 0: from the start
  /// Cells that do not train: a share in [0, 1) of them, drawn at random, or these rows.
  std::variant<double, std::vector<index>> held_out = 0.1;
  /// Needs `held_out`. Where a pilot is so small that the share is less than a cell, nothing
  /// happens.
  std::optional<held_out_monitor> monitor = held_out_monitor{.every = 5, .patience = 20};
};

/// For pilots of about a hundred to a few thousand cells.
[[nodiscard]] inline variational_options pilot_default() {
  return {};
}

/// scVI's defaults, which suit tens of thousands of cells: 128 hidden units, z of 10, one layer,
/// 400 epochs.
[[nodiscard]] inline variational_options scvi_default() {
  return {.shape = {.encoder = {128}, .decoder = {128}, .latent = 10, .encode_library = true},
          .dropout = 0.1,
          .epochs = 400,
          .batch = 128,
          .adam = {},
          .warm_up = 400,
          .held_out = 0.3,
          .monitor = std::nullopt};
}

/// The settings of the paper's notebooks: 64 hidden units, z of 14, two layers, batches of 36.
[[nodiscard]] inline variational_options paper_notebook() {
  variational_options options = scvi_default();
  options.shape.encoder = {64, 64};
  options.shape.decoder = {64, 64};
  options.shape.latent = 14;
  options.epochs = 200;
  options.batch = 36;
  options.adam.rate = 0.01;
  options.warm_up = 75;
  return options;
}

/// @throws std::invalid_argument naming the setting that is out of range. (`adam` and the model
///         check theirs.)
inline void validate(const variational_options& options) {
  const auto check = [](bool holds, const std::string& message) {
    require(holds, "variational_options", message);
  };
  check(options.dropout >= 0 && options.dropout < 1,
        "dropout must be in [0, 1), got " + std::to_string(options.dropout));
  check(options.epochs >= 0, "epochs must not be negative");
  check(options.batch >= 3, "batches need at least 3 cells, got " + std::to_string(options.batch));
  check(options.warm_up >= 0, "warm_up must not be negative");
  if (const double* share = std::get_if<double>(&options.held_out))
    check(*share >= 0 && *share < 1, "held_out must be in [0, 1), got " + std::to_string(*share));
  if (!options.monitor) return;
  const bool none = std::holds_alternative<double>(options.held_out)
                        ? std::get<double>(options.held_out) == 0
                        : std::get<std::vector<index>>(options.held_out).empty();
  check(!none, "monitor needs held_out cells");
  check(options.monitor->every >= 1, "monitor.every must be at least 1");
  check(options.monitor->draws >= 1, "monitor.draws must be at least 1");
  check(options.monitor->patience.value_or(1) >= 1, "monitor.patience must be at least 1");
}

}  // namespace harmonium::inline v0_2
