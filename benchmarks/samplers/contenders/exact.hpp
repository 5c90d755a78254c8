// SPDX-License-Identifier: MIT
/// @file
/// Independent draws by enumeration of h_1.
#pragma once

#include "harmonium/samplers/comparison/contender.hpp"
#include "harmonium/samplers/exact.hpp"

namespace contenders {

struct exact : harmonium::independent_draws<harmonium::exact> {
  static constexpr const char* name = "exact";
};

}  // namespace contenders
