// SPDX-License-Identifier: MIT
/// @file
/// Does a sampler leave the joint distribution of a model alone? Compared with enumeration.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>

#include "harmonium/testing/check_sampler.hpp"

namespace tiny {

namespace hm = harmonium;

/// Independent draws by `draw(engine) -> const state&` against enumeration.
template <class Model, class Draw>
void check_statistics(const Model& model, std::uint64_t seed, int n, Draw&& draw) {
  CHECK(hm::testing::check_draws(model, {.draws = n, .seed = seed}, draw).text() == "");
}

}  // namespace tiny
