// SPDX-License-Identifier: MIT
#include "harmonium/analysis/umap/fuzzy_graph.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <utility>

#include "harmonium/core/draw/normal.hpp"

namespace hm = harmonium;

namespace {

hm::neighbour_table table_of(hm::index k, const hm::matrix<double>& points) {
  const auto prepared = hm::exact_neighbours{}.build(points);
  return hm::nearest_others(hm::serial_executor{}, prepared, points, k);
}

hm::matrix<double> random_points(hm::index count, std::uint64_t seed) {
  hm::random_engine rng(seed);
  hm::matrix<double> points(count, 3);
  for (hm::index i = 0; i < points.size(); ++i) points.data()[i] = hm::draw::normal(rng);
  return points;
}

}  // namespace

TEST_CASE("weights are the fuzzy union of the memberships") {
  const auto points = random_points(50, 1);
  const auto table = table_of(7, points);
  const auto degrees =
      hm::memberships(hm::serial_executor{}, table.distances, hm::neighbourhood::of_points);
  std::map<std::pair<hm::index, hm::index>, double> directed;
  for (hm::index i = 0; i < 50; ++i) {
    double sum = 0;
    for (hm::index k = 0; k < 7; ++k) {
      directed[{i, table.points(i, k)}] = degrees(i, k);
      sum += degrees(i, k);
    }
    CHECK(sum == doctest::Approx(3).epsilon(1e-8));  // log2 of 7 neighbours and the point itself
    CHECK(degrees(i, 0) == 1);
  }
  const auto graph = hm::fuzzy_graph(hm::serial_executor{}, table);
  hm::index edges = 0;
  for (hm::index i = 0; i < 50; ++i) {
    const auto mine = graph.of(i);
    for (std::size_t k = 0; k < mine.size(); ++k) {
      const double p = directed[{i, mine.targets[k]}], q = directed[{mine.targets[k], i}];
      CHECK(mine.weights[k] == doctest::Approx(p + q - p * q).epsilon(1e-14));
      CHECK(mine.weights[k] <= 1);
      ++edges;
    }
  }
  CHECK(edges == 2 * graph.size());
  CHECK(graph.size() >= 50 * 7 / 2);
}

TEST_CASE("new points measure from zero and count only what is in the table") {
  const auto points = random_points(40, 2);
  const auto prepared = hm::exact_neighbours{}.build(points);
  const auto table = hm::nearest(hm::serial_executor{}, prepared, random_points(10, 3), 8);
  const auto degrees =
      hm::memberships(hm::thread_executor(3), table.distances, hm::neighbourhood::of_queries);
  for (hm::index i = 0; i < 10; ++i) {
    CHECK(degrees.row(i).sum() == doctest::Approx(3).epsilon(1e-8));
    CHECK(degrees(i, 0) < 1);
  }
}

TEST_CASE("a graph needs neighbours") {
  const hm::matrix<double> one = hm::matrix<double>::Zero(1, 2);
  CHECK_THROWS_AS((void)hm::fuzzy_graph(hm::serial_executor{}, table_of(3, one)),
                  std::invalid_argument);
}
