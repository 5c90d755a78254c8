// SPDX-License-Identifier: MIT
/// @file
/// Counts of cells that have a cluster or type each.
#pragma once

#include <algorithm>
#include <concepts>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Counts of cells with a label each: borrowed where their type is that of `count_view<>`, else
/// copied. A label is the cluster or type 0, 1, ..., or negative where it is unknown.
class labelled_cells {
 public:
  /// @throws std::invalid_argument unless there is one label per cell; as `count_matrix::push_back`
  ///         for counts of another type that are no whole numbers.
  template <count_source Counts>
  labelled_cells(const Counts& counts, std::vector<index> labels, const char* whose)
      : copy_(copy_unless_viewable(counts)),
        view_(copy_ ? copy_->view() : view_of(counts)),
        labels_(std::move(labels)) {
    require(std::cmp_equal(labels_.size(), view_.cells()), "comparison",
            std::string("one label per ") + whose + " cell expected, got " +
                std::to_string(labels_.size()) + " labels for " + std::to_string(view_.cells()) +
                " cells");
    for (const index label : labels_) clusters_ = std::max(clusters_, label + 1);
  }
  labelled_cells(const labelled_cells&) = delete;
  labelled_cells& operator=(const labelled_cells&) = delete;

  [[nodiscard]] const count_view<>& counts() const noexcept { return view_; }
  [[nodiscard]] std::span<const index> labels() const noexcept { return labels_; }
  /// The largest label + 1; 0 where no cell has one.
  [[nodiscard]] index clusters() const noexcept { return clusters_; }

  /// Cells of every label, length `clusters` (at least `clusters()`). Unlabelled cells are left
  /// out.
  [[nodiscard]] std::vector<index> cells_per_cluster(index clusters) const {
    std::vector<index> cells(static_cast<std::size_t>(clusters), 0);
    for (const index label : labels_)
      if (label >= 0) ++cells[static_cast<std::size_t>(label)];
    return cells;
  }

 private:
  template <count_source Counts>
  static std::optional<count_matrix<>> copy_unless_viewable(const Counts& counts) {
    if constexpr (std::convertible_to<const Counts&, count_view<>>) {
      return std::nullopt;
    } else {
      count_matrix<> copy(counts.genes());
      for (index i = 0; i < counts.cells(); ++i) {
        const auto cell = counts.cell(i);
        for (std::size_t k = 0; k < cell.size(); ++k)
          copy.push_back(static_cast<index>(cell.genes[k]), cell.values[k]);
        copy.finish_cell();
      }
      return copy;
    }
  }

  template <count_source Counts>
  static count_view<> view_of(const Counts& counts) {
    if constexpr (std::convertible_to<const Counts&, count_view<>>) {
      return counts;
    } else {
      throw std::logic_error("comparison: counts were not copied");
    }
  }

  std::optional<count_matrix<>> copy_;
  count_view<> view_;
  std::vector<index> labels_;
  index clusters_ = 0;
};

}  // namespace harmonium::inline v0_2
