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
#include "harmonium/core/kernels.hpp"
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

/// out[0, ...) = start[0, ...) + values[k] * from[row * columns[k] - base, ...) for k below `size`,
/// for as many columns as `Packs` have; the sums stay in registers.
/// @param values null: all one
template <class P, bool Ones, std::size_t... Packs, class Scalar>
[[gnu::always_inline]] inline void add_to(std::index_sequence<Packs...>, std::ptrdiff_t size,
                                          const std::int32_t* columns, const Scalar* values,
                                          const Scalar* from, index row, index base,
                                          const Scalar* start, Scalar* out) {
  constexpr auto lanes = static_cast<std::size_t>(P::lanes);
  P sums[] = {P::load(start + Packs * lanes)...};
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
                                               index base, const Scalar* start, Scalar* out) {
  constexpr std::make_index_sequence<Packs> all;
  const std::int32_t* const columns = list.columns.data() + begin;
  if (list.all_one)
    add_to<P, true>(all, end - begin, columns, list.values.data(), from, row, base, start, out);
  else
    add_to<P, false>(all, end - begin, columns, list.values.data() + begin, from, row, base, start,
                     out);
}

/// Columns [k, end) as they lie: `Packs` packs of them at a time, then half as many down to one,
/// then narrower packs.
template <class P, std::size_t Packs, class Scalar>
[[gnu::always_inline]] inline void add_in_place(index k, index end, const sparse_row<Scalar>& list,
                                                const Scalar* from, index row, const Scalar* start,
                                                Scalar* out) {
  constexpr index width = static_cast<index>(Packs) * P::lanes;
  for (; k + width <= end; k += width)
    add_entries<P, Packs>(list, 0, std::ssize(list.columns), from + k, row, 0, start + k, out + k);
  if constexpr (Packs > 1)
    add_in_place<P, Packs / 2>(k, end, list, from, row, start, out);
  else if constexpr (P::lanes > 1)
    add_in_place<packs::pack<Scalar, P::lanes / 2>, 1>(k, end, list, from, row, start, out);
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

/// Copies a square of as many rows and columns as 16 bytes have lanes, transposed.
template <class Scalar, std::size_t... Lane>
void copy_square(std::index_sequence<Lane...>, const Scalar* from, index from_row, Scalar* to,
                 index to_row) {
  using P = packs::pack<Scalar, static_cast<int>(sizeof...(Lane))>;
  const P x[] = {P::load(from + static_cast<index>(Lane) * from_row)...};
  P y[sizeof...(Lane)];
  if constexpr (sizeof...(Lane) == 4) {
    const auto a = __builtin_shufflevector(x[0].v, x[1].v, 0, 4, 1, 5);
    const auto b = __builtin_shufflevector(x[2].v, x[3].v, 0, 4, 1, 5);
    const auto c = __builtin_shufflevector(x[0].v, x[1].v, 2, 6, 3, 7);
    const auto d = __builtin_shufflevector(x[2].v, x[3].v, 2, 6, 3, 7);
    y[0].v = __builtin_shufflevector(a, b, 0, 1, 4, 5);
    y[1].v = __builtin_shufflevector(a, b, 2, 3, 6, 7);
    y[2].v = __builtin_shufflevector(c, d, 0, 1, 4, 5);
    y[3].v = __builtin_shufflevector(c, d, 2, 3, 6, 7);
  } else {
    y[0].v = __builtin_shufflevector(x[0].v, x[1].v, 0, 2);
    y[1].v = __builtin_shufflevector(x[0].v, x[1].v, 1, 3);
  }
  (y[Lane].store(to + static_cast<index>(Lane) * to_row), ...);
}

/// Copies rows [first, last) and columns [begin, end) of a matrix to rows of `width`, the rest of
/// which become zeros.
template <class Scalar>
void copy_block(const factor<Scalar>& from, index first, index last, index begin, index end,
                index width, Scalar* to) {
  const index rows = last - first, columns = end - begin;
  const Scalar* const corner = from.data + first * from.row + begin * from.column;
  if (columns < width) std::fill_n(to, rows * width, Scalar(0));
  if (from.column == 1) {
    for (index k = 0; k < rows; ++k) std::copy_n(corner + k * from.row, columns, to + k * width);
    return;
  }
  constexpr index side = 16 / static_cast<index>(sizeof(Scalar));
  index c = 0;
  for (; c + side <= columns && from.row == 1; c += side) {
    const Scalar* const column = corner + c * from.column;
    index k = 0;
    for (; k + side <= rows; k += side)
      copy_square(std::make_index_sequence<static_cast<std::size_t>(side)>{}, column + k,
                  from.column, to + k * width + c, width);
    for (; k < rows; ++k)
      for (index s = 0; s < side; ++s) to[k * width + c + s] = column[k + s * from.column];
  }
  for (; c < columns; ++c)
    for (index k = 0; k < rows; ++k) to[k * width + c] = corner[k * from.row + c * from.column];
}

/// Lists, the matrix whose rows they sum, and where the sums go.
template <class Scalar>
struct sums_of_rows {
  std::span<const sparse_row<Scalar>> lists;
  factor<Scalar> from;
  const Scalar* start;  ///< the sum of entry (i, k) begins with start[i * start_row + k]
  index start_row;      ///< 0: the same for all lists
  Scalar* out;          ///< entry (i, k) of the sums is out[i * out_row + k]; may be `start`
  index out_row;        ///< of the whole of `out`, whose columns are those of `from`
  /// lists x blocks: where in each list the entries of each block of rows end; null: `from` stays
  /// where it lies, row-major.
  const std::int32_t* bounds;
  index block_rows;  ///< of `from` at a time
};

/// As many rows as fill 24 kB of the first cache: of eight of the widest packs, where the matrix
/// has so many columns, else of half as much.
template <class Scalar>
[[nodiscard]] index block_rows_of(const factor<Scalar>& from) {
  constexpr index four_packs = 256 / static_cast<index>(sizeof(Scalar));
  return kernel_in_use() == kernel::avx512 && from.columns > four_packs ? 48 : 96;
}

/// Columns [begin, end) of the sums, at most as many as `Packs` have.
template <class P, std::size_t Packs, class Scalar>
[[gnu::always_inline]] inline void add_panel(const sums_of_rows<Scalar>& sums, index begin,
                                             index end, Scalar* block) {
  constexpr index width = static_cast<index>(Packs) * P::lanes;
  const index count = std::ssize(sums.lists), depth = sums.from.rows, columns = end - begin;
  const index block_rows = sums.block_rows, blocks = (depth + block_rows - 1) / block_rows;
  const Scalar* start = sums.start + begin;
  Scalar* out = sums.out + begin;
  index start_row = sums.start_row, out_row = sums.out_row;
  scratch_vector<Scalar> edge(columns < width ? count * width : 0);
  if (columns < width) {
    for (index i = 0; i < count; ++i) {
      std::copy_n(start + i * start_row, columns, edge.data() + i * width);
      std::fill_n(edge.data() + i * width + columns, width - columns, Scalar(0));
    }
    start = out = edge.data();
    start_row = out_row = width;
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
      const std::int32_t* const bound = sums.bounds + i * blocks + b;
      add_entries<P, Packs>(sums.lists[static_cast<std::size_t>(i)], b == 0 ? 0 : bound[-1], *bound,
                            from, width, first * width, start + i * start_row, out + i * out_row);
    }
    start = out;  // the next block goes on
    start_row = out_row;
  }
  if (columns < width)
    for (index i = 0; i < count; ++i)
      std::copy_n(edge.data() + i * width, columns, sums.out + i * sums.out_row + begin);
}

