// SPDX-License-Identifier: MIT
#include "harmonium/analysis/umap/smooth_distances.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace hm = harmonium;

TEST_CASE("memberships add up to the mass, whatever the unit of distance") {
  for (const double unit : {1e-6, 1.0, 1e9}) {
    std::vector<double> distances;
    for (int k = 1; k <= 14; ++k) distances.push_back(unit * (3 + std::sqrt(k)));
    const auto scale =
        hm::smooth_distances(distances, hm::least_positive(distances), std::log2(15.0));
    CHECK(scale.nearest == distances[0]);
    double sum = 0;
    for (const double d : distances) sum += std::exp(-(d - distances[0]) / scale.scale);
    CHECK(sum == doctest::Approx(std::log2(15.0)).epsilon(1e-9));
    CHECK(scale.membership(distances[0]) == 1);
    CHECK(scale.membership(distances[13]) < scale.membership(distances[12]));
  }
}

TEST_CASE("distances of zero and ties have an answer") {
  const std::vector<double> zeros(5, 0.0), ties(5, 2.0);
  CHECK(hm::least_positive(zeros) == 0);
  const auto none = hm::smooth_distances(zeros, 0, 2);
  CHECK(none.scale == 1);
  CHECK(none.membership(0) == 1);
  const auto equal = hm::smooth_distances(ties, 2, std::log2(6.0));  // five full members: too many
  CHECK(equal.scale == doctest::Approx(2e-3));
  CHECK(equal.membership(2) == 1);
  const std::vector<double> mixed{0, 0, 1, 3};
  CHECK(hm::least_positive(mixed) == 1);
}
