// SPDX-License-Identifier: MIT
#include "harmonium/core/row_batch.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

namespace hm = harmonium;

namespace {

hm::matrix<double> dense_of(hm::row_batch<double>& batch, hm::index columns) {
  hm::matrix<double> dense = hm::matrix<double>::Zero(batch.size(), columns);
  const auto rows = batch.rows();
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t k = 0; k < rows[i].columns.size(); ++k)
      dense(static_cast<hm::index>(i), rows[i].columns[k]) = rows[i].values[k];
  return dense;
}

}  // namespace

TEST_CASE("chosen rows side by side, of counts and of numbers") {
  hm::matrix<double> data(3, 2);
  data << 1, 0, 0, 0, 2, 5;
  hm::count_matrix<> counts(2);
  for (hm::index i = 0; i < 3; ++i) {
    for (hm::index m = 0; m < 2; ++m) counts.push_back(m, static_cast<int>(data(i, m)));
    counts.finish_cell();
  }
  const std::vector<hm::index> chosen{2, 1, 2};
  hm::matrix<double> want(3, 2);
  want << 2, 5, 0, 0, 2, 5;
  hm::row_batch<double> batch;
  CHECK(batch.size() == 0);
  batch.assign(hm::thread_executor(2), counts, chosen);
  CHECK(dense_of(batch, 2) == want);
  batch.assign(hm::thread_executor(2), hm::dense_rows<double>(data), chosen);
  CHECK(dense_of(batch, 2) == want);
  CHECK(!batch.rows()[0].all_one);
  batch.assign(hm::thread_executor(2), data);
  CHECK(dense_of(batch, 2) == data);
}

TEST_CASE("wide rows, each without a zero") {
  const hm::matrix<double> data =
      hm::matrix<double>::Random(40, 301).array() + 2;  // entries from 1 to 3
  hm::row_batch<double> batch;
  batch.assign(hm::thread_executor(2), data);
  CHECK(dense_of(batch, 301) == data);
}

TEST_CASE("rows of zeros and ones are told, also in memory that held others") {
  hm::matrix<float> data(3, 4);
  data << 1, 0, 1, 1, 0, 0, 0, 0, 1, 0, 3, 0;
  hm::row_batch<float> batch;
  for (int again = 0; again < 2; ++again) {
    batch.assign(hm::thread_executor(2), data);
    const auto rows = batch.rows();
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].all_one);
    CHECK(rows[0].columns.size() == 3);
    CHECK(rows[0].columns[2] == 3);
    CHECK(rows[1].all_one);  // of none
    CHECK(rows[1].columns.empty());
    CHECK(!rows[2].all_one);
    CHECK(rows[2].values[1] == 3);
  }
}

TEST_CASE("rows of matrices") {
  hm::matrix<double> out(2, 3);
  const std::vector<double> bias{1, 2, 3};
  hm::fill_rows(std::span<const double>(bias), out);
  CHECK(out(1, 2) == 3);
  hm::row_span(out, 1)[0] = 7;
  CHECK(out(1, 0) == 7);
  CHECK(hm::row_span(std::as_const(out), 0).size() == 3);
}
