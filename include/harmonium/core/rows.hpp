// SPDX-License-Identifier: MIT
/// @file
/// Rows of data under one spelling: sparse counts, cell by cell, or dense numbers.
#pragma once

#include <concepts>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Borrowed dense rows, row after row without gaps, owned by someone else, who must outlive the
/// view.
template <std::floating_point Scalar>
class dense_rows {
 public:
  using value_type = Scalar;

  /// @param entries rows x columns numbers, row-major
  /// @throws std::invalid_argument if the lengths do not fit together
  dense_rows(std::span<const Scalar> entries, index rows, index columns)
      : entries_(entries.data()), rows_(rows), columns_(columns) {
    require(rows >= 0 && columns >= 0 && std::ssize(entries) == rows * columns, "dense_rows",
            std::to_string(rows) + " rows of " + std::to_string(columns) + " need " +
                std::to_string(rows * columns) + " entries, got " + std::to_string(entries.size()));
  }
  dense_rows(const matrix<Scalar>& of) noexcept
      : entries_(of.data()), rows_(of.rows()), columns_(of.cols()) {}
  dense_rows(matrix<Scalar>&&) = delete;

  [[nodiscard]] index rows() const noexcept { return rows_; }
  [[nodiscard]] index columns() const noexcept { return columns_; }
  [[nodiscard]] std::span<const Scalar> row(index i) const noexcept {
    return {entries_ + i * columns_, static_cast<std::size_t>(columns_)};
  }

 private:
  const Scalar* entries_;
  index rows_, columns_;
};

/// Dense numbers that can be walked row by row.
template <class D>
concept dense_source = requires(const D& data, index i) {
  typename D::value_type;
  { data.rows() } -> std::same_as<index>;
  { data.columns() } -> std::same_as<index>;
  { data.row(i) } -> std::same_as<std::span<const typename D::value_type>>;
};

/// Sparse counts or dense rows.
template <class D>
concept row_source = count_source<D> || dense_source<D>;

static_assert(dense_source<dense_rows<double>> && row_source<count_view<>>);

/// Cells of counts, or rows of a matrix.
template <row_source Data>
[[nodiscard]] index row_count(const Data& data) noexcept {
  if constexpr (count_source<Data>)
    return data.cells();
  else
    return data.rows();
}
/// Genes of counts, or columns of a matrix.
template <row_source Data>
[[nodiscard]] index column_count(const Data& data) noexcept {
  if constexpr (count_source<Data>)
    return data.genes();
  else
    return data.columns();
}
/// One row, as a `cell_counts` or a dense span.
template <row_source Data>
[[nodiscard]] auto row_of(const Data& data, index i) noexcept {
  if constexpr (count_source<Data>)
    return data.cell(i);
  else
    return data.row(i);
}

/// How often row `i` counts: 1, unless the data have weights.
template <row_source Data>
[[nodiscard]] double row_weight(const Data& data, index i) noexcept {
  if constexpr (requires { data.weight(i); })
    return data.weight(i);
  else
    return 1;
}
/// Sum of the rows' weights.
template <row_source Data>
[[nodiscard]] double total_weight(const Data& data) noexcept {
  if constexpr (requires { data.total_weight(); })
    return data.total_weight();
  else
    return static_cast<double>(row_count(data));
}

/// How often every row counts; empty where each counts once.
template <row_source Data>
[[nodiscard]] std::vector<double> weights_unless_one(const Data& data) {
  std::vector<double> weights;
  bool is_one = true;
  for (index i = 0; i < row_count(data); ++i) {
    weights.push_back(row_weight(data, i));
    is_one = is_one && weights.back() == 1;
  }
  if (is_one) weights.clear();
  return weights;
}

/// Mean of every column, rows weighted; zeros where there is no row.
template <row_source Data>
[[nodiscard]] vector<double> column_means(const Data& data) {
  vector<double> sums = vector<double>::Zero(column_count(data));
  for (index i = 0; i < row_count(data); ++i) {
    const double weight = row_weight(data, i);
    const auto row = row_of(data, i);
    if constexpr (count_source<Data>) {
      for (std::size_t k = 0; k < row.size(); ++k)
        sums[static_cast<index>(row.genes[k])] += weight * static_cast<double>(row.values[k]);
    } else {
      for (std::size_t k = 0; k < row.size(); ++k)
        sums[static_cast<index>(k)] += weight * static_cast<double>(row[k]);
    }
  }
  if (const double total = total_weight(data); total > 0)
    for (double& sum : sums) sum /= total;
  return sums;
}

}  // namespace harmonium::inline v0_2
