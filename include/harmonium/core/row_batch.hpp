// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Some rows of data side by side, as the products of a mini-batch want them.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/core/sparse_products.hpp"

namespace harmonium::inline v0_2 {

/// The non-zero entries of some rows, in the model's number type. Keeps its memory from one batch
/// to the next.
template <std::floating_point Scalar>
class row_batch {
 public:
  void clear() {
    columns_.clear();
    values_.clear();
    begin_.assign(1, 0);
  }

  /// Adds a `cell_counts` or a dense span.
  template <class Row>
  void add(const Row& row) {
    row::for_each_nonzero(row, [&](index m, auto value) {
      columns_.push_back(static_cast<std::int32_t>(m));
      values_.push_back(static_cast<Scalar>(value));
    });
    begin_.push_back(values_.size());
  }
  /// The given rows of data.
  template <row_source Data>
  void assign(const Data& data, std::span<const index> chosen) {
    clear();
    for (const index i : chosen) add(row_of(data, i));
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
                       std::span(values_).subspan(begin_[i], size)});
    }
    return rows_;
  }

  /// Multiplies row `i` by a number.
  void scale(index i, Scalar factor) {
    const auto u = static_cast<std::size_t>(i);
    for (std::size_t k = begin_[u]; k < begin_[u + 1]; ++k) values_[k] *= factor;
  }

  [[nodiscard]] index size() const noexcept { return std::ssize(begin_) - 1; }

 private:
  std::vector<std::int32_t> columns_;
  std::vector<Scalar> values_;
  std::vector<std::size_t> begin_ = {0};
  std::vector<sparse_row<Scalar>> rows_;
};

/// Every row of `out` becomes `bias`.
template <class Scalar>
void fill_rows(std::span<const Scalar> bias, matrix<Scalar>& out) {
  out.rowwise() =
      Eigen::Map<const Eigen::Matrix<Scalar, 1, Eigen::Dynamic>>(bias.data(), out.cols());
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
