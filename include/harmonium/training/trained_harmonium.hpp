// SPDX-License-Identifier: MIT
/// @file
/// What training of the recommended model results in.
#pragma once

#include "harmonium/training/categorical_fit.hpp"
#include "harmonium/training/component_dispersions.hpp"

namespace harmonium::inline v0_2 {

/// A trained harmonium: the fit of its categorical group, and the generator made from it.
template <class Generator>
struct trained_harmonium {
  categorical_fit group;
  component_dispersions dispersion;
  Generator generator;
};

}  // namespace harmonium::inline v0_2
