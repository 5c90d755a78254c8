// SPDX-License-Identifier: MIT
/// @file
/// Counts as a variational autoencoder reads them: the non-zero entries of every cell, and their
/// log(1 + x).
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/sparse_products.hpp"

namespace harmonium::inline v0_2 {

/// An owned copy of counts in floating point.
template <std::floating_point Scalar>
class count_rows {
 public:
  template <count_source Counts>
  explicit count_rows(const Counts& counts) : count_rows(serial_executor{}, counts) {}
  /// The same, copied in blocks of cells.
  template <executor Executor, count_source Counts>
  count_rows(const Executor& run, const Counts& counts) : genes_(counts.genes()) {
    for (index i = 0; i < counts.cells(); ++i)
      pointers_.push_back(pointers_.back() + counts.cell(i).size());
    columns_.resize(pointers_.back());
    counts_.resize(pointers_.back());
    logs_.resize(pointers_.back());
    log_library_.resize(counts.cells());
    for_each_range(run, counts.cells(), 256, [&](index begin, index end) {
      for (index i = begin; i < end; ++i) copy_cell(i, counts.cell(i));
    });
  }

  [[nodiscard]] index cells() const noexcept { return log_library_.size(); }
  [[nodiscard]] index genes() const noexcept { return genes_; }
  [[nodiscard]] sparse_row<Scalar> counts(index cell) const { return part(counts_, cell); }
  [[nodiscard]] sparse_row<Scalar> logs(index cell) const { return part(logs_, cell); }
  /// log of the counts per cell; a cell without counts is taken to have one.
  [[nodiscard]] const vector<double>& log_library() const noexcept { return log_library_; }

 private:
  template <class Cell>
  void copy_cell(index i, const Cell& cell) {
    double total = 0;
    std::size_t at = pointers_[static_cast<std::size_t>(i)];
    for (std::size_t k = 0; k < cell.size(); ++k, ++at) {
      const auto value = static_cast<double>(cell.values[k]);
      total += value;
      columns_[at] = static_cast<std::int32_t>(cell.genes[k]);
      counts_[at] = static_cast<Scalar>(value);
      logs_[at] = static_cast<Scalar>(math::log1p(value));
    }
    log_library_[i] = math::log(std::max(total, 1.0));
  }

  [[nodiscard]] sparse_row<Scalar> part(const std::vector<Scalar>& values, index cell) const {
    const std::size_t begin = pointers_[static_cast<std::size_t>(cell)];
    const std::size_t size = pointers_[static_cast<std::size_t>(cell) + 1] - begin;
    return {std::span(columns_).subspan(begin, size), std::span(values).subspan(begin, size)};
  }

  index genes_;
  std::vector<std::int32_t> columns_;
  std::vector<Scalar> counts_, logs_;
  std::vector<std::size_t> pointers_ = std::vector<std::size_t>(1, 0);
  vector<double> log_library_;
};

}  // namespace harmonium::inline v0_2
