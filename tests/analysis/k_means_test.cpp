// SPDX-License-Identifier: MIT
#include "harmonium/analysis/k_means.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <vector>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/kernels.hpp"

namespace hm = harmonium;

namespace {

/// `each` points in a square of side 1 about each of four well separated centres.
hm::matrix<double> four_groups(hm::index each, hm::random_engine& rng) {
  hm::matrix<double> points(4 * each, 2);
  for (hm::index i = 0; i < points.rows(); ++i) {
    points(i, 0) = 10.0 * static_cast<double>(i % 4 / 2) + hm::draw::uniform(rng);
    points(i, 1) = 10.0 * static_cast<double>(i % 2) + hm::draw::uniform(rng);
  }
  return points;
}

}  // namespace

TEST_CASE("separate groups are found, and the result describes itself") {
  hm::random_engine rng(1);
  const hm::matrix<double> points = four_groups(25, rng);
  const auto fit = hm::k_means(points, {.clusters = 4, .restarts = 5}, rng);
  CHECK(fit.converged);
  std::set<hm::index> seen;
  for (hm::index i = 0; i < 100; ++i) {
    CHECK(fit.labels[static_cast<std::size_t>(i)] == fit.labels[static_cast<std::size_t>(i % 4)]);
    seen.insert(fit.labels[static_cast<std::size_t>(i)]);
  }
  CHECK(seen.size() == 4);
  CHECK(fit.sizes == std::vector<hm::index>(4, 25));
  double inertia = 0;
  for (hm::index i = 0; i < 100; ++i)
    inertia +=
        (points.row(i) - fit.centroids.row(fit.labels[static_cast<std::size_t>(i)])).squaredNorm();
  CHECK(fit.inertia == doctest::Approx(inertia).epsilon(1e-12));
}

TEST_CASE("every point is with its nearest centroid, and restarts do not hurt") {
  hm::random_engine rng(2);
  hm::matrix<double> points(300, 3);
  for (hm::index i = 0; i < 300; ++i)
    for (hm::index d = 0; d < 3; ++d) points(i, d) = hm::draw::uniform(rng);
  hm::random_engine once(9), often(9);
  const auto single = hm::k_means(points, {.clusters = 12, .restarts = 1}, once);
  const auto best = hm::k_means(points, {.clusters = 12, .restarts = 20}, often);
  CHECK(best.inertia < single.inertia);
  CHECK(best.converged);
  CHECK(once == often);
  for (hm::index i = 0; i < 300; ++i) {
    hm::index nearest = 0;
    (best.centroids.rowwise() - points.row(i)).rowwise().squaredNorm().minCoeff(&nearest);
    CHECK(best.labels[static_cast<std::size_t>(i)] == nearest);
  }
}

TEST_CASE("the same result for any number of threads") {
  hm::random_engine rng(3);
  const hm::matrix<double> points = four_groups(40, rng);
  hm::random_engine serial(4), threaded(4);
  const auto a = hm::k_means(points, {.clusters = 9}, serial);
  const auto b = hm::k_means(hm::thread_executor(3), points, {.clusters = 9}, threaded);
  CHECK(a.labels == b.labels);
  CHECK(a.centroids == b.centroids);
  CHECK(a.inertia == b.inertia);
  CHECK(serial == threaded);
}

TEST_CASE("every kernel gives the same clusters, to the bit") {
  // Of 11 clusters the second block of eight is not full.
  hm::random_engine rng(3);
  hm::matrix<double> points(500, 5);
  for (hm::index i = 0; i < points.size(); ++i) points.data()[i] = hm::draw::normal(rng);
  std::vector<hm::k_means_result> found;
  for (const hm::kernel one : hm::available_kernels()) {
    const hm::kernel_scope scope(one);
    hm::random_engine own(4);
    found.push_back(hm::k_means(points, {.clusters = 11, .restarts = 3}, own));
  }
  REQUIRE(!found.empty());
  for (const auto& one : found) {
    CHECK(one.labels == found.front().labels);
    CHECK(one.inertia == found.front().inertia);
  }
}

TEST_CASE("as many clusters as different points at most, none empty") {
  hm::random_engine rng(5);
  const hm::matrix<double> one = hm::matrix<double>::Ones(1, 2);
  CHECK(hm::k_means(one, {.clusters = 3}, rng).centroids.rows() == 1);

  hm::matrix<double> repeated(6, 1);
  repeated << 1, 1, 2, 2, 2, 5;
  const auto fit = hm::k_means(repeated, {.clusters = 5}, rng);
  CHECK(fit.centroids.rows() == 3);
  CHECK(fit.inertia == 0);
  CHECK(*std::min_element(fit.sizes.begin(), fit.sizes.end()) >= 1);
}

TEST_CASE("no cluster ends empty") {
  // Rare from k-means++ seeds: Lloyd's step empties a cluster at seed 2019.
  for (std::uint64_t seed = 1990; seed < 2050; ++seed) {
    hm::random_engine rng(seed);
    hm::matrix<double> points(30, 2);
    for (hm::index i = 0; i < 30; ++i)
      for (hm::index d = 0; d < 2; ++d) {
        const double u = hm::draw::uniform(rng);
        points(i, d) = 10 * u * u * u;
      }
    const auto fit = hm::k_means(points, {.clusters = 10, .restarts = 1}, rng);
    std::vector<hm::index> sizes(static_cast<std::size_t>(fit.centroids.rows()), 0);
    for (const hm::index label : fit.labels) ++sizes[static_cast<std::size_t>(label)];
    REQUIRE(sizes == fit.sizes);
    REQUIRE(*std::min_element(sizes.begin(), sizes.end()) >= 1);
    REQUIRE(fit.centroids.allFinite());
  }
}

TEST_CASE("preconditions of k_means") {
  hm::random_engine rng(6);
  hm::matrix<double> points = hm::matrix<double>::Ones(4, 2);
  const hm::matrix<double> none(0, 2);
  CHECK_THROWS_AS((void)hm::k_means(none, {}, rng), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::k_means(points, {.clusters = 0}, rng), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::k_means(points, {.restarts = 0}, rng), std::invalid_argument);
  points(2, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS((void)hm::k_means(points, {}, rng), std::domain_error);
}
