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
#include <utility>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/factor.hpp"
#include "harmonium/core/listed_sums.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/scratch.hpp"

namespace harmonium::inline v0_2 {

/// out(i, :) += rows[i] * right.
/// @param right inputs x width, as it lies or transposed
/// @param out   rows x width, row-major without gaps
template <executor Executor, std::floating_point Scalar>
void add_sparse_product(const Executor& run, std::span<const sparse_row<Scalar>> rows,
                        const factor<Scalar>& right, Scalar* out) {
  constexpr index block = 128;  // columns
  const index count = std::ssize(rows), width = right.columns;
  const index block_rows = lists::block_rows_of(right);
  const index copied = lists::blocks_of(rows, right, block_rows);
  scratch_vector<std::int32_t> bounds(count * copied);
  lists::write_bounds(rows, copied, block_rows, bounds.data());
  const index blocks = (width + block - 1) / block;
  // Where blocks of columns are few, threads share the rows too.
  const index parts = blocks >= 4 ? 1 : std::clamp<index>(count / 24, 1, 4);
  for_each_range(run, parts * blocks, 1, [&](index item, index) {
    const index part = item % parts, begin = item / parts * block;
    const index first = count * part / parts, last = count * (part + 1) / parts;
    const auto own =
        rows.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
    lists::add_columns<Scalar>({own, right, out + first * width, width,
                                copied == 0 ? nullptr : bounds.data() + first * copied, block_rows},
                               begin, std::min(width, begin + block));
  });
}
/// The same for weights, inputs x width, row-major without gaps.
template <executor Executor, std::floating_point Scalar>
void add_sparse_product(const Executor& run, std::span<const sparse_row<Scalar>> rows,
                        const Scalar* weights, index width, Scalar* out) {
  index inputs = 0;
  for (const auto& row : rows)
    if (!row.columns.empty()) inputs = std::max<index>(inputs, row.columns.back() + 1);
  add_sparse_product(run, rows, as_factor(weights, inputs, width), out);
}

/// The entries of sparse rows column by column: list j holds the rows that have an entry in column
/// j. A local variable, of one thread.
template <std::floating_point Scalar>
class transposed_rows {
 public:
  explicit transposed_rows(std::span<const sparse_row<Scalar>> rows)
      : inputs_(inputs_of(rows)),
        all_one_(std::all_of(rows.begin(), rows.end(), [](const auto& r) { return r.all_one; })),
        ends_(inputs_ + 1, 0),
        cells_(entries_of(rows)),
        values_(all_one_ ? 0 : cells_.size()) {
    index* const at = ends_.data();
    for (const auto& row : rows)
      for (const std::int32_t column : row.columns) ++at[column + 1];
    for (index j = 0; j < inputs_; ++j) at[j + 1] += at[j];
    // Now at[j] is where column j begins; it ends as where it ends.
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto cell = static_cast<std::int32_t>(i);
      const auto& columns = rows[i].columns;
      if (all_one_) {
        for (const std::int32_t column : columns) cells_[at[column]++] = cell;
      } else {
        for (std::size_t k = 0; k < columns.size(); ++k) {
          const index to = at[columns[k]]++;
          cells_[to] = cell;
          values_[to] = rows[i].values[k];
        }
      }
    }
    lists_.reserve(static_cast<std::size_t>(inputs_));
    for (index j = 0; j < inputs_; ++j) {
      const auto begin = static_cast<std::size_t>(j == 0 ? 0 : at[j - 1]);
      const auto size = static_cast<std::size_t>(at[j]) - begin;
      lists_.push_back({as_span(std::as_const(cells_)).subspan(begin, size),
                        all_one_ ? std::span<const Scalar>()
                                 : as_span(std::as_const(values_)).subspan(begin, size),
                        all_one_});
    }
  }

  /// One per column, up to the last that has an entry.
  [[nodiscard]] std::span<const sparse_row<Scalar>> lists() const noexcept { return lists_; }

 private:
  static index inputs_of(std::span<const sparse_row<Scalar>> rows) {
    index inputs = 0;
    for (const auto& row : rows)
      if (!row.columns.empty()) inputs = std::max<index>(inputs, row.columns.back() + 1);
    return inputs;
  }
  static index entries_of(std::span<const sparse_row<Scalar>> rows) {
    index entries = 0;
    for (const auto& row : rows) entries += std::ssize(row.columns);
    return entries;
  }

  index inputs_;
  bool all_one_;
  scratch_vector<index> ends_;
  scratch_vector<std::int32_t> cells_;
  scratch_vector<Scalar> values_;
  std::vector<sparse_row<Scalar>> lists_;
};

/// out(j, :) += sum_i rows[i][j] * right(i, :).
/// @param right rows x width, @param out inputs x width; row-major without gaps
template <executor Executor, std::floating_point Scalar>
void add_sparse_transposed_product(const Executor& run, std::span<const sparse_row<Scalar>> rows,
                                   const Scalar* right, index width, Scalar* out) {
  const transposed_rows<Scalar> columns(rows);
  add_sparse_product(run, columns.lists(), as_factor(right, std::ssize(rows), width), out);
}

}  // namespace harmonium::inline v0_2
