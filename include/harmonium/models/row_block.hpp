// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Some rows of data at a time, and what the first hidden layer receives from each: a product of
/// matrices instead of one of every row.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/factor.hpp"
#include "harmonium/core/listed_rows.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_batch.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/core/sparse_products.hpp"

namespace harmonium::inline v0_2 {

/// How many rows: enough for a row of W that is in the cache to serve several, few enough for
/// threads to share a small data set.
inline constexpr index rows_of_block = 64;

/// Rows [begin, end) of data and b_1 + x'W_0 of each, with the bits of `first_hidden_input`. A
/// local variable, of one thread.
template <class Model>
class row_block {
 public:
  using scalar = typename Model::scalar;

  /// @param begin,end at most as many rows as there shall be in the caches
  template <row_source Data>
  row_block(const Model& model, const Data& data, index begin, index end)
      : x_(data, begin, end), input_(end - begin, model.size(1)) {
    fill_rows(model.bias(1), input_);
    add_sparse_product(serial_executor{}, rows(),
                       as_factor(model.weights(0).data(), model.size(0), model.size(1)),
                       input_.data());
  }

  [[nodiscard]] std::span<const sparse_row<scalar>> rows() const noexcept { return x_.rows(); }
  /// rows x size(1)
  [[nodiscard]] matrix<scalar>& input() noexcept { return input_; }

  /// x'y of every row.
  /// @param y length size(0)
  void write_dots(std::span<const scalar> y, std::span<scalar> out) const {
    const auto rows = this->rows();
    std::size_t i = 0;
    for (; i + 4 <= rows.size(); i += 4) {  // four sums, none of which waits for another
      const auto &a = rows[i], &b = rows[i + 1], &c = rows[i + 2], &d = rows[i + 3];
      const std::size_t common = std::min(std::min(a.columns.size(), b.columns.size()),
                                          std::min(c.columns.size(), d.columns.size()));
      scalar sums[4] = {0, 0, 0, 0};
      for (std::size_t k = 0; k < common; ++k) {
        sums[0] += a.values[k] * y[static_cast<std::size_t>(a.columns[k])];
        sums[1] += b.values[k] * y[static_cast<std::size_t>(b.columns[k])];
        sums[2] += c.values[k] * y[static_cast<std::size_t>(c.columns[k])];
        sums[3] += d.values[k] * y[static_cast<std::size_t>(d.columns[k])];
      }
      for (std::size_t r = 0; r < 4; ++r) out[i + r] = dot_from(rows[i + r], common, sums[r], y);
    }
    for (; i < rows.size(); ++i) out[i] = dot_from(rows[i], 0, scalar(0), y);
  }

 private:
  static scalar dot_from(const sparse_row<scalar>& row, std::size_t first, scalar sum,
                         std::span<const scalar> y) {
    for (std::size_t k = first; k < row.columns.size(); ++k)
      sum += row.values[k] * y[static_cast<std::size_t>(row.columns[k])];
    return sum;
  }

  listed_rows<scalar> x_;
  matrix<scalar> input_;
};

}  // namespace harmonium::inline v0_2
