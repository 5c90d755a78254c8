// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Where expectation-maximisation of a categorical harmonium begins: k-means on principal
/// components, within labels where there are some.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/analysis/cell_components.hpp"
#include "harmonium/analysis/k_means.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/select_counts.hpp"

namespace harmonium::inline v0_2 {

struct component_start_options {
  index components = 8;  ///< wanted in all, at most one per `min_cells` cells
  index min_cells = 12;
  index principal_components = 10;  ///< of the deviance residuals, in which k-means works
  index restarts = 10;              ///< of k-means
  index cells = 10'000;             ///< that are looked at, at most about so many, chosen at random
  std::span<const index> groups = {};  ///< one >= 0 per cell: what their batches or donors have on
                                       ///< average apart is taken away before; empty: none
};

/// Components by cell, as far as cells were looked at.
struct component_start {
  std::vector<index> component;  ///< of every cell; -1: not looked at
  std::vector<index> type;       ///< label that each component belongs to; 0 without labels
};

/// All cells of one label, ascending.
struct cells_of_label {
  index label = 0;
  std::vector<index> cells;
};

/// Cells by label, labels ascending; without labels all of them under 0.
/// @throws std::invalid_argument for a negative label.
inline std::vector<cells_of_label> cells_by_label(std::span<const index> labels, index cells) {
  std::vector<cells_of_label> groups;
  if (labels.empty()) {
    groups.emplace_back();
    for (index i = 0; i < cells; ++i) groups[0].cells.push_back(i);
    return groups;
  }
  for (const index label : labels)
    require(label >= 0, "train", "labels must not be negative, got " + std::to_string(label));
  std::vector<index> known(labels.begin(), labels.end());
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  for (const index label : known) groups.push_back({label, {}});
  for (index i = 0; i < cells; ++i) {
    const auto at =
        std::lower_bound(known.begin(), known.end(), labels[static_cast<std::size_t>(i)]);
    groups[static_cast<std::size_t>(at - known.begin())].cells.push_back(i);
  }
  return groups;
}

/// At most about `most` cells of all groups together, the groups in proportion, but 100 of each
/// that has them.
inline void choose_cells(std::vector<cells_of_label>& groups, index cells, index most,
                         random_engine& rng) {
  if (cells <= most) return;
  const double kept = static_cast<double>(most) / static_cast<double>(cells);
  for (auto& [label, own] : groups) {
    const auto size = static_cast<index>(own.size());
    const auto wanted = static_cast<index>(kept * static_cast<double>(size));
    const index chosen = std::min(size, std::max<index>(wanted, 100));
    std::vector<index> some;
    for (const index at : draw::sample_without_replacement(size, chosen, rng))
      some.push_back(own[static_cast<std::size_t>(at)]);
    own = std::move(some);
  }
}

/// Takes the mean of its group from every row.
/// @param rows   cells that the rows of `scores` are
/// @param groups of every cell
inline void centre_groups(std::span<const index> rows, std::span<const index> groups,
                          matrix<double>& scores) {
  const index kinds = *std::max_element(groups.begin(), groups.end()) + 1;
  matrix<double> mean = matrix<double>::Zero(kinds, scores.cols());
  vector<double> cells = vector<double>::Zero(kinds);
  for (index i = 0; i < scores.rows(); ++i) {
    const index g = groups[static_cast<std::size_t>(rows[static_cast<std::size_t>(i)])];
    mean.row(g) += scores.row(i);
    cells[g] += 1;
  }
  for (index i = 0; i < scores.rows(); ++i) {
    const index g = groups[static_cast<std::size_t>(rows[static_cast<std::size_t>(i)])];
    scores.row(i) -= mean.row(g) / cells[g];
  }
}

/// Components of the cells that are looked at. Every label has one or, where `components` exceeds
/// the number of labels, several in proportion to its cells. The executor is asked between
/// products with the counts (`look_up`) and starts of k-means.
/// @throws std::invalid_argument for a negative label.
template <executor Executor, count_source Counts>
component_start start_components(const Executor& run, const Counts& counts,
                                 std::span<const index> labels,
                                 const component_start_options& options, random_engine& rng) {
  const index cells = counts.cells();
  const index wanted = std::min(options.components, std::max<index>(1, cells / options.min_cells));
  auto groups = cells_by_label(labels, cells);
  std::vector<double> shares;
  for (const auto& group : groups)
    shares.push_back(static_cast<double>(group.cells.size()) / static_cast<double>(cells));
  choose_cells(groups, cells, options.cells, rng);

  // Their principal components, if any group needs them; rows in the cells' order.
  std::vector<index> rows;
  for (const auto& group : groups) rows.insert(rows.end(), group.cells.begin(), group.cells.end());
  std::sort(rows.begin(), rows.end());
  matrix<double> scores;
  bool centred = false;
  const auto reduced = [&]() -> const matrix<double>& {
    if (scores.size() == 0)
      scores = cell_components(run, cell_selection(counts, rows), options.principal_components);
    if (!options.groups.empty() && !centred) centre_groups(rows, options.groups, scores);
    centred = true;
    return scores;
  };

  component_start start;
  start.component.assign(static_cast<std::size_t>(cells), -1);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const auto& own = groups[g].cells;
    const auto size = static_cast<index>(own.size());
    const auto parts = std::clamp<index>(
        static_cast<index>(std::floor(shares[g] * static_cast<double>(wanted) + 0.5)), 1,
        std::max<index>(1, size / options.min_cells));
    std::vector<index> part(own.size(), 0);
    if (parts > 1) {
      matrix<double> points(size, reduced().cols());
      for (index i = 0; i < size; ++i) {
        const auto at =
            std::lower_bound(rows.begin(), rows.end(), own[static_cast<std::size_t>(i)]);
        points.row(i) = reduced().row(at - rows.begin());
      }
      part = k_means(run, points, {.clusters = parts, .restarts = options.restarts}, rng).labels;
    }
    const auto first = static_cast<index>(start.type.size());
    for (std::size_t i = 0; i < own.size(); ++i)
      start.component[static_cast<std::size_t>(own[i])] = first + part[i];
    start.type.resize(
        static_cast<std::size_t>(first + 1 + *std::max_element(part.begin(), part.end())),
        groups[g].label);
  }
  return start;
}

}  // namespace harmonium::inline v0_2
