// SPDX-License-Identifier: MIT
/// @file
/// Products of sparse rows with a dense matrix, and the transposed product that its gradient needs.
/// Every entry is one sum in the order of cells and of columns: the same bits everywhere. Rows
/// whose values are all one, such as binary states, are sums without a product.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/factor.hpp"
#include "harmonium/core/listed_sums.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/scratch.hpp"

namespace harmonium::inline v0_2 {

namespace lists {

/// out(i, :) = start(i, :) + rows[i] * right.
/// @param start as long as `out` with a step of `width` from row to row, or one row and no step
template <executor Executor, std::floating_point Scalar>
void sum_rows(const Executor& run, std::span<const sparse_row<Scalar>> rows,
              const factor<Scalar>& right, const Scalar* start, index start_row, Scalar* out) {
  constexpr index block = 128;  // columns
  const index count = std::ssize(rows), width = right.columns;
  const index block_rows = block_rows_of(right);
  const index copied = blocks_of(rows, right, block_rows);
  scratch_vector<std::int32_t> bounds(count * copied);
  if (copied > 0)
    for_each_range(run, count, 64, [&](index begin, index end) {
      write_bounds(
          rows.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)),
          copied, block_rows, bounds.data() + begin * copied);
    });
  const index blocks = (width + block - 1) / block;
  // Where blocks of columns are few, threads share the rows too.
  const index parts = blocks >= 4 ? 1 : std::clamp<index>(count / 24, 1, 4);
  for_each_range(run, parts * blocks, 1, [&](index item, index) {
    const index part = item % parts, begin = item / parts * block;
    const index first = count * part / parts, last = count * (part + 1) / parts;
    const auto own =
        rows.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
    add_columns<Scalar>({own, right, start + first * start_row, start_row, out + first * width,
                         width, copied == 0 ? nullptr : bounds.data() + first * copied, block_rows},
                        begin, std::min(width, begin + block));
  });
}

/// One more than the last column that has an entry.
template <std::floating_point Scalar>
[[nodiscard]] index inputs_of(std::span<const sparse_row<Scalar>> rows) {
  index inputs = 0;
  for (const auto& row : rows)
    if (!row.columns.empty()) inputs = std::max<index>(inputs, row.columns.back() + 1);
  return inputs;
}

}  // namespace lists

/// out(i, :) += rows[i] * right.
/// @param right inputs x width, as it lies or transposed
/// @param out   rows x width, row-major without gaps
template <executor Executor, std::floating_point Scalar>
void add_sparse_product(const Executor& run, std::span<const sparse_row<Scalar>> rows,
                        const factor<Scalar>& right, Scalar* out) {
  lists::sum_rows<Executor, Scalar>(run, rows, right, out, right.columns, out);
}
/// out(i, :) = start + rows[i] * right: the bits of a sum that begins with `start`.
/// @param start `width` numbers, such as biases; none: zeros
template <executor Executor, std::floating_point Scalar>
void write_sparse_product(const Executor& run, std::span<const sparse_row<Scalar>> rows,
                          std::type_identity_t<std::span<const Scalar>> start,
                          const factor<Scalar>& right, Scalar* out) {
  scratch_vector<Scalar> zeros(start.empty() ? right.columns : 0);
  std::fill(zeros.begin(), zeros.end(), Scalar(0));
  lists::sum_rows<Executor, Scalar>(run, rows, right, start.empty() ? zeros.data() : start.data(),
                                    0, out);
}
/// `add_sparse_product` for weights, inputs x width, row-major without gaps.
template <executor Executor, std::floating_point Scalar>
void add_sparse_product(const Executor& run, std::span<const sparse_row<Scalar>> rows,
                        const Scalar* weights, index width, Scalar* out) {
  add_sparse_product(run, rows, as_factor(weights, lists::inputs_of(rows), width), out);
}

