// SPDX-License-Identifier: MIT
#include "harmonium/likelihood/base_measures.hpp"

#include <doctest/doctest.h>

#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("of sparse and dense rows, by the definition") {
  const auto counts = tiny::toy_counts(17, 3, 1);
  const auto dense = hm::to_dense(counts);
  const auto check = [&](const auto& units) {
    const auto base = hm::log_base_measures(units, counts);
    const auto of_rows = hm::log_base_measures(units, hm::dense_rows<double>(dense));
    REQUIRE(base.size() == 17);
    for (hm::index i = 0; i < counts.cells(); ++i) {
      const hm::vector<double> x = dense.row(i);
      const double want = units.log_base_measure(hm::as_span(x));
      CHECK(base[i] == doctest::Approx(want));
      CHECK(of_rows[i] == doctest::Approx(want));
    }
  };
  check(tiny::visible<hm::negative_binomial>());
  check(hm::poisson(3));
}
