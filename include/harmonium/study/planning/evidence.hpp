// SPDX-License-Identifier: MIT
/// @file
/// What a plan knows: the pilot, its frequencies, and experiments that models of it have made.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/study/planning/frequency_posterior.hpp"

namespace harmonium::inline v0_2 {

/// A pilot with its types, for a plan. Borrowed: it must outlive the plan.
struct plan_pilot {
  const count_matrix<>& counts;        ///< cells x genes, every gene with a count
  std::span<const index> types;        ///< of each cell, 0 to names.size() - 1
  std::vector<std::string> names;      ///< of the types
  std::span<const index> donors = {};  ///< of each cell, 0, 1, ...; empty where there was one

  /// @throws std::invalid_argument if lengths or labels do not fit
  void check() const {
    require(std::cmp_equal(types.size(), counts.cells()), "plan_pilot",
            "one type per cell expected, got " + std::to_string(types.size()) + " for " +
                std::to_string(counts.cells()) + " cells");
    require(donors.empty() || donors.size() == types.size(), "plan_pilot",
            "one donor per cell expected");
    for (const index type : types)
      require(type >= 0 && std::cmp_less(type, names.size()), "plan_pilot",
              "type " + std::to_string(type) + " has no name");
  }

  /// The position of a type's name.
  /// @throws std::invalid_argument if no type is called so.
  [[nodiscard]] index type_named(const std::string& name) const {
    const auto found = std::find(names.begin(), names.end(), name);
    require(found != names.end(), "plan", "no cell of the pilot has the type '" + name + "'");
    return found - names.begin();
  }

  [[nodiscard]] std::vector<index> cells_per_type() const {
    std::vector<index> cells(names.size(), 0);
    for (const index type : types) ++cells[static_cast<std::size_t>(type)];
    return cells;
  }
};

/// Synthetic experiments of several sizes, clustered without looking at types.
struct plan_experiments {
  std::vector<index> sizes;          ///< total cells, ascending
  std::vector<double> depths;        ///< the first is 1
  std::vector<std::string> columns;  ///< "model repeat"
  std::vector<index> thinned;        ///< columns that depths other than 1 have, the first few
  /// tables[(depth * sizes + size) * columns + column]: cells by type (rows) and cluster; empty
  /// for columns that a depth does not have.
  std::vector<matrix<double>> tables;

  [[nodiscard]] const matrix<double>& table(std::size_t depth, std::size_t size,
                                            std::size_t column) const {
    return tables[(depth * sizes.size() + size) * columns.size() + column];
  }
  [[nodiscard]] std::size_t columns_of(std::size_t depth) const noexcept {
    return depth == 0 ? columns.size() : thinned.size();
  }
};

/// Cells by type (of `kinds`) and cluster.
[[nodiscard]] inline matrix<double> types_by_clusters(std::span<const index> types, index kinds,
                                                      std::span<const index> clusters) {
  index most = 0;
  for (const index c : clusters) most = std::max(most, c + 1);
  matrix<double> table = matrix<double>::Zero(kinds, most);
  for (std::size_t i = 0; i < types.size(); ++i) table(types[i], clusters[i]) += 1;
  return table;
}

/// What goals are prepared from. Borrowed: all must outlive it.
struct plan_evidence {
  const plan_pilot& pilot;                 ///< cells and their types
  const std::vector<index>& counts;        ///< cells of the pilot of each type
  const frequency_posterior& frequencies;  ///< of the types
  const plan_experiments& experiments;     ///< that were made of the pilot
};

}  // namespace harmonium::inline v0_2
