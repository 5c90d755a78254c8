// SPDX-License-Identifier: MIT
#include "harmonium/core/listed_rows.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/rows.hpp"

namespace hm = harmonium;

TEST_CASE_TEMPLATE("entries that are not zero, whether all are one, and rows times numbers", S,
                   float, double) {
  // Cells {0: 1, 2: 1}, {1: 0, 3: 2}, {}, {0: 1}; the zero is stored.
  const std::vector<std::int32_t> values{1, 1, 0, 2, 1}, genes{0, 2, 1, 3, 0};
  const std::vector<std::int64_t> begins{0, 2, 4, 4, 5};
  const hm::count_view<> counts(values, genes, begins, 4);
  hm::matrix<double> dense(4, 4);
  dense << 1, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0;
  const auto check = [](const hm::listed_rows<S>& some) {
    const auto found = some.rows();
    REQUIRE(found.size() == 3);
    CHECK(std::vector<std::int32_t>(found[0].columns.begin(), found[0].columns.end()) ==
          std::vector<std::int32_t>{3});
    CHECK(std::vector<S>(found[0].values.begin(), found[0].values.end()) == std::vector<S>{2});
    CHECK(!found[0].all_one);
    CHECK(found[1].columns.empty());
    CHECK(found[2].all_one);
    CHECK(found[2].values[0] == S(1));
  };
  check(hm::listed_rows<S>(counts, 1, 4));
  check(hm::listed_rows<S>(hm::dense_rows<double>(dense), 1, 4));

  hm::listed_rows<S> scaled(counts, 0, 2);
  scaled.scale(0, S(0.5));
  CHECK(scaled.rows()[0].columns[1] == 2);
  CHECK(scaled.rows()[0].values[1] == S(0.5));
  CHECK(!scaled.rows()[0].all_one);
  CHECK(scaled.rows()[1].values[0] == S(2));
  CHECK(hm::listed_rows<S>(counts, 2, 2).rows().empty());
}
