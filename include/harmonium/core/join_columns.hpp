// SPDX-License-Identifier: MIT
/// @file
/// Several tables of the same cells as one: counts and the plate of every cell, counts and
/// proteins. What a visible layer of several families is trained on.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/rows.hpp"

namespace harmonium::inline v0_2 {

/// Whole numbers stay so, all else is double.
template <row_source... Sources>
using joined_value =
    std::conditional_t<(std::integral<typename Sources::value_type> && ...), std::int32_t, double>;

/// The columns of the first source, then those of the second, ...: one row per cell, sparse and
/// owned, zeros dropped. Memory and cost: the non-zeros of all.
///
///     const auto rows = join_columns(counts, one_hot_columns(plate_of_cell, 3));
///
/// @throws std::invalid_argument unless all have the same number of rows; std::overflow_error as
///         `count_matrix::push_back`
template <row_source... Sources>
requires(sizeof...(Sources) >= 1)
    [[nodiscard]] count_matrix<joined_value<Sources...>> join_columns(const Sources&... sources) {
  const index rows[] = {row_count(sources)...};
  for (const index own : rows)
    require(own == rows[0], "join_columns",
            "all sources need as many rows, got " + std::to_string(rows[0]) + " and " +
                std::to_string(own));
  count_matrix<joined_value<Sources...>> joined((column_count(sources) + ...));
  for (index i = 0; i < rows[0]; ++i) {
    index begin = 0;
    const auto add = [&](const auto& source) {
      row::for_each_nonzero(row_of(source, i),
                            [&](index m, auto value) { joined.push_back(begin + m, value); });
      begin += column_count(source);
    };
    (add(sources), ...);
    joined.finish_cell();
  }
  return joined;
}

/// One column per category, 1 in that of the row.
/// @param category of every row, in [0, categories)
/// @throws std::invalid_argument naming the first row without a category
[[nodiscard]] inline count_matrix<> one_hot_columns(std::span<const index> category,
                                                    index categories) {
  count_matrix<> rows(categories);
  for (std::size_t i = 0; i < category.size(); ++i) {
    require(category[i] >= 0 && category[i] < categories, "one_hot_columns",
            "row " + std::to_string(i) + " is of category " + std::to_string(category[i]) +
                ", there are " + std::to_string(categories));
    rows.push_back(category[i], 1);
    rows.finish_cell();
  }
  return rows;
}

/// Columns [begin, end), as a table of their own.
/// @throws std::invalid_argument if there are no such columns
template <row_source Data>
[[nodiscard]] auto columns_between(const Data& data, index begin, index end) {
  require(begin >= 0 && begin <= end && end <= column_count(data), "columns_between",
          "there are " + std::to_string(column_count(data)) + " columns, asked for [" +
              std::to_string(begin) + ", " + std::to_string(end) + ")");
  count_matrix<typename Data::value_type> chosen(end - begin);
  for (index i = 0; i < row_count(data); ++i) {
    row::for_each_nonzero(row_of(data, i), [&](index m, auto value) {
      if (m >= begin && m < end) chosen.push_back(m - begin, value);
    });
    chosen.finish_cell();
  }
  return chosen;
}

}  // namespace harmonium::inline v0_2
