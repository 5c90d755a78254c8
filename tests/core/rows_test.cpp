// SPDX-License-Identifier: MIT
#include "harmonium/core/rows.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

namespace hm = harmonium;

static_assert(hm::dense_source<hm::dense_rows<float>> && hm::row_source<hm::dense_rows<float>>);
static_assert(hm::row_source<hm::count_matrix<>> && !hm::dense_source<hm::count_matrix<>>);
static_assert(!hm::row_source<hm::matrix<double>>);
static_assert(!std::is_constructible_v<hm::dense_rows<double>, hm::matrix<double>&&>);

TEST_CASE("sparse and dense rows under one spelling") {
  hm::matrix<double> dense(3, 2);
  dense << 1, 0, 0, 4, 2, 5;
  hm::count_matrix<> counts(2);
  for (hm::index i = 0; i < 3; ++i) {
    for (hm::index m = 0; m < 2; ++m) counts.push_back(m, static_cast<int>(dense(i, m)));
    counts.finish_cell();
  }
  const hm::dense_rows<double> rows(dense);
  CHECK(hm::row_count(rows) == 3);
  CHECK(hm::column_count(rows) == 2);
  CHECK(hm::row_count(counts) == 3);
  CHECK(hm::column_count(counts) == 2);
  CHECK(hm::row_of(rows, 1).data() == dense.data() + 2);  // borrowed
  CHECK(hm::row_of(counts, 1).values[0] == 4);
  CHECK(hm::row_weight(rows, 2) == 1);
  CHECK(hm::total_weight(counts) == 3);
  const hm::vector<double> want = dense.colwise().mean().transpose();
  CHECK(hm::column_means(rows) == want);
  CHECK(hm::column_means(counts) == want);
  CHECK(hm::column_means(hm::count_matrix<>(2)).isZero());
}

namespace {

struct weighted_rows {
  using value_type = double;
  std::vector<double> entries{1, 5, 4};
  [[nodiscard]] hm::index rows() const { return 3; }
  [[nodiscard]] hm::index columns() const { return 1; }
  [[nodiscard]] std::span<const double> row(hm::index i) const { return {entries.data() + i, 1}; }
  [[nodiscard]] double weight(hm::index i) const { return i == 1 ? 2 : 1; }
  [[nodiscard]] double total_weight() const { return 4; }
};

}  // namespace

TEST_CASE("rows that count more than once") {
  CHECK(hm::row_weight(weighted_rows{}, 1) == 2);
  CHECK(hm::column_means(weighted_rows{})[0] == 3.75);
}

TEST_CASE("entries that are no rows times columns are refused") {
  const std::vector<double> entries(6);
  CHECK(hm::dense_rows<double>(entries, 2, 3).row(1).size() == 3);
  CHECK_THROWS_WITH_AS((void)hm::dense_rows<double>(entries, 2, 2),
                       doctest::Contains("2 rows of 2 need 4 entries, got 6"),
                       std::invalid_argument);
  CHECK_THROWS_AS((void)hm::dense_rows<double>(entries, -2, -3), std::invalid_argument);
}
