// SPDX-License-Identifier: MIT
#include "harmonium/analysis/louvain.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace hm = harmonium;

namespace {

hm::weighted_graph grouped_graph(hm::index vertices, double within, double between) {
  hm::random_engine rng(5);
  std::vector<std::vector<std::pair<hm::weighted_graph::vertex, double>>> rows(
      static_cast<std::size_t>(vertices));
  for (int i = 0; i < vertices; ++i)
    for (int j = 0; j < i; ++j)
      if (hm::draw::uniform(rng) < (i % 3 == j % 3 ? within : between))
        rows[static_cast<std::size_t>(i)].emplace_back(j, hm::draw::uniform(0.5, 2, rng));
  return hm::weighted_graph(std::move(rows), [](double a, double b) { return a + b; });
}

}  // namespace

TEST_CASE("finds groups that are there") {
  const auto graph = grouped_graph(61, 0.6, 0.03);
  hm::random_engine rng(1), same(1);
  const auto found = hm::louvain(graph, {.resolution = 1}, rng);
  CHECK(found.clusters == 3);
  for (std::size_t v = 3; v < 61; ++v) CHECK(found.labels[v] == found.labels[v % 3]);
  CHECK(found.labels[0] == 0);  // the largest
  CHECK(found.modularity == hm::generalised_modularity(graph, found.labels, 1));
  CHECK(hm::louvain(graph, {.resolution = 1}, same).labels == found.labels);
  CHECK(rng == same);
}

TEST_CASE("on a small graph as good as the best of all partitions") {
  const auto graph = grouped_graph(9, 0.8, 0.3);
  double best = -1;
  std::vector<hm::index> labels(9, 0);
  const auto walk = [&](const auto& self, std::size_t v, hm::index used) -> void {
    if (v == labels.size()) {
      best = std::max(best, hm::generalised_modularity(graph, labels, 1.2));
      return;
    }
    for (hm::index c = 0; c <= used; ++c) {
      labels[v] = c;
      self(self, v + 1, std::max(used, c + 1));
    }
  };
  walk(walk, 0, 0);
  hm::random_engine rng(1);
  const auto found = hm::louvain(graph, {.resolution = 1.2, .starts = 10}, rng);
  CHECK(found.modularity == doctest::Approx(best).epsilon(1e-12));
}

TEST_CASE("aggregation keeps degrees and weights between groups") {
  const auto graph = grouped_graph(12, 0.8, 0.3);
  const hm::aggregated_graph fine(graph);
  std::vector<hm::index> labels;
  for (hm::index v = 0; v < 12; ++v) labels.push_back(v % 3);
  const hm::aggregated_graph coarse(fine, labels, 3);
  double fine_total = 0, coarse_total = 0, expected = 0, got = 0;
  for (const double d : fine.degrees) fine_total += d;
  for (const double d : coarse.degrees) coarse_total += d;
  CHECK(coarse_total == doctest::Approx(fine_total));
  for (hm::index v = 0; v < 12; v += 3)
    for (const auto& [target, weight] : fine.rows[static_cast<std::size_t>(v)])
      if (target % 3 == 1) expected += weight;
  for (const auto& [target, weight] : coarse.rows[0])
    if (target == 1) got += weight;
  CHECK(got == doctest::Approx(expected));
}

TEST_CASE("no edges, and what cannot be") {
  hm::random_engine rng(1);
  const auto lonely = grouped_graph(4, 0, 0);
  CHECK(hm::louvain(lonely, {}, rng).clusters == 4);
  CHECK_THROWS_AS(hm::louvain(lonely, {.resolution = -1}, rng), std::invalid_argument);
  CHECK_THROWS_AS(hm::louvain(lonely, {.starts = 0}, rng), std::invalid_argument);
}
