// SPDX-License-Identifier: MIT
/// @file
/// No residual correlation, in the shape of a residual policy.
#pragma once

#include <memory>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/residuals/independent_scores.hpp"
#include "harmonium/training/residuals/residual_policy.hpp"
#include "harmonium/training/residuals/scored_pilot.hpp"

namespace harmonium::inline v0_2 {

/// The plain harmonium: nothing to learn.
struct independent_residuals {
  using fitted = independent_scores;

  struct fit {
    template <executor Executor>
    void step(const Executor&) {}
    [[nodiscard]] index steps() const noexcept { return 0; }
    [[nodiscard]] index taken() const noexcept { return 0; }
    [[nodiscard]] fitted result() const { return {}; }
  };

  [[nodiscard]] fit begin(const std::shared_ptr<const scored_pilot>&, const random_streams&) const {
    return {};
  }
};

static_assert(residual_policy<independent_residuals>);

}  // namespace harmonium::inline v0_2
