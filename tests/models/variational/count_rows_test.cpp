// SPDX-License-Identifier: MIT
#include "harmonium/models/variational/count_rows.hpp"

#include <doctest/doctest.h>

namespace hm = harmonium;

TEST_CASE("counts, their logarithms, and the library of every cell") {
  hm::count_matrix<> counts(4);
  counts.push_back(1, 3);
  counts.push_back(3, 1);
  counts.finish_cell();
  counts.finish_cell();  // a cell without counts
  const hm::count_rows<float> rows(counts);
  CHECK(rows.cells() == 2);
  CHECK(rows.genes() == 4);
  REQUIRE(rows.logs(0).values.size() == 2);
  CHECK(rows.logs(0).columns[1] == 3);
  CHECK(rows.logs(0).values[0] == static_cast<float>(hm::math::log1p(3.0)));
  CHECK(rows.counts(0).values[0] == 3);
  CHECK(rows.logs(1).values.empty());
  CHECK(rows.log_library()[0] == hm::math::log(4.0));
  CHECK(rows.log_library()[1] == 0);
}
