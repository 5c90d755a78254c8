// SPDX-License-Identifier: MIT
/// @file
/// Free energies of the rows of a data set.
#pragma once

#include <utility>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_batch.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/likelihood/base_measures.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/models/row_block.hpp"

namespace harmonium::inline v0_2 {

/// `free_energy` of every row, -log sum_h exp(-E(x, h)), nats: the same bits, but the input of the
/// hidden units is a product of matrices, 64 rows at a time.
/// @param base what `log_base_measures` gives, length rows
/// @return length rows; what a row weighs has no part in it
/// Cost: rows x non-zeros x hidden units.
template <executor Executor, class Visible, class Hidden, row_source Data>
[[nodiscard]] vector<typename Visible::scalar> free_energies(
    const Executor& run, const rbm<Visible, Hidden>& model, const Data& data,
    const vector<typename Visible::scalar>& base) {
  using scalar = typename Visible::scalar;
  vector<scalar> result(row_count(data));
  for_each_range(run, result.size(), rows_of_block, [&](index begin, index end) {
    row_block<rbm<Visible, Hidden>> block(model, data, begin, end);
    scratch_vector<scalar> dots(end - begin);
    block.write_dots(model.bias(0), as_span(dots));
    for (index i = begin; i < end; ++i)
      result[i] = -(dots[i - begin] + base[i] +
                    model.template units<1>().log_partition(
                        row_span(std::as_const(block.input()), i - begin)));
  });
  return result;
}
/// The same, with log base measures of its own making.
template <executor Executor, class Visible, class Hidden, row_source Data>
[[nodiscard]] vector<typename Visible::scalar> free_energies(const Executor& run,
                                                             const rbm<Visible, Hidden>& model,
                                                             const Data& data) {
  return free_energies(run, model, data, log_base_measures(model.visible(), data));
}

}  // namespace harmonium::inline v0_2
