// SPDX-License-Identifier: MIT
#include "harmonium/core/join_columns.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <stdexcept>
#include <type_traits>
#include <vector>

namespace hm = harmonium;

namespace {

hm::count_matrix<> two_cells() {
  hm::count_matrix<> counts(3);
  counts.push_back(0, 5);
  counts.push_back(2, 1);
  counts.finish_cell();
  counts.push_back(1, 2);
  counts.finish_cell();
  return counts;
}

}  // namespace

TEST_CASE("counts and the plate of every cell side by side") {
  const auto counts = two_cells();
  const auto rows = hm::join_columns(counts, hm::one_hot_columns(std::vector<hm::index>{1, 0}, 2));
  static_assert(std::is_same_v<decltype(rows), const hm::count_matrix<>>);
  CHECK_NOTHROW(hm::validate(rows));
  hm::matrix<double> expected(2, 5);
  expected << 5, 0, 1, 0, 1,  //
      0, 2, 0, 1, 0;
  CHECK(hm::to_dense(rows) == expected);
  CHECK(rows.nonzeros() == 5);
  CHECK(hm::columns_between(rows, 0, 3) == counts);
  CHECK(hm::to_dense(hm::columns_between(rows, 3, 5)) == expected.rightCols(2));
}

TEST_CASE("beside real numbers all are doubles") {
  hm::matrix<float> proteins(2, 2);
  proteins << -1.5F, 0, 0.25F, 3;
  const auto counts = two_cells();
  const auto rows = hm::join_columns(counts, hm::dense_rows<float>(proteins));
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(rows)>::value_type, double>);
  hm::matrix<double> expected(2, 5);
  expected << 5, 0, 1, -1.5, 0,  //
      0, 2, 0, 0.25, 3;
  CHECK(hm::to_dense(rows) == expected);
}

TEST_CASE("tables that do not fit together are refused") {
  CHECK_THROWS_WITH_AS(
      (void)hm::join_columns(two_cells(), hm::one_hot_columns(std::vector<hm::index>{0}, 2)),
      "join_columns: all sources need as many rows, got 2 and 1", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)hm::one_hot_columns(std::vector<hm::index>{0, 3}, 3),
                       "one_hot_columns: row 1 is of category 3, there are 3",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)hm::columns_between(two_cells(), 2, 4),
                       "columns_between: there are 3 columns, asked for [2, 4)",
                       std::invalid_argument);
}
