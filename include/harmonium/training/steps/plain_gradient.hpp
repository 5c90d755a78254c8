// SPDX-License-Identifier: MIT
/// @file
/// The paper's step.
#pragma once

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/training/steps/step_concept.hpp"

namespace harmonium::inline v0_2 {

/// parameters += rate x gradient: the step of Treppner et al. 2021. Genes with large counts
/// dominate it, which is why the published learning rate is 1e-11.
struct plain_gradient {
  template <executor Executor, class Model>
  void update(const Executor& run, Model& model,
              const step_statistics<typename Model::scalar>& statistics, double rate) const {
    const auto scale = static_cast<typename Model::scalar>(rate);
    for_each_range(run, statistics.data.size(), 8192, [&](index begin, index end) {
      const index size = end - begin;
      model.parameters().segment(begin, size) +=
          scale * (statistics.data.segment(begin, size) - statistics.model.segment(begin, size));
    });
  }
};

}  // namespace harmonium::inline v0_2
