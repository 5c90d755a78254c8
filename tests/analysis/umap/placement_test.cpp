// SPDX-License-Identifier: MIT
#include "harmonium/analysis/umap/placement.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

namespace hm = harmonium;

namespace {

const hm::umap_forces forces(hm::fit_umap_curve(0.3));

/// Two squares of points, about (-10, 0) and (10, 0).
hm::matrix<double> two_groups() {
  hm::matrix<double> layout(8, 2);
  for (hm::index i = 0; i < 8; ++i) {
    layout(i, 0) = (i < 4 ? -10 : 10) + (i % 2 == 0 ? -0.5 : 0.5);
    layout(i, 1) = i % 4 < 2 ? -0.5 : 0.5;
  }
  return layout;
}

/// Point 0 among the first group, point 1 among the second.
hm::neighbour_table neighbours() {
  hm::neighbour_table table{hm::matrix<hm::index>(2, 4), hm::matrix<double>(2, 4)};
  table.points << 0, 1, 2, 3, 7, 6, 5, 4;
  table.distances << 1, 1.5, 2, 2.5, 0, 1, 1, 4;
  return table;
}

}  // namespace

TEST_CASE("without epochs a new point is the weighted mean of its neighbours") {
  hm::random_engine rng(1);
  const auto layout = two_groups();
  const auto degrees =
      hm::memberships(hm::serial_executor{}, neighbours().distances, hm::neighbourhood::of_queries);
  const auto placed =
      hm::place_points(hm::serial_executor{}, neighbours(), layout, forces, {.epochs = 0}, rng);
  for (hm::index i = 0; i < 2; ++i) {
    for (hm::index d = 0; d < 2; ++d) {
      double sum = 0;
      for (hm::index k = 0; k < 4; ++k) sum += degrees(i, k) * layout(neighbours().points(i, k), d);
      CHECK(placed(i, d) == doctest::Approx(sum / degrees.row(i).sum()).epsilon(1e-12));
    }
  }
}

TEST_CASE("new points stay with their neighbours, the same for any executor and company") {
  hm::random_engine first(1), second(1), third(1);
  const auto layout = two_groups();
  const auto both = hm::place_points(hm::serial_executor{}, neighbours(), layout, forces,
                                     {.epochs = 100, .learning_rate = 0.25}, first);
  const auto threads = hm::place_points(hm::thread_executor(2), neighbours(), layout, forces,
                                        {.epochs = 100, .learning_rate = 0.25}, second);
  CHECK(both == threads);
  CHECK(first.position() == 1);
  CHECK(std::abs(both(0, 0) + 10) < 3);
  CHECK(std::abs(both(1, 0) - 10) < 3);
  CHECK(std::abs(both(0, 1)) < 3);

  const hm::neighbour_table alone{neighbours().points.topRows(1),
                                  neighbours().distances.topRows(1)};
  const auto one = hm::place_points(hm::serial_executor{}, alone, layout, forces,
                                    {.epochs = 100, .learning_rate = 0.25}, third);
  CHECK(one.row(0) == both.row(0));
}

TEST_CASE("no new points is no error, no neighbours is") {
  hm::random_engine rng(1);
  const auto layout = two_groups();
  const hm::neighbour_table nobody{hm::matrix<hm::index>(0, 4), hm::matrix<double>(0, 4)};
  CHECK(hm::place_points(hm::serial_executor{}, nobody, layout, forces, {}, rng).rows() == 0);
  const hm::neighbour_table lonely{hm::matrix<hm::index>(1, 0), hm::matrix<double>(1, 0)};
  CHECK_THROWS_AS((void)hm::place_points(hm::serial_executor{}, lonely, layout, forces, {}, rng),
                  std::invalid_argument);
}
