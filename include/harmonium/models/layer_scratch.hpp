// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// One scratch array per layer of a model.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "harmonium/core/scratch.hpp"

namespace harmonium::inline v0_2 {

/// A number per unit, layer by layer; a local variable, like `scratch_vector`. Not initialised.
template <class Model>
class layer_scratch {
 public:
  using scalar = typename Model::scalar;

  /// @param first layers below this have no array
  explicit layer_scratch(const Model& model, std::size_t first = 0)
      : begin_(begins(model, first)), space_(begin_.back()) {}

  [[nodiscard]] std::span<scalar> operator[](std::size_t layer) noexcept {
    return {space_.data() + begin_[layer],
            static_cast<std::size_t>(begin_[layer + 1] - begin_[layer])};
  }
  /// Those of all layers.
  [[nodiscard]] std::array<std::span<scalar>, Model::layers> spans() noexcept {
    std::array<std::span<scalar>, Model::layers> all;
    for (std::size_t l = 0; l < Model::layers; ++l) all[l] = (*this)[l];
    return all;
  }

 private:
  static std::array<index, Model::layers + 1> begins(const Model& model, std::size_t first) {
    std::array<index, Model::layers + 1> begin{};
    for (std::size_t l = 0; l < Model::layers; ++l)
      begin[l + 1] = begin[l] + (l < first ? 0 : model.size(l));
    return begin;
  }

  std::array<index, Model::layers + 1> begin_;
  scratch_vector<scalar> space_;
};

}  // namespace harmonium::inline v0_2
