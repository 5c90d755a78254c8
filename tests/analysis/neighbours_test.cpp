// SPDX-License-Identifier: MIT
#include "harmonium/analysis/neighbours.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/analysis/normalise.hpp"
#include "harmonium/analysis/pca.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/kernels.hpp"
#include "harmonium/io/mex.hpp"
#include "support/reference_figures.hpp"
#include "support/shared.hpp"

namespace hm = harmonium;

namespace {

hm::matrix<double> random_points(hm::index count, hm::index dimensions, std::uint64_t seed) {
  hm::random_engine rng(seed);
  hm::matrix<double> points(count, dimensions);
  for (hm::index i = 0; i < count; ++i)
    for (hm::index d = 0; d < dimensions; ++d) points(i, d) = hm::draw::normal(rng);
  return points;
}

// All points sorted by distance, the textbook way.
std::vector<hm::neighbour> sorted_by_distance(const hm::matrix<double>& points,
                                              const hm::matrix<double>& queries, hm::index query,
                                              hm::distance metric) {
  std::vector<hm::neighbour> all;
  for (hm::index i = 0; i < points.rows(); ++i) {
    const double away = metric == hm::distance::euclidean
                            ? (points.row(i) - queries.row(query)).norm()
                            : 1 - points.row(i).dot(queries.row(query)) /
                                      (points.row(i).norm() * queries.row(query).norm());
    all.push_back({i, away});
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

TEST_CASE("every kernel finds the same neighbours at the same distances, to the bit") {
  // More points than are measured at once, and a last block that is not full.
  const auto points = random_points(1203, 7, 3), queries = random_points(40, 7, 4);
  for (const auto metric : {hm::distance::euclidean, hm::distance::cosine}) {
    const auto prepared = hm::exact_neighbours{metric}.build(points);
    std::vector<hm::neighbour_table> tables;
    for (const hm::kernel one : hm::available_kernels()) {
      const hm::kernel_scope scope(one);
      tables.push_back(hm::nearest(hm::serial_executor{}, prepared, queries, 9));
    }
    REQUIRE(!tables.empty());
    for (const auto& table : tables) {
      CHECK((table.points.array() == tables.front().points.array()).all());
      CHECK((table.distances.array() == tables.front().distances.array()).all());
    }
  }
}

TEST_CASE("the nearest are those of sorting all distances") {
  // 61 points: the last block of lanes is not full.
  const auto points = random_points(61, 5, 1), queries = random_points(20, 5, 2);
  for (const auto metric : {hm::distance::euclidean, hm::distance::cosine}) {
    const auto prepared = hm::exact_neighbours{metric}.build(points);
    CHECK(prepared.size() == 61);
    CHECK(prepared.dimensions() == 5);
    const auto table = hm::nearest(hm::serial_executor{}, prepared, queries, 7);
    REQUIRE(table.points.cols() == 7);
    for (hm::index i = 0; i < queries.rows(); ++i) {
      const auto expected = sorted_by_distance(points, queries, i, metric);
      for (hm::index j = 0; j < 7; ++j) {
        CHECK(table.points(i, j) == expected[static_cast<std::size_t>(j)].point);
        CHECK(table.distances(i, j) ==
              doctest::Approx(expected[static_cast<std::size_t>(j)].distance).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("of equally far points the first come first") {
  const hm::matrix<double> same = hm::matrix<double>::Constant(20, 2, 3.0);
  const auto prepared = hm::exact_neighbours{}.build(same);
  const auto table = hm::nearest(hm::serial_executor{}, prepared, same, 4);
  for (hm::index j = 0; j < 4; ++j) CHECK(table.points(19, j) == j);
  CHECK(table.distances.isZero(0));
  // Of copies, others than the point itself.
  const auto others = hm::nearest_others(hm::serial_executor{}, prepared, same, 3);
  CHECK(others.points(19, 0) == 0);
  CHECK(others.points(0, 0) == 1);
  CHECK(others.points(1, 2) == 3);
}

TEST_CASE("a point is not its own neighbour, a copy of it is") {
  hm::matrix<double> points = random_points(30, 3, 3);
  points.row(7) = points.row(4);
  const auto prepared = hm::exact_neighbours{}.build(points);
  const auto table = hm::nearest_others(hm::serial_executor{}, prepared, points, 29);
  for (hm::index i = 0; i < 30; ++i) {
    std::vector<hm::index> row(table.points.row(i).begin(), table.points.row(i).end());
    std::sort(row.begin(), row.end());
    CHECK(std::adjacent_find(row.begin(), row.end()) == row.end());
    CHECK(std::find(row.begin(), row.end(), i) == row.end());
  }
  CHECK(table.points(4, 0) == 7);
  CHECK(table.distances(7, 0) == 0);
}

TEST_CASE("fewer points than neighbours: all there are") {
  const auto points = random_points(3, 2, 4);
  const auto prepared = hm::exact_neighbours{}.build(points);
  CHECK(hm::nearest(hm::serial_executor{}, prepared, points, 9).points.cols() == 3);
  CHECK(hm::nearest_others(hm::serial_executor{}, prepared, points, 9).points.cols() == 2);
  const hm::matrix<double> none(0, 2);
  const auto empty = hm::exact_neighbours{}.build(none);
  CHECK(hm::nearest(hm::serial_executor{}, empty, points, 2).points.cols() == 0);
  CHECK(hm::nearest_others(hm::serial_executor{}, empty, none, 2).points.size() == 0);
}

TEST_CASE("zero vectors have a cosine distance") {
  hm::matrix<double> points(4, 2);
  points << 0, 0, 1, 1, -1e-200, 0, 0, 0;
  const auto prepared = hm::exact_neighbours{hm::distance::cosine}.build(points);
  const auto table = hm::nearest_others(hm::serial_executor{}, prepared, points, 3);
  CHECK(table.points(0, 0) == 3);
  CHECK(table.distances(0, 0) == 0);
  CHECK(table.distances(0, 1) == doctest::Approx(1).epsilon(1e-15));
  CHECK(table.distances(1, 2) == doctest::Approx(1 + std::sqrt(0.5)).epsilon(1e-15));
}

TEST_CASE("threads change nothing") {
  const auto points = random_points(200, 4, 5);
  const auto prepared = hm::exact_neighbours{}.build(points);
  const auto one = hm::nearest(hm::serial_executor{}, prepared, points, 6);
  const auto four = hm::nearest(hm::thread_executor(4), prepared, points, 6);
  CHECK(one.points == four.points);
  CHECK(one.distances == four.distances);
}

TEST_CASE("preconditions of neighbours") {
  auto points = random_points(5, 2, 6);
  const auto prepared = hm::exact_neighbours{}.build(points);
  const hm::serial_executor run;
  CHECK_THROWS_AS((void)hm::nearest(run, prepared, random_points(2, 3, 1), 1),
                  std::invalid_argument);
  CHECK_THROWS_AS((void)hm::nearest(run, prepared, points, -1), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::nearest_others(run, prepared, random_points(4, 2, 1), 1),
                  std::invalid_argument);
  points(3, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS((void)hm::nearest(run, prepared, points, 1), std::domain_error);
  CHECK_THROWS_AS((void)hm::exact_neighbours{}.build(points), std::domain_error);
}

TEST_CASE("distances of real cells are those of the reference") {
  for (const std::string name :
       {"pbmc3k", "celseq2_5cl", "zeisel_strt", "zeisel_7class_200g", "bmdc_smarter"}) {
    const auto folder = shared_path("data/" + name);
    const auto figures = shared_path("reference/" + name + "/figures.json");
    if (!folder || !figures) {
      MESSAGE("skipped: no shared data set " << name);
      continue;
    }
    const auto values = hm::log_normalise(hm::io::read_10x(*folder).counts);
    const auto cells = hm::pca(hm::sparse_operator(values), {.components = 20}).scores;
    const auto prepared = hm::exact_neighbours{}.build(cells);
    const auto table = hm::nearest_others(hm::thread_executor(2), prepared, cells, 20);
    const auto expected = [&](const char* figure) {
      return support::reference_figure(*figures, {"neighbours_pca20", figure});
    };
    CAPTURE(name);
    CHECK(table.distances.sum() == doctest::Approx(expected("sum_of_distances")).epsilon(1e-6));
    CHECK(table.distances.col(0).mean() == doctest::Approx(expected("mean_1st")).epsilon(1e-6));
    CHECK(table.distances.col(19).mean() == doctest::Approx(expected("mean_20th")).epsilon(1e-6));
  }
}
