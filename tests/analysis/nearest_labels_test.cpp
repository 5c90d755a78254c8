// SPDX-License-Identifier: MIT
#include "harmonium/analysis/nearest_labels.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

namespace hm = harmonium;

TEST_CASE("the nearest point's label, negative ones too; the first of equals") {
  hm::matrix<double> points(3, 1), queries(3, 1);
  points << 0, 2, 10;
  queries << 1, 9, -5;
  const std::vector<hm::index> labels{4, 7, -1};
  CHECK(hm::labels_of_nearest(hm::serial_executor{}, points, labels, queries) ==
        std::vector<hm::index>{4, -1, 4});
  CHECK_THROWS_AS((void)hm::labels_of_nearest(hm::serial_executor{}, points,
                                              std::vector<hm::index>{1, 2}, queries),
                  std::invalid_argument);
  CHECK_THROWS_AS((void)hm::labels_of_nearest(hm::serial_executor{}, points.topRows(0),
                                              std::vector<hm::index>{}, queries),
                  std::invalid_argument);
  const auto prepared = hm::exact_neighbours{.metric = hm::distance::cosine}.build(
      (hm::matrix<double>(2, 2) << 1, 0, 0, 5).finished());
  CHECK(hm::labels_of_nearest(hm::serial_executor{}, prepared, std::vector<hm::index>{3, 8},
                              (hm::matrix<double>(1, 2) << 9, 8).finished()) ==
        std::vector<hm::index>{3});
}
