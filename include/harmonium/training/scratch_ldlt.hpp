// SPDX-License-Identifier: MIT
/// @file
/// Symmetric systems solved without asking for memory each time.
#pragma once

#include <Eigen/Cholesky>
#include <map>

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// A factorisation for use within a function, whose memory stays with the thread: `compute` one
/// matrix of this size and solve with it before the next one is asked for.
template <class Matrix = matrix<double>>
Eigen::LDLT<Matrix>& scratch_ldlt(index size) {
  thread_local std::map<index, Eigen::LDLT<Matrix>> by_size;
  return by_size.try_emplace(size, size).first->second;
}

}  // namespace harmonium::inline v0_2