/// The entries of sparse rows column by column: list j holds the rows that have an entry in column
/// j. A local variable, of one thread.
template <std::floating_point Scalar>
class transposed_rows {
 public:
  /// @param inputs at least one more than the last column that has an entry
  template <executor Executor>
  transposed_rows(const Executor& run, std::span<const sparse_row<Scalar>> rows, index inputs)
      : all_one_(std::all_of(rows.begin(), rows.end(), [](const auto& r) { return r.all_one; })),
        cells_(entries_of(rows)),
        values_(all_one_ ? 0 : entries_of(rows)),
        lists_(static_cast<std::size_t>(inputs)) {
    // A range has its entries behind those of the columns before it, which are counted by search.
    const index ranges = std::clamp<index>(inputs / 384, 1, 8);
    for_each_range(run, inputs, inputs / ranges + 1,
                   [&](index begin, index end) { write_lists(rows, begin, end); });
  }

  /// One per column.
  [[nodiscard]] std::span<const sparse_row<Scalar>> lists() const noexcept { return lists_; }

 private:
  static index entries_of(std::span<const sparse_row<Scalar>> rows) {
    index entries = 0;
    for (const auto& row : rows) entries += std::ssize(row.columns);
    return entries;
  }
  /// Those of columns [begin, end).
  void write_lists(std::span<const sparse_row<Scalar>> rows, index begin, index end) {
    scratch_vector<std::int32_t> bounds(2 * std::ssize(rows));  // of each row in these columns
    scratch_vector<index> at(end - begin + 1);
    std::fill(at.begin(), at.end(), index{0});
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto& columns = rows[i].columns;
      const auto size = static_cast<std::int32_t>(columns.size());
      const std::int32_t first = begin == 0 ? 0 : lists::count_below(columns, begin);
      std::int32_t k = first;
      for (; k < size && columns[static_cast<std::size_t>(k)] < end; ++k)
        ++at[columns[static_cast<std::size_t>(k)] - begin + 1];
      bounds[2 * static_cast<index>(i)] = first;
      bounds[2 * static_cast<index>(i) + 1] = k;
      at[0] += first;
    }
    for (index j = begin; j < end; ++j) at[j - begin + 1] += at[j - begin];
    // Now at[j] is where column begin + j has its entries, and moves to where they end.
    const index from = at[0];
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto cell = static_cast<std::int32_t>(i);
      const std::int32_t* const columns = rows[i].columns.data();
      const std::int32_t first = bounds[2 * static_cast<index>(i)];
      const std::int32_t last = bounds[2 * static_cast<index>(i) + 1];
      if (all_one_) {
        for (std::int32_t k = first; k < last; ++k) cells_[at[columns[k] - begin]++] = cell;
      } else {
        for (std::int32_t k = first; k < last; ++k) {
          const index to = at[columns[k] - begin]++;
          cells_[to] = cell;
          values_[to] = rows[i].values[static_cast<std::size_t>(k)];
        }
      }
    }
    for (index j = begin; j < end; ++j) {
      const auto start = static_cast<std::size_t>(j == begin ? from : at[j - begin - 1]);
      const auto size = static_cast<std::size_t>(at[j - begin]) - start;
      lists_[static_cast<std::size_t>(j)] = {
          as_span(std::as_const(cells_)).subspan(start, size),
          all_one_ ? std::span<const Scalar>()
                   : as_span(std::as_const(values_)).subspan(start, size),
          all_one_};
    }
  }

  bool all_one_;
  scratch_vector<std::int32_t> cells_;
  scratch_vector<Scalar> values_;
  std::vector<sparse_row<Scalar>> lists_;
};

/// out(j, :) += sum_i rows[i][j] * right(i, :).
/// @param right rows x width, @param out inputs x width; row-major without gaps
template <executor Executor, std::floating_point Scalar>
void add_sparse_transposed_product(const Executor& run, std::span<const sparse_row<Scalar>> rows,
                                   const Scalar* right, index width, Scalar* out) {
  const transposed_rows<Scalar> columns(run, rows, lists::inputs_of(rows));
  add_sparse_product(run, columns.lists(), as_factor(right, std::ssize(rows), width), out);
}

}  // namespace harmonium::inline v0_2
