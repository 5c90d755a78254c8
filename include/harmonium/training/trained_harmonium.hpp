// SPDX-License-Identifier: MIT
/// @file
/// What training of the recommended model results in.
#pragma once

#include <optional>

#include "harmonium/training/categorical_fit.hpp"
#include "harmonium/training/component_dispersions.hpp"
#include "harmonium/training/prior/prior_report.hpp"

namespace harmonium::inline v0_2 {

/// A trained harmonium: the fit of its categorical group, and the generator made from it.
template <class Generator>
struct trained_harmonium {
  categorical_fit group;
  component_dispersions dispersion;
  Generator generator;
  std::optional<prior_report> prior = {};  ///< what became of a prior, if there was one
};

}  // namespace harmonium::inline v0_2
