// SPDX-License-Identifier: MIT
/// @file
/// The counts once more, gene after gene: for estimates that run over one gene at a time.
#pragma once

#include <span>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium {

/// The non-zero counts of one gene: ascending cells and their counts.
struct gene_counts {
  std::span<const index> cells;
  std::span<const double> values;
};

/// A gene-major copy of counts. Memory: 16 bytes per non-zero.
class gene_major_counts {
 public:
  template <count_source Counts>
  explicit gene_major_counts(const Counts& counts)
      : cells_(counts.cells()),
        begin_(static_cast<std::size_t>(counts.genes()) + 1, 0),
        cell_index_(static_cast<std::size_t>(counts.nonzeros())),
        values_(static_cast<std::size_t>(counts.nonzeros())) {
    for (index i = 0; i < counts.cells(); ++i)
      for (const auto gene : counts.cell(i).genes) ++begin_[static_cast<std::size_t>(gene) + 1];
    for (std::size_t m = 1; m < begin_.size(); ++m) begin_[m] += begin_[m - 1];
    std::vector<std::size_t> next(begin_.begin(), begin_.end() - 1);
    for (index i = 0; i < counts.cells(); ++i) {
      const auto cell = counts.cell(i);
      for (std::size_t k = 0; k < cell.size(); ++k) {
        const std::size_t place = next[static_cast<std::size_t>(cell.genes[k])]++;
        cell_index_[place] = i;
        values_[place] = static_cast<double>(cell.values[k]);
      }
    }
  }

  [[nodiscard]] index cells() const noexcept { return cells_; }
  [[nodiscard]] index genes() const noexcept { return static_cast<index>(begin_.size()) - 1; }

  [[nodiscard]] gene_counts gene(index m) const noexcept {
    const std::size_t begin = begin_[static_cast<std::size_t>(m)];
    const std::size_t size = begin_[static_cast<std::size_t>(m) + 1] - begin;
    return {std::span(cell_index_).subspan(begin, size), std::span(values_).subspan(begin, size)};
  }

 private:
  index cells_;
  std::vector<std::size_t> begin_;
  std::vector<index> cell_index_;
  std::vector<double> values_;
};

}  // namespace harmonium
