// SPDX-License-Identifier: MIT
/// @file
/// Watching a long run, and stopping it.
#pragma once

#include <concepts>
#include <span>
#include <string_view>

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// One monitored figure, such as {"reconstruction_error", 0.31}.
struct named_value {
  std::string_view name;  ///< snake_case; lives as long as the program
  double value;           ///< at the moment of the call
};

/// Where a run stands. Views are valid during the call only.
struct progress {
  std::string_view stage;                ///< such as "pretraining layer 1"
  index done = 0;                        ///< steps finished in this stage
  index total = 0;                       ///< steps this stage has
  std::span<const named_value> figures;  ///< what the monitors of this step measured
};

/// What an observer answers.
enum class flow { proceed, stop };

/// Sees progress and may stop the run. Law: the result does not depend on being watched.
template <class O>
concept observer = requires(O& watch, const progress& now) {
  { watch(now) } -> std::same_as<flow>;
};

/// Watches nothing.
struct silent {
  flow operator()(const progress&) const noexcept { return flow::proceed; }
};

static_assert(observer<silent>);

}  // namespace harmonium::inline v0_2
