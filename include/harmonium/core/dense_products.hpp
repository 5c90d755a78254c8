// SPDX-License-Identifier: MIT
/// @file
/// Products of dense matrices whose every entry is one sum in ascending order: the same bits for
/// any cache size, instruction set, compiler and number of threads, which Eigen's products do not
/// promise. Panels of the right factor are packed; four rows times two packs stay in registers.
#pragma once

#include <algorithm>
#include <concepts>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/factor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/core/wide_packs.hpp"

namespace harmonium::inline v0_2 {

/// Four rows (or one) of a product over `depth` terms. `right` is packed: two packs per term.
template <class P, class Scalar>
[[gnu::always_inline]] inline void add_four_rows(const Scalar* left, index row, index column,
                                                 const Scalar* right, index depth, Scalar* out,
                                                 index out_row) {
  constexpr index n = P::lanes;
  P a0 = P::load(out), a1 = P::load(out + n);
  P b0 = P::load(out + out_row), b1 = P::load(out + out_row + n);
  P c0 = P::load(out + 2 * out_row), c1 = P::load(out + 2 * out_row + n);
  P d0 = P::load(out + 3 * out_row), d1 = P::load(out + 3 * out_row + n);
  const Scalar* const second = left + row;
  const Scalar* const third = second + row;
  const Scalar* const fourth = third + row;
  for (index k = 0; k < depth; ++k, right += 2 * n) {
    const P r0 = P::load(right), r1 = P::load(right + n);
    const index at = k * column;
    const P a = P::all(left[at]), b = P::all(second[at]);
    a0 = a0 + a * r0;
    a1 = a1 + a * r1;
    b0 = b0 + b * r0;
    b1 = b1 + b * r1;
    const P c = P::all(third[at]), d = P::all(fourth[at]);
    c0 = c0 + c * r0;
    c1 = c1 + c * r1;
    d0 = d0 + d * r0;
    d1 = d1 + d * r1;
  }
  a0.store(out), a1.store(out + n);
  b0.store(out + out_row), b1.store(out + out_row + n);
  c0.store(out + 2 * out_row), c1.store(out + 2 * out_row + n);
  d0.store(out + 3 * out_row), d1.store(out + 3 * out_row + n);
}
/// The same for one row of the left factor.
template <class P, class Scalar>
[[gnu::always_inline]] inline void add_one_row(const Scalar* left, index column,
                                               const Scalar* right, index depth, Scalar* out) {
  constexpr index n = P::lanes;
  P a0 = P::load(out), a1 = P::load(out + n);
  for (index k = 0; k < depth; ++k, right += 2 * n) {
    const P a = P::all(left[k * column]);
    a0 = a0 + a * P::load(right);
    a1 = a1 + a * P::load(right + n);
  }
  a0.store(out), a1.store(out + n);
}

/// Columns [begin, end) of out += left * right.
template <std::floating_point Scalar>
void add_product_columns(const factor<Scalar>& left, const factor<Scalar>& right, Scalar* out,
                         index begin, index end) {
  constexpr index deepest = 256;
  const index depth = left.columns, rows = left.rows, stride = right.columns;
  packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
    using P = packs::pack<Scalar, Bytes / int(sizeof(Scalar))>;
    constexpr index width = 2 * P::lanes;
    scratch_vector<Scalar> packed(std::min(depth, deepest) * width);
    // Where the last panel is not full, rows are finished in this.
    scratch_vector<Scalar> edge((end - begin) % width == 0 ? 0 : rows * width);
    for (index j = begin; j < end; j += width) {
      const index columns = std::min(width, end - j);
      Scalar* to = out + j;
      index to_row = stride;
      if (columns < width) {
        for (index i = 0; i < rows; ++i)
          std::fill(std::copy_n(out + i * stride + j, columns, edge.data() + i * width),
                    edge.data() + (i + 1) * width, Scalar(0));
        to = edge.data();
        to_row = width;
      }
      for (index first = 0; first < depth; first += deepest) {
        const index terms = std::min(deepest, depth - first);
        const Scalar* from = right.data + first * right.row + j * right.column;
        for (index k = 0; k < terms; ++k) {
          Scalar* p = packed.data() + k * width;
          if (right.column == 1) {
            std::copy_n(from + k * right.row, columns, p);
          } else {
            for (index c = 0; c < columns; ++c) p[c] = from[k * right.row + c * right.column];
          }
          std::fill_n(p + columns, width - columns, Scalar(0));
        }
        const Scalar* a = left.data + first * left.column;
        index i = 0;
        for (; i + 4 <= rows; i += 4)
          add_four_rows<P>(a + i * left.row, left.row, left.column, packed.data(), terms,
                           to + i * to_row, to_row);
        for (; i < rows; ++i)
          add_one_row<P>(a + i * left.row, left.column, packed.data(), terms, to + i * to_row);
      }
      if (columns < width)
        for (index i = 0; i < rows; ++i)
          std::copy_n(edge.data() + i * width, columns, out + i * stride + j);
    }
  });
}

/// out += left * right. Every entry adds its products to what `out` holds, in ascending order of
/// the inner index. @param out left.rows x right.columns, row-major without gaps
template <executor Executor, std::floating_point Scalar>
void add_product(const Executor& run, const factor<Scalar>& left, const factor<Scalar>& right,
                 Scalar* out) {
  // Below a million products another thread costs more than it brings.
  const bool small = left.rows * left.columns * right.columns < (index{1} << 20);
  const index block = small ? std::max<index>(1, right.columns) : 128;
  for_each_range(run, right.columns, block, [&](index begin, index end) {
    add_product_columns(left, right, out, begin, end);
  });
}

}  // namespace harmonium::inline v0_2
