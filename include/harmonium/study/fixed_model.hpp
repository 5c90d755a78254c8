// SPDX-License-Identifier: MIT
/// @file
/// A generator that was fitted before, among those that a study or a plan fits to its pilots.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/study/study_model.hpp"

namespace harmonium::inline v0_2 {

/// The same fit whatever the pilot, such as a model of an earlier experiment or of all cells there
/// are. What differs between its repeats are the drawn cells alone: its spread does not tell how
/// far fits of other pilots differ, and its figures do not change with the pilots' size.
struct fixed_model {
  std::string name;   ///< in the table; unique in a study
  cell_source cells;  ///< over all genes of what the pilots are drawn from

  [[nodiscard]] std::vector<std::string> names() const { return {name}; }

  /// @throws std::invalid_argument without a source.
  [[nodiscard]] study_fit fit(const pilot_cells&, random_engine&) const {
    require(cells != nullptr, "fixed_model", "there is nothing that makes cells");
    return {{cells}, {}, true};
  }
};

static_assert(study_model<fixed_model>);

}  // namespace harmonium::inline v0_2
