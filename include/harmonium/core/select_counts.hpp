// SPDX-License-Identifier: MIT
/// @file
/// Some cells or some genes of counts: copied (`select_cells`, `select_genes`) or borrowed
/// (`cell_selection`).
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// The given cells in the given order (repeats allowed), owned.
/// @throws std::invalid_argument if a row is out of range.
template <count_source Counts>
auto select_cells(const Counts& counts, std::span<const index> rows) {
  count_matrix<typename Counts::value_type, typename Counts::index_type> chosen(counts.genes());
  index nonzeros = 0;
  for (const index row : rows) {
    require(row >= 0 && row < counts.cells(), "select_cells", "row out of range");
    nonzeros += static_cast<index>(counts.cell(row).size());
  }
  chosen.reserve(static_cast<index>(rows.size()), nonzeros);
  for (const index row : rows) {
    const auto cell = counts.cell(row);
    for (std::size_t k = 0; k < cell.size(); ++k) chosen.push_back(cell.genes[k], cell.values[k]);
    chosen.finish_cell();
  }
  return chosen;
}

/// Some cells of counts that someone else owns, who must outlive it; no count is copied.
template <count_source Counts>
class cell_selection {
 public:
  using value_type = typename Counts::value_type;
  using index_type = typename Counts::index_type;

  /// @param rows the cells, in any order, repeats allowed
  /// @throws std::invalid_argument if a row is out of range.
  cell_selection(const Counts& counts, std::vector<index> rows)
      : counts_(&counts), rows_(std::move(rows)) {
    for (const index row : rows_) {
      require(row >= 0 && row < counts.cells(), "cell_selection", "row out of range");
      nonzeros_ += static_cast<index>(counts.cell(row).size());
    }
  }
  cell_selection(const Counts&&, std::vector<index>) = delete;

  [[nodiscard]] index cells() const noexcept { return static_cast<index>(rows_.size()); }
  [[nodiscard]] index genes() const noexcept { return counts_->genes(); }
  [[nodiscard]] index nonzeros() const noexcept { return nonzeros_; }
  [[nodiscard]] auto cell(index i) const noexcept {
    return counts_->cell(rows_[static_cast<std::size_t>(i)]);
  }

 private:
  const Counts* counts_;
  std::vector<index> rows_;
  index nonzeros_ = 0;
};

static_assert(count_source<cell_selection<count_matrix<>>>);

/// The given genes, in ascending order and without repeats, of every cell; owned.
/// @throws std::invalid_argument if `columns` is not ascending or out of range.
template <count_source Counts>
auto select_genes(const Counts& counts, std::span<const index> columns) {
  std::vector<index> position(static_cast<std::size_t>(counts.genes()), -1);
  for (std::size_t k = 0; k < columns.size(); ++k) {
    require(
        columns[k] >= 0 && columns[k] < counts.genes() && (k == 0 || columns[k] > columns[k - 1]),
        "select_genes", "columns must ascend and be below the number of genes");
    position[static_cast<std::size_t>(columns[k])] = static_cast<index>(k);
  }
  count_matrix<typename Counts::value_type, typename Counts::index_type> chosen(
      static_cast<index>(columns.size()));
  for (index i = 0; i < counts.cells(); ++i) {
    const auto cell = counts.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k) {
      const index gene = position[static_cast<std::size_t>(cell.genes[k])];
      if (gene >= 0) chosen.push_back(gene, cell.values[k]);
    }
    chosen.finish_cell();
  }
  return chosen;
}

}  // namespace harmonium::inline v0_2
