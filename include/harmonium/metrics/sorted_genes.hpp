// SPDX-License-Identifier: MIT
/// @file
/// The values of every gene in ascending order, of which marginals and distances are made.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"

namespace harmonium::inline v0_2 {

/// The non-zero values of every gene, ascending. Memory: 8 bytes a non-zero value.
class sorted_genes {
 public:
  /// Cost: O(non-zeros) for small whole numbers, else O(non-zeros log non-zeros of a gene).
  /// @param values >= 0
  template <count_source Values>
  explicit sorted_genes(const Values& values) : cells_(values.cells()) {
    if constexpr (std::integral<typename Values::value_type>)
      count(values);
    else
      sort(values);
  }

  [[nodiscard]] index cells() const noexcept { return cells_; }
  [[nodiscard]] index genes() const noexcept { return static_cast<index>(starts_.size()) - 1; }
  [[nodiscard]] std::span<const double> values(index gene) const noexcept {
    const auto g = static_cast<std::size_t>(gene);
    return std::span(values_).subspan(starts_[g], starts_[g + 1] - starts_[g]);
  }
  /// Cells without the gene.
  [[nodiscard]] index zeros(index gene) const noexcept {
    return cells_ - static_cast<index>(values(gene).size());
  }

 private:
  /// How often each value occurs says it all; values are mostly small, and the others are sorted.
  template <class Values>
  void count(const Values& values) {
    constexpr std::size_t small = 128;
    const auto genes = static_cast<std::size_t>(values.genes());
    std::vector<std::uint32_t> occurrences(genes * small, 0);
    std::vector<std::vector<double>> large(genes);
    for (index i = 0; i < values.cells(); ++i)
      row::for_each_nonzero(values.cell(i), [&](index gene, auto value) {
        const auto g = static_cast<std::size_t>(gene), v = static_cast<std::size_t>(value);
        if (v < small)
          ++occurrences[g * small + v];
        else
          large[g].push_back(static_cast<double>(value));
      });
    starts_.push_back(0);
    for (std::size_t g = 0; g < genes; ++g) {
      for (std::size_t v = 1; v < small; ++v)
        values_.insert(values_.end(), occurrences[g * small + v], static_cast<double>(v));
      std::sort(large[g].begin(), large[g].end());
      values_.insert(values_.end(), large[g].begin(), large[g].end());
      starts_.push_back(values_.size());
    }
  }

  template <class Values>
  void sort(const Values& values) {
    const counts_by_gene by_gene(values);
    starts_.push_back(0);
    for (index j = 0; j < by_gene.genes(); ++j) {
      const auto some = by_gene.values(j);
      values_.insert(values_.end(), some.begin(), some.end());
      std::sort(values_.end() - std::ssize(some), values_.end());
      starts_.push_back(values_.size());
    }
  }

  index cells_;
  std::vector<std::size_t> starts_;
  std::vector<double> values_;
};

/// The counts of a side of a comparison (`reference_cells` or `comparison`), sorted once.
template <class Side>
const sorted_genes& sorted_counts(const Side& side) {
  return side.template once<sorted_genes>("sorted_genes",
                                          [&] { return sorted_genes(side.counts()); });
}

}  // namespace harmonium::inline v0_2
