// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Some rows of data at a time, and what the first hidden layer receives from each: a product of
/// matrices instead of one of every row.
#pragma once

#include <cstddef>
#include <span>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_batch.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/core/sparse_products.hpp"

namespace harmonium::inline v0_2 {

/// How many rows: enough for a row of W that is in the cache to serve several, few enough for
/// threads to share a small data set.
inline constexpr index rows_of_block = 64;

/// Rows [begin, end) of data and b_1 + x'W_0 of each, with the bits of `first_hidden_input`. A
/// value, of one thread; keeps its memory from block to block.
template <class Model>
class row_block {
 public:
  using scalar = typename Model::scalar;

  template <row_source Data>
  void assign(const Model& model, const Data& data, index begin, index end) {
    x_.assign(data, begin, end);
    input_.resize(end - begin, model.size(1));
    fill_rows(model.bias(1), input_);
    add_sparse_product(serial_executor{}, x_.rows(), model.weights(0).data(), input_.cols(),
                       input_.data());
  }

  /// rows x size(1)
  [[nodiscard]] matrix<scalar>& input() noexcept { return input_; }

  /// x'y of every row.
  /// @param y length size(0)
  void write_dots(std::span<const scalar> y, std::span<scalar> out) {
    const auto rows = x_.rows();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      scalar sum(0);
      for (std::size_t k = 0; k < rows[i].columns.size(); ++k)
        sum += rows[i].values[k] * y[static_cast<std::size_t>(rows[i].columns[k])];
      out[i] = sum;
    }
  }

 private:
  row_batch<scalar> x_;
  matrix<scalar> input_;
};

}  // namespace harmonium::inline v0_2
