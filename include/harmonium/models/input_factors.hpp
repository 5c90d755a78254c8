// SPDX-License-Identifier: MIT
/// @file
/// Factors of a layer's input in greedy layerwise pretraining.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Multiplies every layer's input from its neighbours (not its bias); all ones except in greedy
/// layerwise pretraining, where a layer that will later have two neighbours counts its one
/// neighbour twice (Salakhutdinov and Hinton 2009, "Deep Boltzmann machines", AISTATS).
template <class Model>
struct input_factors {
  /// Of every layer, bottom to top.
  std::array<typename Model::scalar, Model::layers> factor = ones();

  void apply(const Model& model, std::size_t layer, std::span<typename Model::scalar> input) const {
    if (factor[layer] == typename Model::scalar(1)) return;
    const auto bias = model.bias(layer);
    for (std::size_t k = 0; k < input.size(); ++k)
      input[k] = bias[k] + factor[layer] * (input[k] - bias[k]);
  }

  [[nodiscard]] bool all_one() const noexcept {
    return std::all_of(factor.begin(), factor.end(), [](auto f) { return f == 1; });
  }

 private:
  static constexpr std::array<typename Model::scalar, Model::layers> ones() {
    std::array<typename Model::scalar, Model::layers> all{};
    all.fill(1);
    return all;
  }
};

}  // namespace harmonium::inline v0_2
