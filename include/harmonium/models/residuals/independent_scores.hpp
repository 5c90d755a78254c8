// SPDX-License-Identifier: MIT
/// @file
/// No residual correlation: given its state, the genes of a cell are independent.
#pragma once

#include <span>

#include "harmonium/core/draw/normals.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/residuals/residual_scores.hpp"

namespace harmonium::inline v0_2 {

/// Independent standard normal scores.
struct independent_scores {
  void draw(index /*state*/, random_engine& rng, std::span<float> scores) const {
    draw::normals(scores, rng);
  }
};

static_assert(residual_scores<independent_scores>);

}  // namespace harmonium::inline v0_2
