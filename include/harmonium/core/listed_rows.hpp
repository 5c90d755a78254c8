// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// The non-zero entries of consecutive rows of data, for a moment.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/nonzeros.hpp"
#include "harmonium/core/row_batch.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/core/sparse_products.hpp"

namespace harmonium::inline v0_2 {

/// Rows [begin, end) of data as products take them, in the number type of a model: a `row_batch` in
/// scratch memory. A local variable, of one thread.
template <std::floating_point Scalar>
class listed_rows {
 public:
  template <row_source Data>
  listed_rows(const Data& data, index begin, index end)
      : columns_(room_for(data, begin, end)),
        values_(columns_.size()),
        rows_(static_cast<std::size_t>(end - begin)) {
    index filled = 0;
    for (index i = begin; i < end; ++i) {
      const nonzeros found =
          write_nonzeros(row_of(data, i), columns_.data() + filled, values_.data() + filled);
      const auto size = static_cast<std::size_t>(found.count);
      auto& own = rows_[static_cast<std::size_t>(i - begin)];
      own.columns =
          as_span(std::as_const(columns_)).subspan(static_cast<std::size_t>(filled), size);
      own.values = as_span(std::as_const(values_)).subspan(static_cast<std::size_t>(filled), size);
      own.all_one = found.all_one;
      filled += found.count;
    }
  }

  [[nodiscard]] std::span<const sparse_row<Scalar>> rows() const noexcept { return rows_; }

  /// Multiplies row `row` of these, counted from 0, by a number.
  void scale(index row, Scalar factor) {
    auto& own = rows_[static_cast<std::size_t>(row)];
    Scalar* const values = values_.data() + (own.values.data() - values_.data());
    for (std::size_t k = 0; k < own.values.size(); ++k) values[k] = factor * values[k];
    own.all_one = false;
  }

 private:
  template <row_source Data>
  static index room_for(const Data& data, index begin, index end) {
    index room = nonzeros_slack;
    for (index i = begin; i < end; ++i) room += static_cast<index>(row_of(data, i).size());
    return room;
  }

  scratch_vector<std::int32_t> columns_;
  scratch_vector<Scalar> values_;
  std::vector<sparse_row<Scalar>> rows_;
};

}  // namespace harmonium::inline v0_2
