// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Conjugate gradients for a Newton direction, with the genes' blocks as preconditioner.
#pragma once

#include "harmonium/core/entrywise.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/training/newton/coupled_information.hpp"

namespace harmonium::inline v0_2 {

/// The direction from `offset` on that D^-1 (g - D offset) gives, each gene for itself.
/// @param offset columns x genes: the part of the direction that is fixed
template <class Index>
matrix<double> separate_direction(const basic_coupled_information<Index>& information,
                                  const matrix<double>& offset) {
  matrix<double> product, solved, residual = information.gradient(), direction = offset;
  coupled_information::multiply_blocks(information.blocks(), offset, product);
  entrywise::add_scaled(-1.0, product.data(), product.size(), residual.data());
  coupled_information::multiply_blocks(information.inverse(), residual, solved);
  entrywise::add_scaled(1.0, solved.data(), solved.size(), direction.data());
  return direction;
}

/// The direction from `offset` on that F^-1 (g - F offset) gives, in what the inverse blocks leave
/// free.
/// @param has_offset false where `offset` is zero
/// @param accuracy   relative, of the residual in the norm of the inverse blocks
template <class Index>
matrix<double> coupled_direction(executor_ref run,
                                 const basic_coupled_information<Index>& information,
                                 const matrix<double>& offset, bool has_offset, double accuracy) {
  constexpr int most_iterations = 50;
  matrix<double> direction = offset, residual = information.gradient(), product, solved;
  if (has_offset) {
    information.multiply(run, offset, product);
    entrywise::add_scaled(-1.0, product.data(), product.size(), residual.data());
  }
  coupled_information::multiply_blocks(information.inverse(), residual, solved);
  matrix<double> search = solved;
  double norm = ordered_dot(residual.data(), solved.data(), residual.size());
  const double goal = norm * accuracy * accuracy;
  for (int iteration = 0; iteration < most_iterations && norm > goal; ++iteration) {
    information.multiply(run, search, product);
    const double length = norm / ordered_dot(search.data(), product.data(), search.size());
    entrywise::add_scaled(length, search.data(), search.size(), direction.data());
    entrywise::add_scaled(-length, product.data(), product.size(), residual.data());
    coupled_information::multiply_blocks(information.inverse(), residual, solved);
    const double next = ordered_dot(residual.data(), solved.data(), residual.size());
    entrywise::add_scaled(next / norm, search.data(), search.size(), solved.data());
    search.swap(solved);
    norm = next;
  }
  return direction;
}

}  // namespace harmonium::inline v0_2
