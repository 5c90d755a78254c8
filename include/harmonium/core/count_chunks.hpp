// SPDX-License-Identifier: MIT
/// @file
/// Counts that are read some cells at a time: the contract, and counts in memory as its simplest
/// model.
#pragma once

#include <algorithm>
#include <concepts>
#include <functional>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/select_counts.hpp"

namespace harmonium::inline v0_2 {

/// Counts that need not fit into memory. Laws: `read(begin, end)` gives cells [begin, end), the
/// same each time; any range may be asked for, ascending ones are the fast case.
template <class C>
concept count_chunks = requires(C& chunks, const C& constant, index cell) {
  { constant.cells() } -> std::same_as<index>;
  { constant.genes() } -> std::same_as<index>;
  { chunks.read(cell, cell) } -> std::same_as<count_matrix<>>;
};

/// Counts in memory, borrowed, read in chunks: for tests, and for who writes for both.
template <count_source Counts>
class chunks_in_memory {
 public:
  explicit chunks_in_memory(const Counts& counts) : counts_(&counts) {}
  explicit chunks_in_memory(const Counts&&) = delete;

  [[nodiscard]] index cells() const noexcept { return counts_->cells(); }
  [[nodiscard]] index genes() const noexcept { return counts_->genes(); }

  /// @throws std::invalid_argument if the range is not one of the cells.
  [[nodiscard]] count_matrix<> read(index begin, index end) const {
    require(begin >= 0 && begin <= end && end <= cells(), "chunks_in_memory::read",
            "the range is not one of the cells");
    std::vector<index> rows(static_cast<std::size_t>(end - begin));
    std::iota(rows.begin(), rows.end(), begin);
    return count_matrix<>(select_cells(*counts_, std::span<const index>(rows)));
  }

 private:
  const Counts* counts_;
};

/// Some genes of counts that are read in chunks, borrowed.
template <count_chunks Chunks>
class chunks_of_genes {
 public:
  /// @param columns ascending, without repeats
  /// @throws std::invalid_argument, here or when cells are read, for others.
  chunks_of_genes(Chunks& chunks, std::vector<index> columns)
      : chunks_(&chunks), columns_(std::move(columns)) {
    require(std::adjacent_find(columns_.begin(), columns_.end(), std::greater_equal<>{}) ==
                columns_.end(),
            "chunks_of_genes", "columns must ascend");
  }

  [[nodiscard]] index cells() const noexcept { return chunks_->cells(); }
  [[nodiscard]] index genes() const noexcept { return std::ssize(columns_); }

  [[nodiscard]] count_matrix<> read(index begin, index end) {
    count_matrix<> counts = chunks_->read(begin, end);
    if (genes() == chunks_->genes()) return counts;  // ascending without repeats: all of them
    return select_genes(counts, std::span<const index>(columns_));
  }

 private:
  Chunks* chunks_;
  std::vector<index> columns_;
};

}  // namespace harmonium::inline v0_2
