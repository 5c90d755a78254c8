// SPDX-License-Identifier: MIT
#include "harmonium/analysis/local_moving.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

#include "harmonium/analysis/modularity.hpp"
#include "harmonium/core/draw/uniform.hpp"

namespace hm = harmonium;

namespace {

hm::weighted_graph random_graph(hm::index vertices, std::uint64_t seed) {
  hm::random_engine rng(seed);
  std::vector<std::vector<std::pair<hm::weighted_graph::vertex, double>>> rows(
      static_cast<std::size_t>(vertices));
  for (int i = 0; i < vertices; ++i)
    for (int j = 0; j < i; ++j)  // denser within four groups
      if (hm::draw::uniform(rng) < (i % 4 == j % 4 ? 0.5 : 0.1))
        rows[static_cast<std::size_t>(i)].emplace_back(j, hm::draw::uniform(0.5, 2, rng));
  return hm::weighted_graph(std::move(rows), [](double a, double b) { return a + b; });
}

}  // namespace

TEST_CASE("no single move is left that would gain, and modularity never falls") {
  for (const double resolution : {0.3, 1.0, 4.0}) {
    const auto graph = random_graph(48, 5);
    hm::random_engine rng(6);
    std::vector<std::vector<hm::index>> starts(3, std::vector<hm::index>(48, 0));
    std::iota(starts[1].begin(), starts[1].end(), hm::index{0});
    for (auto& label : starts[2]) label = static_cast<hm::index>(hm::draw::below(5, rng));
    for (auto labels : starts) {
      const double before = hm::generalised_modularity(graph, labels, resolution);
      const bool moved = hm::move_vertices(graph, labels, resolution);
      const double after = hm::generalised_modularity(graph, labels, resolution);
      CHECK(moved == (after > before + 1e-12));
      CHECK(after >= before);
      CHECK_FALSE(hm::move_vertices(graph, labels, resolution));
      double best = after;
      for (auto& label : labels) {  // every vertex to every cluster
        const hm::index own = label;
        for (label = 0; label < 48; ++label)
          best = std::max(best, hm::generalised_modularity(graph, labels, resolution));
        label = own;
      }
      CHECK(best < after + 1e-9);
    }
  }
}

TEST_CASE("labels that make no sense, graphs without edges") {
  const auto graph = random_graph(10, 1);
  std::vector<hm::index> few(9, 0), outside(10, 10);
  CHECK_THROWS_AS(hm::move_vertices(graph, few, 1.0), std::invalid_argument);
  CHECK_THROWS_AS(hm::move_vertices(graph, outside, 1.0), std::invalid_argument);
  const hm::weighted_graph none({{}, {}}, [](double a, double) { return a; });
  std::vector<hm::index> apart{0, 1};
  CHECK_FALSE(hm::move_vertices(none, apart, 1.0));
}
