// SPDX-License-Identifier: MIT
/// @file
/// The paper's step.
#pragma once

#include "harmonium/training/steps/step_concept.hpp"

namespace harmonium::inline v0_2 {

/// parameters += rate x gradient: the step of Treppner et al. 2021. Genes with large counts
/// dominate it, which is why the published learning rate is 1e-11.
struct plain_gradient {
  template <class Model>
  void update(Model& model, const step_statistics<typename Model::scalar>& statistics,
              double rate) const {
    const auto scale = static_cast<typename Model::scalar>(rate);
    model.parameters() += scale * (statistics.data - statistics.model);
  }
};

}  // namespace harmonium::inline v0_2
