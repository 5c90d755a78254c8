// SPDX-License-Identifier: MIT
#include "harmonium/analysis/hnsw_neighbours.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>

#include "harmonium/core/draw/normal.hpp"

namespace hm = harmonium;

namespace {

hm::matrix<double> random_points(hm::index count, hm::index dimensions, std::uint64_t seed) {
  hm::random_engine rng(seed);
  hm::matrix<double> points(count, dimensions);
  for (hm::index i = 0; i < points.size(); ++i) points.data()[i] = hm::draw::normal(rng);
  return points;
}

}  // namespace

TEST_CASE("nearly all neighbours are found, and distances are those of the exact search") {
  const auto points = random_points(2000, 10, 1), queries = random_points(200, 10, 2);
  const hm::serial_executor run;
  for (const auto metric : {hm::distance::euclidean, hm::distance::cosine}) {
    const auto exact = hm::nearest(run, hm::exact_neighbours{metric}.build(points), queries, 15);
    const auto index = hm::hnsw_neighbours{.metric = metric}.build(points);
    CHECK(index.size() == 2000);
    CHECK(index.dimensions() == 10);
    const auto found = hm::nearest(run, index, queries, 15);
    double hits = 0;
    for (hm::index i = 0; i < 200; ++i)
      for (hm::index k = 0; k < 15; ++k)
        for (hm::index j = 0; j < 15; ++j)
          if (found.points(i, k) == exact.points(i, j)) {
            hits += 1;
            CHECK(found.distances(i, k) == exact.distances(i, j));
          }
    CHECK(hits / 3000 > 0.98);
    const auto threads = hm::nearest(hm::thread_executor(3), index, queries, 15);
    CHECK(threads.points == found.points);
    const auto again =
        hm::nearest(run, hm::hnsw_neighbours{.metric = metric}.build(points), queries, 15);
    CHECK(again.points == found.points);
  }
}

TEST_CASE("few points, equal points, no points") {
  const hm::serial_executor run;
  const auto few = random_points(5, 3, 3);
  const auto all = hm::nearest(run, hm::hnsw_neighbours{}.build(few), few, 9);
  CHECK(all.points == hm::nearest(run, hm::exact_neighbours{}.build(few), few, 9).points);

  // Of many equal points hnswlib may reach only some: the exact search fills in.
  const hm::matrix<double> equal = hm::matrix<double>::Constant(300, 2, 1.0);
  const auto others = hm::nearest_others(run, hm::hnsw_neighbours{}.build(equal), equal, 50);
  CHECK(others.points.cols() == 50);
  CHECK(others.distances.isZero(0));
  CHECK(others.points.minCoeff() >= 0);

  const auto none = hm::hnsw_neighbours{}.build(hm::matrix<double>(0, 2));
  CHECK(hm::nearest(run, none, equal, 3).points.cols() == 0);
  CHECK(hm::hnsw_neighbours{.metric = hm::distance::cosine}
            .build(hm::matrix<double>::Zero(3, 2))
            .size() == 3);
}

TEST_CASE("preconditions of the approximate search") {
  const auto points = random_points(20, 3, 3);
  CHECK_THROWS_AS((void)hm::hnsw_neighbours{.links = 1}.build(points), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::hnsw_neighbours{.search_effort = 0}.build(points),
                  std::invalid_argument);
  auto broken = points;
  broken(2, 1) = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS((void)hm::hnsw_neighbours{}.build(broken), std::domain_error);
  CHECK_THROWS_AS((void)hm::nearest(hm::serial_executor{}, hm::hnsw_neighbours{}.build(points),
                                    random_points(2, 4, 1), 3),
                  std::invalid_argument);
}
