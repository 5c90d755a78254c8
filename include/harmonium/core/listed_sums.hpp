// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Sums of listed rows of a matrix, the loop behind the products of sparse rows. Every entry is one
/// sum in the order of its list, so that bits depend on neither blocks nor registers nor threads.
/// Where lists are long, blocks of the matrix are copied into the first cache, and all lists pass.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <utility>

#include "harmonium/core/factor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/core/wide_packs.hpp"

namespace harmonium::inline v0_2 {

/// The non-zero entries of one row.
template <class Scalar>
struct sparse_row {
  std::span<const std::int32_t> columns;  ///< ascending
  std::span<const Scalar> values;         ///< as many
  bool all_one = false;                   ///< every value is 1, and need not be read
};

namespace lists {

/// out[0, ...) += values[k] * from[row * columns[k] - base, ...) for k below `size`, for as many
/// columns as `Packs` have; the sums stay in registers.
/// @param values null: all one
template <class P, bool Ones, std::size_t... Packs, class Scalar>
[[gnu::always_inline]] inline void add_to(std::index_sequence<Packs...>, std::ptrdiff_t size,
                                          const std::int32_t* columns, const Scalar* values,
                                          const Scalar* from, index row, index base, Scalar* out) {
  constexpr auto lanes = static_cast<std::size_t>(P::lanes);
  P sums[] = {P::load(out + Packs * lanes)...};
  for (std::ptrdiff_t k = 0; k < size; ++k) {
    const Scalar* const x = from + (columns[k] * row - base);
    if constexpr (Ones) {
      ((sums[Packs] = sums[Packs] + P::load(x + Packs * lanes)), ...);
    } else {
      const P value(values[k]);
      ((sums[Packs] = sums[Packs] + value * P::load(x + Packs * lanes)), ...);
    }
  }
  (sums[Packs].store(out + Packs * lanes), ...);
}
/// Entries [begin, end) of a list.
template <class P, std::size_t Packs, class Scalar>
[[gnu::always_inline]] inline void add_entries(const sparse_row<Scalar>& list, std::ptrdiff_t begin,
                                               std::ptrdiff_t end, const Scalar* from, index row,
                                               index base, Scalar* out) {
  constexpr std::make_index_sequence<Packs> all;
  const std::int32_t* const columns = list.columns.data() + begin;
  if (list.all_one)
    add_to<P, true>(all, end - begin, columns, list.values.data(), from, row, base, out);
  else
    add_to<P, false>(all, end - begin, columns, list.values.data() + begin, from, row, base, out);
}

/// Columns [k, end) as they lie: `Packs` packs of them at a time, then half as many down to one,
/// then narrower packs.
template <class P, std::size_t Packs, class Scalar>
[[gnu::always_inline]] inline void add_in_place(index k, index end, const sparse_row<Scalar>& list,
                                                const Scalar* from, index row, Scalar* out) {
  constexpr index width = static_cast<index>(Packs) * P::lanes;
  for (; k + width <= end; k += width)
    add_entries<P, Packs>(list, 0, std::ssize(list.columns), from + k, row, 0, out + k);
  if constexpr (Packs > 1)
    add_in_place<P, Packs / 2>(k, end, list, from, row, out);
  else if constexpr (P::lanes > 1)
    add_in_place<packs::pack<Scalar, P::lanes / 2>, 1>(k, end, list, from, row, out);
}

/// How many of some ascending numbers are below `limit`, without a branch that depends on them.
[[nodiscard]] inline std::int32_t count_below(std::span<const std::int32_t> ascending,
                                              index limit) noexcept {
  const std::int32_t* begin = ascending.data();
  std::size_t left = ascending.size();
  while (left > 1) {
    const std::size_t half = left / 2;
    begin += begin[half - 1] < limit ? half : 0;
    left -= half;
  }
  const std::ptrdiff_t before = begin - ascending.data();
  return static_cast<std::int32_t>(before + (left == 1 && *begin < limit ? 1 : 0));
}

/// Copies rows [first, last) and columns [begin, end) of a matrix to rows of `width`, the rest of
/// which become zeros.
template <class Scalar>
void copy_block(const factor<Scalar>& from, index first, index last, index begin, index end,
                index width, Scalar* to) {
  const index rows = last - first, columns = end - begin;
  const Scalar* const corner = from.data + first * from.row + begin * from.column;
  if (from.column == 1) {
    for (index k = 0; k < rows; ++k) std::copy_n(corner + k * from.row, columns, to + k * width);
  } else {
    for (index c = 0; c < columns; ++c) {
      const Scalar* const column = corner + c * from.column;
      for (index k = 0; k < rows; ++k) to[k * width + c] = column[k * from.row];
    }
  }
  if (columns < width)
    for (index k = 0; k < rows; ++k) std::fill_n(to + k * width + columns, width - columns, 0);
}

/// Lists, the matrix whose rows they sum, and where the sums go.
template <class Scalar>
struct sums_of_rows {
  std::span<const sparse_row<Scalar>> lists;
  factor<Scalar> from;
  Scalar* out;    ///< entry (i, k) of the sums is out[i * out_row + k]
  index out_row;  ///< of the whole of `out`, whose columns are those of `from`
};

constexpr index block_rows = 96;  ///< of the matrix at a time: 24 kB of `Packs` packs

/// Columns [begin, end) of the sums, at most as many as `Packs` have.
/// @param bounds lists x blocks: where in each list the entries of each block end
template <class P, std::size_t Packs, class Scalar>
[[gnu::always_inline]] inline void add_panel(const sums_of_rows<Scalar>& sums,
                                             const std::int32_t* bounds, index begin, index end,
                                             Scalar* block) {
  constexpr index width = static_cast<index>(Packs) * P::lanes;
  const index count = std::ssize(sums.lists), depth = sums.from.rows, columns = end - begin;
  const index blocks = (depth + block_rows - 1) / block_rows;
  Scalar* out = sums.out + begin;
  index out_row = sums.out_row;
  scratch_vector<Scalar> edge(columns < width ? count * width : 0);
  if (columns < width) {
    for (index i = 0; i < count; ++i) {
      std::copy_n(out + i * out_row, columns, edge.data() + i * width);
      std::fill_n(edge.data() + i * width + columns, width - columns, Scalar(0));
    }
    out = edge.data();
    out_row = width;
  }
  const bool in_place = sums.from.column == 1 && sums.from.row == width && columns == width;
  for (index b = 0; b < blocks; ++b) {
    const index first = b * block_rows;
    const Scalar* from = sums.from.data + first * sums.from.row;
    if (!in_place) {
      copy_block(sums.from, first, std::min(depth, first + block_rows), begin, end, width, block);
      from = block;
    }
    for (index i = 0; i < count; ++i) {
      const std::int32_t* const bound = bounds + i * blocks + b;
      const std::int32_t start = b == 0 ? 0 : bound[-1];
      add_entries<P, Packs>(sums.lists[static_cast<std::size_t>(i)], start, *bound, from, width,
                            first * width, out + i * out_row);
    }
  }
  if (columns < width)
    for (index i = 0; i < count; ++i)
      std::copy_n(edge.data() + i * width, columns, sums.out + i * sums.out_row + begin);
}

/// Columns [begin, end) panel by panel.
template <class P, std::size_t Packs, class Scalar>
[[gnu::always_inline]] inline void add_panels(const sums_of_rows<Scalar>& sums,
                                              const std::int32_t* bounds, index begin, index end,
                                              Scalar* block) {
  constexpr index width = static_cast<index>(Packs) * P::lanes;
  for (; begin + width <= end; begin += width)
    add_panel<P, Packs>(sums, bounds, begin, begin + width, block);
  if (begin == end) return;
  if constexpr (Packs > 1) {
    if (end - begin <= width / 2) return add_panels<P, Packs / 2>(sums, bounds, begin, end, block);
  }
  add_panel<P, Packs>(sums, bounds, begin, end, block);
}

/// Columns [begin, end) of out(i, :) += the sum of list i.
template <class Scalar>
void add_columns(const sums_of_rows<Scalar>& sums, index begin, index end) {
  const index count = std::ssize(sums.lists), depth = sums.from.rows;
  index entries = 0;
  for (const auto& list : sums.lists) entries += std::ssize(list.columns);
  // A copied row is to serve eight lists.
  const bool in_place = sums.from.column == 1 && (entries < 8 * depth || end - begin < 8);
  const index blocks = (depth + block_rows - 1) / block_rows;
  scratch_vector<std::int32_t> bounds(in_place ? 0 : count * blocks);
  if (!in_place) {
    for (index i = 0; i < count; ++i)
      for (index b = 0; b < blocks; ++b)
        bounds[i * blocks + b] =
            count_below(sums.lists[static_cast<std::size_t>(i)].columns, (b + 1) * block_rows);
  }
  packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
    using P = packs::pack<Scalar, Bytes / int(sizeof(Scalar))>;
    constexpr std::size_t most = Bytes == 64 ? 4 : 8;
    if (in_place) {
      for (index i = 0; i < count; ++i)
        add_in_place<P, most>(begin, end, sums.lists[static_cast<std::size_t>(i)], sums.from.data,
                              sums.from.row, sums.out + i * sums.out_row);
    } else {
      scratch_vector<Scalar> block(block_rows * static_cast<index>(most) * P::lanes);
      add_panels<P, most>(sums, bounds.data(), begin, end, block.data());
    }
  });
}

}  // namespace lists

}  // namespace harmonium::inline v0_2
