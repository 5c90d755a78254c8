// SPDX-License-Identifier: MIT
/// @file
/// Counts turned round: for every gene its cells and their counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// For every gene the cells in which it was counted, ascending. Memory: 4 bytes a non-zero count.
class cells_by_gene {
 public:
  /// @throws std::invalid_argument for 2^31 cells or more.
  template <count_source Counts>
  explicit cells_by_gene(const Counts& counts)
      : cell_count_(counts.cells()), pointers_(static_cast<std::size_t>(counts.genes()) + 1, 0) {
    require(std::in_range<std::int32_t>(cell_count_), "cells_by_gene",
            "more cells than 32 bits can number");
    for (index i = 0; i < counts.cells(); ++i) {
      const auto cell = counts.cell(i);
      for (std::size_t k = 0; k < cell.size(); ++k)
        if (cell.values[k] != 0) ++pointers_[static_cast<std::size_t>(cell.genes[k]) + 1];
    }
    for (std::size_t j = 1; j < pointers_.size(); ++j) pointers_[j] += pointers_[j - 1];
    cells_.resize(pointers_.back());
    for_each_place(counts, [&](std::size_t place, index cell, auto) {
      cells_[place] = static_cast<std::int32_t>(cell);
    });
  }

  [[nodiscard]] index cells() const noexcept { return cell_count_; }
  [[nodiscard]] index genes() const noexcept { return static_cast<index>(pointers_.size()) - 1; }
  /// Non-zero counts of all genes together.
  [[nodiscard]] std::size_t size() const noexcept { return cells_.size(); }

  /// Cells in which the gene was counted.
  [[nodiscard]] std::span<const std::int32_t> cells(index gene) const noexcept {
    return part(std::span(cells_), gene);
  }

  /// The gene's part of what is listed gene by gene, in the order of `cells`.
  template <class T>
  [[nodiscard]] std::span<T> part(std::span<T> all, index gene) const noexcept {
    const auto g = static_cast<std::size_t>(gene);
    return all.subspan(pointers_[g], pointers_[g + 1] - pointers_[g]);
  }

  /// Calls `body(place, cell, value)` for every non-zero count, cell by cell; `place` is its
  /// position in a list gene by gene.
  /// @param counts those that this was made from
  template <count_source Counts, class Body>
  void for_each_place(const Counts& counts, Body&& body) const {
    std::vector<std::size_t> next(pointers_.begin(), pointers_.end() - 1);
    for (index i = 0; i < counts.cells(); ++i) {
      const auto cell = counts.cell(i);
      for (std::size_t k = 0; k < cell.size(); ++k)
        if (cell.values[k] != 0)
          body(next[static_cast<std::size_t>(cell.genes[k])]++, i, cell.values[k]);
    }
  }

 private:
  index cell_count_;
  std::vector<std::size_t> pointers_;
  std::vector<std::int32_t> cells_;
};

/// The non-zero counts of every gene, cells ascending; an owned copy. Memory: as the counts
/// compressed by cell with 32-bit gene indices.
/// @tparam Value that of the counts it is made from
template <class Value = std::int32_t>
class counts_by_gene {
 public:
  /// @throws std::invalid_argument for 2^31 cells or more.
  template <count_source Counts>
  explicit counts_by_gene(const Counts& counts) : where_(counts), values_(where_.size()) {
    where_.for_each_place(counts,
                          [&](std::size_t place, index, Value value) { values_[place] = value; });
  }

  [[nodiscard]] index cells() const noexcept { return where_.cells(); }
  [[nodiscard]] index genes() const noexcept { return where_.genes(); }

  /// Cells in which the gene was counted.
  [[nodiscard]] std::span<const std::int32_t> cells(index gene) const noexcept {
    return where_.cells(gene);
  }
  /// The counts in those cells.
  [[nodiscard]] std::span<const Value> values(index gene) const noexcept {
    return where_.part(std::span(values_), gene);
  }

 private:
  cells_by_gene where_;
  std::vector<Value> values_;
};

template <count_source Counts>
explicit counts_by_gene(const Counts&) -> counts_by_gene<typename Counts::value_type>;

}  // namespace harmonium::inline v0_2
