// SPDX-License-Identifier: MIT
/// @file
/// Counts of which every number can be written down.
#pragma once

#include <cstdint>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/matrix.hpp"

namespace support {

/// 3 cells x 4 genes: 0 2 0 1 / none / 5 0 0 7.
template <class Value = std::int32_t, class Index = std::int32_t, class Pointer = std::int64_t>
harmonium::count_matrix<Value, Index, Pointer> three_cells() {
  harmonium::count_matrix<Value, Index, Pointer> counts(4);
  counts.push_back(0, 0);  // zeros are dropped
  counts.push_back(1, 2);
  counts.push_back(3, 1);
  counts.finish_cell();
  counts.finish_cell();
  counts.push_back(0, 5);
  counts.push_back(3, 7);
  counts.finish_cell();
  return counts;
}

inline harmonium::matrix<double> three_cells_dense() {
  harmonium::matrix<double> dense(3, 4);
  dense << 0, 2, 0, 1, 0, 0, 0, 0, 5, 0, 0, 7;
  return dense;
}

}  // namespace support
