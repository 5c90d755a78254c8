// SPDX-License-Identifier: MIT
/// @file
/// No residual correlation: given its state, the genes of a cell are independent.
#pragma once

#include <span>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/residuals/scored_pilot.hpp"

namespace harmonium::inline v0_2 {

/// The plain harmonium, in the shape of a residual policy.
struct independent_residuals {
  struct fitted {
    void draw(index /*state*/, random_engine& rng, std::span<double> scores) const {
      for (double& z : scores) z = draw::normal(rng);
    }
  };

  template <executor Executor>
  [[nodiscard]] fitted fit(const Executor&, const scored_pilot&, const random_streams&) const {
    return {};
  }
};

static_assert(residual_policy<independent_residuals>);

}  // namespace harmonium::inline v0_2
