// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Some rows of data side by side, as the products of a mini-batch want them.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/nonzeros.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/core/sparse_products.hpp"

namespace harmonium::inline v0_2 {

/// Writes the entries of a row that are not zero.
/// @param row a `cell_counts` or a dense span
/// @param[out] columns,values with room for `nonzeros_slack` more than the row has entries
template <std::floating_point Scalar, class Row>
nonzeros write_nonzeros(const Row& row, std::int32_t* columns, Scalar* values) {
  if constexpr (requires { row.genes; }) {
    bool none_zero = true, ones = true;
    const std::size_t size = row.size();
    for (std::size_t k = 0; k < size; ++k) {
      const auto value = static_cast<Scalar>(row.values[k]);
      columns[k] = static_cast<std::int32_t>(row.genes[k]);
      values[k] = value;
      none_zero &= value != Scalar(0);
      ones &= value == Scalar(1);
    }
    if (none_zero) return {static_cast<index>(size), ones};
    index count = 0;
    ones = true;
    for (std::size_t k = 0; k < size; ++k) {  // a stored zero is left out
      if (values[k] == Scalar(0)) continue;
      ones = ones && values[k] == Scalar(1);
      columns[count] = columns[k];
      values[count++] = values[k];
    }
    return {count, ones};
  } else {
    using number = std::remove_cv_t<typename Row::element_type>;
    const auto found = find_nonzeros<number>(row, columns);
    for (index k = 0; k < found.count; ++k)
      values[k] = found.all_one ? Scalar(1)
                                : static_cast<Scalar>(row[static_cast<std::size_t>(columns[k])]);
    return found;
  }
}

/// The non-zero entries of some rows, in the model's number type, and whether all of a row are one.
/// Keeps its memory from one batch to the next.
template <std::floating_point Scalar>
class row_batch {
 public:
  /// The given rows of data.
  template <executor Executor, row_source Data>
  void assign(const Executor& run, const Data& data, std::span<const index> chosen) {
    fill(run, std::ssize(chosen),
         [&](index i) { return row_of(data, chosen[static_cast<std::size_t>(i)]); });
  }
  /// All rows of a matrix.
  template <executor Executor>
  void assign(const Executor& run, const matrix<Scalar>& dense) {
    fill(run, dense.rows(), [&](index i) {
      return std::span<const Scalar>(dense.data() + i * dense.cols(),
                                     static_cast<std::size_t>(dense.cols()));
    });
  }

  /// As the products of core/sparse_products.hpp take them, until the next change.
  [[nodiscard]] std::span<const sparse_row<Scalar>> rows() {
    rows_.clear();
    for (std::size_t i = 0; i < found_.size(); ++i) {
      const auto size = static_cast<std::size_t>(found_[i].count);
      rows_.push_back({std::span(columns_).subspan(begin_[i], size),
                       std::span(values_).subspan(begin_[i], size), found_[i].all_one});
    }
    return rows_;
  }

  [[nodiscard]] index size() const noexcept { return std::ssize(found_); }

 private:
  /// @param row_at of an index: a `cell_counts` or a dense span
  template <executor Executor, class RowAt>
  void fill(const Executor& run, index count, const RowAt& row_at) {
    found_.clear();
    begin_.assign(1, 0);
    for (index i = 0; i < count; ++i)
      begin_.push_back(begin_.back() + row_at(i).size() + static_cast<std::size_t>(nonzeros_slack));
    if (begin_.back() > columns_.size()) {
      columns_.resize(begin_.back());
      values_.resize(begin_.back());
    }
    found_.assign(static_cast<std::size_t>(count), nonzeros{0, true});  // as if empty until filled
    for_each_range(run, count, 16, [&](index first, index last) {
      constexpr index ahead = 2;  // rows in random order are not fetched by themselves
      std::size_t at = begin_[static_cast<std::size_t>(first)];
      for (index i = first; i < last; ++i) {
        const auto u = static_cast<std::size_t>(i);
        if (i + ahead < last) fetch(row_at(i + ahead));
        begin_[u] = at;
        found_[u] = write_nonzeros(row_at(i), columns_.data() + at, values_.data() + at);
        at += static_cast<std::size_t>(found_[u].count);
      }
    });
  }
  template <class Row>
  static void fetch(const Row& row) noexcept {
    if constexpr (requires { row.data(); }) {
      constexpr std::size_t line = 64 / sizeof(typename Row::element_type);
      for (std::size_t k = 0; k < row.size(); k += line) __builtin_prefetch(row.data() + k);
    }
  }

  std::vector<std::int32_t> columns_;  ///< with room for all entries, also those that are zero
  std::vector<Scalar> values_;
  std::vector<std::size_t> begin_;
  std::vector<nonzeros> found_;
  std::vector<sparse_row<Scalar>> rows_;
};

/// Every row of `out` becomes `bias`.
template <class Scalar>
void fill_rows(std::span<const Scalar> bias, matrix<Scalar>& out) {
  for (index i = 0; i < out.rows(); ++i)
    std::copy(bias.begin(), bias.end(), out.data() + i * out.cols());
}

/// Row `i` of a matrix.
template <class Scalar>
[[nodiscard]] std::span<Scalar> row_span(matrix<Scalar>& of, index i) noexcept {
  return {of.data() + i * of.cols(), static_cast<std::size_t>(of.cols())};
}
template <class Scalar>
[[nodiscard]] std::span<const Scalar> row_span(const matrix<Scalar>& of, index i) noexcept {
  return {of.data() + i * of.cols(), static_cast<std::size_t>(of.cols())};
}

}  // namespace harmonium::inline v0_2
