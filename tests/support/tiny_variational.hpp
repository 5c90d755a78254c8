// SPDX-License-Identifier: MIT
/// @file
/// A variational autoencoder trained for a moment on two kinds of cells.
#pragma once

#include <memory>
#include <vector>

#include "harmonium/training/train_variational.hpp"
#include "support/toy_counts.hpp"

namespace tiny {

struct variational_pilot {
  hm::count_matrix<> counts = toy_counts(100, 12, 3);
  std::vector<hm::index> labels;  ///< the kinds
  std::shared_ptr<const hm::variational_autoencoder<>> model;

  /// The library is observed, so that libraries can be compared with the pilot's.
  variational_pilot() {
    for (hm::index i = 0; i < counts.cells(); ++i) labels.push_back(i % 2);
    hm::random_engine rng(1);
    const hm::variational_options options{
        .shape = {.encoder = {16}, .decoder = {16}, .latent = 2, .encode_library = false},
        .dropout = 0.1,
        .epochs = 150,
        .batch = 20,
        .adam = {.rate = 0.01},
        .warm_up = 100,
        .held_out = 0.0,
        .monitor = std::nullopt};
    model = std::make_shared<const hm::variational_autoencoder<>>(
        hm::train<hm::variational_autoencoder<>>(hm::serial_executor{}, counts, options, rng));
  }
};

}  // namespace tiny
