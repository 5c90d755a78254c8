// SPDX-License-Identifier: MIT
/// @file
/// A matrix for work that goes on step after step.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// A row-major matrix of doubles that keeps the most memory it ever had, so that another number of
/// rows asks for none unless it is larger than all before.
class kept_rows {
 public:
  using stretch = Eigen::Map<Eigen::ArrayXd>;
  using const_stretch = Eigen::Map<const Eigen::ArrayXd>;

  /// The content is lost.
  void resize(index rows, index columns) {
    rows_ = rows;
    columns_ = columns;
    const auto size = static_cast<std::size_t>(rows * columns);
    if (entries_.size() < size) entries_.resize(size);
  }
  /// Makes room for later, up to 32 MB.
  void reserve(index rows, index columns) {
    constexpr index most = index{1} << 22;
    entries_.reserve(static_cast<std::size_t>(std::min(rows * columns, most)));
  }
  void set_zero() { all().setZero(); }

  [[nodiscard]] index rows() const noexcept { return rows_; }
  [[nodiscard]] index columns() const noexcept { return columns_; }
  [[nodiscard]] index size() const noexcept { return rows_ * columns_; }

  [[nodiscard]] double* data(index row = 0) noexcept { return entries_.data() + row * columns_; }
  [[nodiscard]] const double* data(index row = 0) const noexcept {
    return entries_.data() + row * columns_;
  }
  [[nodiscard]] double& operator()(index row, index column) noexcept { return data(row)[column]; }
  [[nodiscard]] double operator()(index row, index column) const noexcept {
    return data(row)[column];
  }
  [[nodiscard]] stretch row(index row) noexcept { return {data(row), columns_}; }
  [[nodiscard]] const_stretch row(index row) const noexcept { return {data(row), columns_}; }
  /// All rows, one after the other.
  [[nodiscard]] stretch all() noexcept { return {data(), size()}; }
  [[nodiscard]] const_stretch all() const noexcept { return {data(), size()}; }

 private:
  std::vector<double> entries_;
  index rows_ = 0, columns_ = 0;
};

}  // namespace harmonium::inline v0_2
