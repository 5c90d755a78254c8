// SPDX-License-Identifier: MIT
/// @file
/// What training of the recommended model results in.
#pragma once

#include <optional>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/groups/group_effects.hpp"
#include "harmonium/training/categorical_fit.hpp"
#include "harmonium/training/component_dispersions.hpp"
#include "harmonium/training/prior/prior_report.hpp"

namespace harmonium::inline v0_2 {

/// A trained harmonium: the fit of its categorical group, and the generator made from it.
template <class Generator>
struct trained_harmonium {
  categorical_fit group;                      ///< of EM
  component_dispersions dispersion;           ///< of genes and components
  Generator generator;                        ///< draws cells
  std::optional<prior_report> prior = {};     ///< what became of a prior, if there was one
  std::optional<group_effects> effects = {};  ///< of batches or donors, if there were some

  /// The generator of cells of one of the pilot's groups.
  /// @throws std::invalid_argument without groups, or for one that is not there.
  template <executor Executor>
  [[nodiscard]] Generator of_group(const Executor& run, index which) const {
    require(effects.has_value(), "of_group", "the model was trained without groups of cells");
    return generator.with_states(run, states_in_group(generator.states(), *effects, which));
  }

  /// The generator of cells of a group that is not in the pilot, such as a new donor.
  /// @throws std::invalid_argument without groups.
  template <executor Executor>
  [[nodiscard]] Generator new_group(const Executor& run, random_engine& rng) const {
    require(effects.has_value(), "new_group", "the model was trained without groups of cells");
    return generator.with_states(run, states_in_new_group(generator.states(), *effects, rng));
  }
};

}  // namespace harmonium::inline v0_2
