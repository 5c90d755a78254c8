// SPDX-License-Identifier: MIT
/// @file
/// Products of sparse rows with a dense matrix, and the transposed product that its gradient needs.
/// Every entry is one sum in the order of cells and of columns: the same bits everywhere.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/wide_packs.hpp"

namespace harmonium::inline v0_2 {

/// The non-zero entries of one row.
template <class Scalar>
struct sparse_row {
  std::span<const std::int32_t> columns;  ///< ascending
  std::span<const Scalar> values;         ///< as many
};

/// out[0, size) += scale * x[0, size), in packs and a rest.
template <int Bytes, class Scalar>
[[gnu::always_inline]] inline void add_scaled(Scalar scale, const Scalar* x, Scalar* out,
                                              index size) {
  using P = packs::pack<Scalar, Bytes / int(sizeof(Scalar))>;
  const P factor = P::all(scale);
  index k = 0;
  for (; k + P::lanes <= size; k += P::lanes)
    (P::load(out + k) + factor * P::load(x + k)).store(out + k);
  for (; k < size; ++k) out[k] += scale * x[k];
}

/// out(i, :) += rows[i] * weights. @param weights inputs x width, @param out rows x width;
/// row-major
template <executor Executor, std::floating_point Scalar>
void add_sparse_product(const Executor& run, std::span<const sparse_row<Scalar>> rows,
                        const Scalar* weights, index width, Scalar* out) {
  for_each_range(run, static_cast<index>(rows.size()), 64, [&](index begin, index end) {
    packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
      for (index i = begin; i < end; ++i) {
        const auto& row = rows[static_cast<std::size_t>(i)];
        const std::size_t entries = row.values.size();
        const Scalar* const values = row.values.data();
        const std::int32_t* const columns = row.columns.data();
        for (std::size_t k = 0; k < entries; ++k)
          add_scaled<Bytes>(values[k], weights + columns[k] * width, out + i * width, width);
      }
    });
  });
}

/// out(j, :) += sum_i rows[i][j] * right(i, :). @param right rows x width, @param out inputs x
/// width
template <executor Executor, std::floating_point Scalar>
void add_sparse_transposed_product(const Executor& run, std::span<const sparse_row<Scalar>> rows,
                                   const Scalar* right, index width, Scalar* out) {
  // Threads share the columns of `out`, since every row of it gets something from many cells.
  for_each_range(run, width, 64, [&](index begin, index end) {
    packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::size_t entries = rows[i].values.size();
        const Scalar* const values = rows[i].values.data();
        const std::int32_t* const columns = rows[i].columns.data();
        const Scalar* const from = right + static_cast<index>(i) * width + begin;
        for (std::size_t k = 0; k < entries; ++k)
          add_scaled<Bytes>(values[k], from, out + columns[k] * width + begin, end - begin);
      }
    });
  });
}

}  // namespace harmonium::inline v0_2
