// SPDX-License-Identifier: MIT
/// @file
/// Products of all pairs of columns of sparse rows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/pack.hpp"
#include "harmonium/core/row_products.hpp"

namespace harmonium::inline v0_2 {

/// X'X of values X, cells x genes: genes x genes, symmetric. Every sum runs over the cells in
/// order, whatever the kernel. Cost: O(non-zeros * genes), by packs; memory: the result and 64
/// dense cells.
template <count_source Values>
matrix<double> gram_of(const Values& values) {
  // 64 cells by 64 genes are 32 kB: what the innermost loops read again stays in the nearest cache.
  constexpr index block = 64, tile = 64;
  const index genes = values.genes();
  matrix<double> products = matrix<double>::Zero(genes, genes);
  std::vector<double> dense(static_cast<std::size_t>(block * genes));  // tile by tile
  std::vector<std::vector<index>> rows(static_cast<std::size_t>(genes));
  std::vector<std::vector<double>> scales(rows.size());
  for (index begin = 0; begin < values.cells(); begin += block) {
    std::fill(dense.begin(), dense.end(), 0.0);
    for (auto& list : rows) list.clear();
    for (auto& list : scales) list.clear();
    for (index i = begin; i < std::min(begin + block, values.cells()); ++i)
      row::for_each_nonzero(values.cell(i), [&](index gene, auto value) {
        const auto x = static_cast<double>(value);
        const index first = gene / tile * tile, width = std::min(tile, genes - first);
        dense[static_cast<std::size_t>(first * block + (i - begin) * width + gene - first)] = x;
        rows[static_cast<std::size_t>(gene)].push_back(i - begin);
        scales[static_cast<std::size_t>(gene)].push_back(x);
      });
    packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
      for (index first = 0; first < genes; first += tile) {
        const index width = std::min(tile, genes - first);
        const double* const cells = dense.data() + first * block;
        for (index j = 0; j < first + width; ++j) {
          const auto at = static_cast<std::size_t>(j);
          row::add_from_column<packs::pack<double, Bytes / 8>, 8>(
              0, {rows[at].data(), scales[at].data(), std::ssize(rows[at])}, cells, width,
              products.data() + j * genes + first);
        }
      }
    });
  }
  for (index j = 0; j < genes; ++j)
    for (index k = 0; k < j; ++k) products(j, k) = products(k, j);
  return products;
}

}  // namespace harmonium::inline v0_2
