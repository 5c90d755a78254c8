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
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/sparse_products.hpp"

namespace harmonium::inline v0_2 {

/// An owned copy of counts in floating point.
template <std::floating_point Scalar>
class count_rows {
 public:
  template <count_source Counts>
  explicit count_rows(const Counts& counts) : genes_(counts.genes()) {
    std::size_t nonzeros = 0;
    for (index i = 0; i < counts.cells(); ++i) nonzeros += counts.cell(i).size();
    columns_.reserve(nonzeros);
    counts_.reserve(nonzeros);
    logs_.reserve(nonzeros);
    pointers_.reserve(static_cast<std::size_t>(counts.cells()) + 1);
    log_library_.resize(counts.cells());
    for (index i = 0; i < counts.cells(); ++i) {
      const auto cell = counts.cell(i);
      double total = 0;
      for (std::size_t k = 0; k < cell.size(); ++k) {
        const auto value = static_cast<double>(cell.values[k]);
        total += value;
        columns_.push_back(static_cast<std::int32_t>(cell.genes[k]));
        counts_.push_back(static_cast<Scalar>(value));
        logs_.push_back(static_cast<Scalar>(math::log1p(value)));
      }
      pointers_.push_back(columns_.size());
      log_library_[i] = math::log(std::max(total, 1.0));
    }
  }

  [[nodiscard]] index cells() const noexcept { return log_library_.size(); }
  [[nodiscard]] index genes() const noexcept { return genes_; }
  [[nodiscard]] sparse_row<Scalar> counts(index cell) const { return part(counts_, cell); }
  [[nodiscard]] sparse_row<Scalar> logs(index cell) const { return part(logs_, cell); }
  /// log of the counts per cell; a cell without counts is taken to have one.
  [[nodiscard]] const vector<double>& log_library() const noexcept { return log_library_; }

 private:
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
