// SPDX-License-Identifier: MIT
/// @file
/// Entries (gene, cell, count) in the order of a file, put into counts compressed by cell.
#pragma once

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"

namespace harmonium::inline v0_2::io {

/// Takes entries in any order. As long as they come cell by cell with ascending genes, as Cell
/// Ranger writes them, they are stored at 8 bytes each and never moved; from the first that does
/// not, at 12 bytes, and `finish` sorts them (by counting; then each cell that needs it).
class count_assembler {
 public:
  count_assembler(index cells, index genes)
      : pointers_(static_cast<std::size_t>(cells) + 1, 0), genes_(genes) {}

  void reserve(std::int64_t entries) {
    gene_.reserve(static_cast<std::size_t>(entries));
    value_.reserve(static_cast<std::size_t>(entries));
  }

  /// @param gene, cell 0-based and in range, which the caller has checked
  /// @param value >= 0; zeros are dropped by `finish`
  void add(std::int32_t gene, std::int32_t cell, std::int32_t value) {
    if (ordered_) {
      if (cell > last_cell_)
        begin_cells_up_to(cell);
      else if (cell < last_cell_ || gene <= last_gene_)
        leave_order();
      last_gene_ = gene;
    }
    if (!ordered_) cell_.push_back(cell);
    gene_.push_back(gene);
    value_.push_back(value);
  }

  [[nodiscard]] std::int64_t entries() const noexcept {
    return static_cast<std::int64_t>(value_.size());
  }

  /// The counts; the assembler is spent afterwards.
  /// @param on_duplicate called as (gene, cell) for the first pair that occurs twice; must throw.
  template <class OnDuplicate>
  count_matrix<> finish(OnDuplicate&& on_duplicate) {
    if (ordered_)
      begin_cells_up_to(static_cast<std::int64_t>(pointers_.size()) - 1);
    else
      sort_by_cell(on_duplicate);
    drop_zeros();
    return {std::move(value_), std::move(gene_), std::move(pointers_), genes_};
  }

 private:
  void begin_cells_up_to(std::int64_t cell) {
    while (last_cell_ < cell)
      pointers_[static_cast<std::size_t>(++last_cell_)] = static_cast<std::int64_t>(value_.size());
  }

  void leave_order() {
    ordered_ = false;
    cell_.reserve(value_.capacity());
    for (std::int64_t cell = 0; cell <= last_cell_; ++cell) {
      const auto begin = static_cast<std::size_t>(pointers_[static_cast<std::size_t>(cell)]);
      const std::size_t end =
          cell < last_cell_
              ? static_cast<std::size_t>(pointers_[static_cast<std::size_t>(cell) + 1])
              : value_.size();
      cell_.insert(cell_.end(), end - begin, static_cast<std::int32_t>(cell));
    }
  }

  template <class OnDuplicate>
  void sort_by_cell(OnDuplicate&& on_duplicate) {
    std::fill(pointers_.begin(), pointers_.end(), 0);
    for (const std::int32_t cell : cell_) ++pointers_[static_cast<std::size_t>(cell) + 1];
    for (std::size_t i = 1; i < pointers_.size(); ++i) pointers_[i] += pointers_[i - 1];

    std::vector<std::int32_t> genes(gene_.size());
    std::vector<std::int32_t> values(value_.size());
    std::vector<std::int64_t> next(pointers_.begin(), pointers_.end() - 1);
    for (std::size_t k = 0; k < cell_.size(); ++k) {
      const auto to = static_cast<std::size_t>(next[static_cast<std::size_t>(cell_[k])]++);
      genes[to] = gene_[k];
      values[to] = value_[k];
    }
    cell_ = {};
    gene_ = std::move(genes);
    value_ = std::move(values);
    for (std::size_t i = 0; i + 1 < pointers_.size(); ++i) {
      const auto begin = static_cast<std::size_t>(pointers_[i]);
      const auto end = static_cast<std::size_t>(pointers_[i + 1]);
      sort_by_gene(begin, end);
      for (std::size_t k = begin + 1; k < end; ++k)
        if (gene_[k] == gene_[k - 1])
          on_duplicate(static_cast<index>(gene_[k]), static_cast<index>(i));
    }
  }

  void sort_by_gene(std::size_t begin, std::size_t end) {
    const auto first = gene_.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = gene_.begin() + static_cast<std::ptrdiff_t>(end);
    if (std::is_sorted(first, last)) return;
    pairs_.clear();
    for (std::size_t k = begin; k < end; ++k) pairs_.emplace_back(gene_[k], value_[k]);
    std::sort(pairs_.begin(), pairs_.end());
    for (std::size_t k = begin; k < end; ++k) std::tie(gene_[k], value_[k]) = pairs_[k - begin];
  }

  void drop_zeros() {
    if (std::find(value_.begin(), value_.end(), 0) == value_.end()) return;
    std::size_t kept = 0;
    std::size_t k = 0;
    for (std::size_t i = 0; i + 1 < pointers_.size(); ++i) {
      const auto end = static_cast<std::size_t>(pointers_[i + 1]);
      pointers_[i] = static_cast<std::int64_t>(kept);
      for (; k < end; ++k) {
        if (value_[k] == 0) continue;
        gene_[kept] = gene_[k];
        value_[kept++] = value_[k];
      }
    }
    pointers_.back() = static_cast<std::int64_t>(kept);
    gene_.resize(kept);
    value_.resize(kept);
  }

  std::vector<std::int32_t> value_;
  std::vector<std::int32_t> gene_;
  std::vector<std::int32_t> cell_;  // empty while entries come in order
  std::vector<std::int64_t> pointers_;
  std::vector<std::pair<std::int32_t, std::int32_t>> pairs_;
  index genes_;
  std::int64_t last_cell_ = -1;
  std::int32_t last_gene_ = -1;
  bool ordered_ = true;
};

}  // namespace harmonium::inline v0_2::io
