// SPDX-License-Identifier: MIT
/// @file
/// A way through models of the same layers, such as the checkpoints of a training run.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/models/between.hpp"
#include "harmonium/models/concepts.hpp"

namespace harmonium::inline v0_2 {

/// Models from the first checkpoint, at place 0, to the last, at place 1; checkpoints at equal
/// distances, what lies between two of them as `set_between` has it. A value.
template <layered_model Model>
class model_path {
 public:
  using scalar = typename Model::scalar;

  /// @param checkpoints at least two, of the same layers
  /// @throws std::invalid_argument for others
  explicit model_path(std::vector<Model> checkpoints) : checkpoints_(std::move(checkpoints)) {
    require(checkpoints_.size() >= 2, "model_path", "at least two checkpoints are needed");
    for (const Model& one : checkpoints_)
      for (std::size_t l = 0; l < Model::layers; ++l)
        require(one.size(l) == checkpoints_.front().size(l), "model_path",
                "all checkpoints must have the same layers");
  }

  [[nodiscard]] const std::vector<Model>& checkpoints() const noexcept { return checkpoints_; }
  [[nodiscard]] const Model& first() const noexcept { return checkpoints_.front(); }
  [[nodiscard]] const Model& last() const noexcept { return checkpoints_.back(); }

  /// @throws std::invalid_argument unless 0 <= place <= 1.
  [[nodiscard]] Model at(double place) const {
    require(place >= 0 && place <= 1, "model_path", "places are in [0, 1]");
    const double along = place * static_cast<double>(checkpoints_.size() - 1);
    const auto before = std::min(static_cast<std::size_t>(along), checkpoints_.size() - 2);
    Model between = checkpoints_[before];
    vector<scalar> theta;
    set_between(checkpoints_[before], checkpoints_[before + 1], along - static_cast<double>(before),
                between, theta);
    return between;
  }

 private:
  std::vector<Model> checkpoints_;
};

/// A model without weights whose units are independent: the first rung of a trajectory.
/// @param visible_bias natural parameters of the visible units
/// @param hidden_bias  of h_1; layers above keep the biases of `like`
template <layered_model Model>
[[nodiscard]] Model independent_model(const Model& like,
                                      std::span<const typename Model::scalar> visible_bias,
                                      std::span<const typename Model::scalar> hidden_bias) {
  Model alone = like;
  require(std::ssize(visible_bias) == like.size(0) && std::ssize(hidden_bias) == like.size(1),
          "independent_model", "one natural parameter per unit is needed");
  for (std::size_t l = 0; l + 1 < Model::layers; ++l) alone.weights(l).setZero();
  std::copy(visible_bias.begin(), visible_bias.end(), alone.bias(0).begin());
  std::copy(hidden_bias.begin(), hidden_bias.end(), alone.bias(1).begin());
  return alone;
}

}  // namespace harmonium::inline v0_2
