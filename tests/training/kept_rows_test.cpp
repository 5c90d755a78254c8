// SPDX-License-Identifier: MIT
#include "harmonium/training/kept_rows.hpp"

#include <doctest/doctest.h>

#include <utility>

namespace hm = harmonium;

TEST_CASE("rows one after the other, in the memory of before") {
  hm::kept_rows rows;
  CHECK(rows.size() == 0);
  rows.resize(3, 4);
  rows.set_zero();
  rows(1, 2) = 5;
  rows.row(2) += 1.0;
  CHECK(std::as_const(rows)(1, 2) == 5);
  CHECK(std::as_const(rows).row(1).sum() == 5);
  CHECK(rows.all().sum() == 9);
  CHECK(rows.data(2) == rows.data() + 8);
  const double* const memory = rows.data();
  rows.resize(1, 4);
  CHECK(rows.size() == 4);
  rows.resize(2, 6);
  CHECK(rows.data() == memory);
  CHECK(rows.rows() == 2);
  CHECK(rows.columns() == 6);
}

TEST_CASE("room made in advance is used") {
  hm::kept_rows rows;
  rows.reserve(10, 4);
  rows.resize(1, 4);
  const double* const memory = rows.data();
  rows.resize(10, 4);
  CHECK(rows.data() == memory);
}
