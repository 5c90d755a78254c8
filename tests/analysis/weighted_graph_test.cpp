// SPDX-License-Identifier: MIT
#include "harmonium/analysis/weighted_graph.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

namespace hm = harmonium;

namespace {

/// 0 - 1 (from both ends), 0 - 3 (from one), a loop at 2, 4 alone.
hm::weighted_graph small_graph() {
  return hm::weighted_graph({{{3, 0.5}, {1, 2.0}}, {{0, 4.0}}, {{2, 7.0}}, {}, {}},
                            [](double out, double in) { return out + in; });
}

}  // namespace

TEST_CASE("both directions are merged, loops dropped, targets ascend") {
  const auto graph = small_graph();
  REQUIRE(graph.vertices() == 5);
  CHECK(graph.size() == 2);
  CHECK(graph.total_weight() == 6.5);
  const auto first = graph.of(0);
  REQUIRE(first.size() == 2);
  CHECK(first.targets[0] == 1);
  CHECK(first.weights[0] == 6);
  CHECK(first.targets[1] == 3);
  CHECK(first.weights[1] == 0.5);
  REQUIRE(graph.of(3).size() == 1);
  CHECK(graph.of(3).targets[0] == 0);
  CHECK(graph.of(3).weights[0] == 0.5);
  CHECK(graph.of(2).size() == 0);
  CHECK(graph.degrees()[0] == 6.5);
  CHECK(graph.degrees()[4] == 0);
  CHECK(graph.weights().size() == 4);
}

TEST_CASE("edges whose weight is not positive are left out") {
  const hm::weighted_graph graph({{{1, 0.5}, {2, 3.0}}, {{0, 0.2}}, {{0, 1.0}}},
                                 [](double out, double in) { return out * in > 1 ? 1.0 : 0.0; });
  CHECK(graph.size() == 1);
  CHECK(graph.of(0).targets[0] == 2);
  CHECK(hm::weighted_graph().vertices() == 0);
  CHECK_THROWS_AS(hm::weighted_graph({{{1, 1.0}}}, [](double a, double b) { return a + b; }),
                  std::invalid_argument);
}

TEST_CASE("connected components in the order of their first vertices") {
  CHECK(hm::connected_components(small_graph()) == std::vector<hm::index>{0, 0, 1, 0, 2});
}
