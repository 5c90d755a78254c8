// SPDX-License-Identifier: MIT
/// @file
/// Counts turned round: for every gene its cells and their counts.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium {

/// The non-zero counts of every gene, cells ascending; an owned copy.
class counts_by_gene {
 public:
  template <count_source Counts>
  explicit counts_by_gene(const Counts& counts)
      : cell_count_(counts.cells()), pointers_(static_cast<std::size_t>(counts.genes()) + 1, 0) {
    for (index i = 0; i < counts.cells(); ++i) {
      const auto cell = counts.cell(i);
      for (std::size_t k = 0; k < cell.size(); ++k)
        if (cell.values[k] != 0) ++pointers_[static_cast<std::size_t>(cell.genes[k]) + 1];
    }
    for (std::size_t j = 1; j < pointers_.size(); ++j) pointers_[j] += pointers_[j - 1];
    cells_.resize(pointers_.back());
    values_.resize(pointers_.back());
    std::vector<std::size_t> next(pointers_.begin(), pointers_.end() - 1);
    for (index i = 0; i < counts.cells(); ++i) {
      const auto cell = counts.cell(i);
      for (std::size_t k = 0; k < cell.size(); ++k) {
        if (cell.values[k] == 0) continue;
        const std::size_t at = next[static_cast<std::size_t>(cell.genes[k])]++;
        cells_[at] = i;
        values_[at] = static_cast<double>(cell.values[k]);
      }
    }
  }

  [[nodiscard]] index cells() const noexcept { return cell_count_; }
  [[nodiscard]] index genes() const noexcept { return static_cast<index>(pointers_.size()) - 1; }

  /// Cells in which the gene was counted.
  [[nodiscard]] std::span<const index> cells(index gene) const noexcept {
    return std::span(cells_).subspan(begin(gene), begin(gene + 1) - begin(gene));
  }
  /// The counts in those cells.
  [[nodiscard]] std::span<const double> values(index gene) const noexcept {
    return std::span(values_).subspan(begin(gene), begin(gene + 1) - begin(gene));
  }

 private:
  [[nodiscard]] std::size_t begin(index gene) const noexcept {
    return pointers_[static_cast<std::size_t>(gene)];
  }

  index cell_count_;
  std::vector<std::size_t> pointers_;
  std::vector<index> cells_;
  std::vector<double> values_;
};

}  // namespace harmonium
