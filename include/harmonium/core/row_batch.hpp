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
  void clear() {
    begin_.assign(1, 0);
    all_one_.clear();
  }

  /// Adds a `cell_counts` or a dense span.
  template <class Row>
  void add(const Row& row) {
    const std::size_t begin = begin_.back();
    make_room(begin + row.size() + static_cast<std::size_t>(nonzeros_slack));
    const nonzeros found = write_nonzeros(row, columns_.data() + begin, values_.data() + begin);
    begin_.push_back(begin + static_cast<std::size_t>(found.count));
    all_one_.push_back(found.all_one);
  }
  /// The given rows of data.
  template <row_source Data>
  void assign(const Data& data, std::span<const index> chosen) {
    clear();
    constexpr std::size_t ahead = 2;  // rows in random order are not fetched by themselves
    for (std::size_t k = 0; k < chosen.size(); ++k) {
      if constexpr (dense_source<Data>)
        if (k + ahead < chosen.size()) fetch(row_of(data, chosen[k + ahead]));
      add(row_of(data, chosen[k]));
    }
  }
  /// All rows of a matrix.
  void assign(const matrix<Scalar>& dense) {
    clear();
    for (index i = 0; i < dense.rows(); ++i)
      add(std::span<const Scalar>(dense.data() + i * dense.cols(),
                                  static_cast<std::size_t>(dense.cols())));
  }

  /// As the products of core/sparse_products.hpp take them, until the next change.
  [[nodiscard]] std::span<const sparse_row<Scalar>> rows() {
    rows_.clear();
    for (std::size_t i = 0; i + 1 < begin_.size(); ++i) {
      const std::size_t size = begin_[i + 1] - begin_[i];
      rows_.push_back({std::span(columns_).subspan(begin_[i], size),
                       std::span(values_).subspan(begin_[i], size), all_one_[i]});
    }
    return rows_;
  }

  [[nodiscard]] index size() const noexcept { return std::ssize(begin_) - 1; }

 private:
  template <class Value>
  static void fetch(std::span<const Value> row) noexcept {
    constexpr std::size_t line = 64 / sizeof(Value);
    for (std::size_t k = 0; k < row.size(); k += line) __builtin_prefetch(row.data() + k);
  }
  void make_room(std::size_t entries) {
    if (entries <= columns_.size()) return;
    columns_.resize(2 * entries);
    values_.resize(2 * entries);
  }
  std::vector<std::int32_t> columns_;  ///< longer than there are entries
  std::vector<Scalar> values_;
  std::vector<std::size_t> begin_ = {0};
  std::vector<bool> all_one_;
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