/// Columns [begin, end) panel by panel.
template <class P, std::size_t Packs, class Scalar>
[[gnu::always_inline]] inline void add_panels(const sums_of_rows<Scalar>& sums, index begin,
                                              index end, Scalar* block) {
  constexpr index width = static_cast<index>(Packs) * P::lanes;
  for (; begin < end; begin += width) {
    const index last = std::min(end, begin + width);
    if constexpr (Packs > 1) {
      if (last - begin <= width / 2) return add_panels<P, Packs / 2>(sums, begin, last, block);
    }
    add_panel<P, Packs>(sums, begin, last, block);
  }
}

/// Columns [begin, end) of out(i, :) = start(i, :) + the sum of list i.
template <class Scalar>
void add_columns(const sums_of_rows<Scalar>& sums, index begin, index end) {
  packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
    using P = packs::pack<Scalar, Bytes / int(sizeof(Scalar))>;
    constexpr std::size_t most = 8;
    if (sums.bounds == nullptr) {
      for (index i = 0; i < std::ssize(sums.lists); ++i)
        add_in_place<P, most>(begin, end, sums.lists[static_cast<std::size_t>(i)], sums.from.data,
                              sums.from.row, sums.start + i * sums.start_row,
                              sums.out + i * sums.out_row);
    } else {
      scratch_vector<Scalar> block(sums.block_rows * static_cast<index>(most) * P::lanes);
      add_panels<P, most>(sums, begin, end, block.data());
    }
  });
}

/// How many blocks of rows to copy, or 0: a row that is copied is to serve eight lists.
template <class Scalar>
[[nodiscard]] index blocks_of(std::span<const sparse_row<Scalar>> lists, const factor<Scalar>& from,
                              index block_rows) {
  index entries = 0;
  for (std::size_t i = 0; i < lists.size(); ++i) entries += std::ssize(lists[i].columns);
  const bool in_place = from.column == 1 && (entries < 8 * from.rows || from.columns < 8);
  return in_place ? 0 : (from.rows + block_rows - 1) / block_rows;
}
template <class Scalar>
void write_bounds(std::span<const sparse_row<Scalar>> lists, index blocks, index block_rows,
                  std::int32_t* bounds) {
  for (std::size_t i = 0; i < lists.size(); ++i)
    for (index b = 0; b < blocks; ++b)
      *bounds++ = count_below(lists[i].columns, (b + 1) * block_rows);
}

}  // namespace lists

}  // namespace harmonium::inline v0_2
