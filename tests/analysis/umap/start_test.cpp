// SPDX-License-Identifier: MIT
#include "harmonium/analysis/umap/start.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

#include "harmonium/core/draw/normal.hpp"

namespace hm = harmonium;

namespace {

using rows = std::vector<std::vector<std::pair<hm::weighted_graph::vertex, double>>>;

/// A ring of `size` vertices, beginning at `first`.
void add_ring(rows& graph, int first, int size) {
  graph.resize(static_cast<std::size_t>(first + size));
  for (int i = 0; i < size; ++i)
    graph[static_cast<std::size_t>(first + i)].emplace_back(first + (i + 1) % size, 1.0);
}

hm::weighted_graph finish(rows graph) {
  return hm::weighted_graph(std::move(graph), [](double p, double q) { return p + q; });
}

}  // namespace

TEST_CASE("a chain is laid out from one end to the other, within 1") {
  rows chain(40);
  for (int i = 0; i + 1 < 40; ++i) chain[static_cast<std::size_t>(i)].emplace_back(i + 1, 1.0);
  const auto start = hm::spectral_start(finish(chain), hm::matrix<double>::Zero(40, 2));
  const double direction = start(39, 0) > start(0, 0) ? 1 : -1;
  for (hm::index i = 0; i + 2 < 38; ++i) CHECK(direction * (start(i + 2, 0) - start(i + 1, 0)) > 0);
  CHECK(start.cwiseAbs().maxCoeff() == doctest::Approx(1).epsilon(1e-12));
  for (hm::index i = 0; i < 40; ++i)  // the second coordinate is even about the middle
    CHECK(std::abs(start(i, 1) - start(39 - i, 1)) < 0.02);
}

TEST_CASE("eigenvectors of a weighted graph satisfy their equation") {
  hm::random_engine rng(4);
  rows path(60);
  for (int i = 0; i + 1 < 60; ++i)
    path[static_cast<std::size_t>(i)].emplace_back(i + 1, hm::draw::uniform(0.5, 1.5, rng));
  for (int i = 0; i + 2 < 60; ++i)
    path[static_cast<std::size_t>(i)].emplace_back(i + 2, hm::draw::uniform(0.5, 1.5, rng));
  const auto graph = finish(path);
  std::vector<hm::index> all(60);
  for (std::size_t i = 0; i < 60; ++i) all[i] = static_cast<hm::index>(i);
  hm::vector<double> scale = graph.degrees();
  for (double& entry : scale) entry = 1 / std::sqrt(entry);
  const hm::normalised_adjacency adjacency(graph, all, all, scale);
  const auto vectors = hm::laplacian_eigenvectors(adjacency, 2);
  REQUIRE(vectors.rows() == 60);
  double before = 1;
  for (hm::index d = 0; d < 2; ++d) {
    const hm::vector<double> v = vectors.col(d);
    hm::vector<double> image(60);
    adjacency.multiply(v.data(), image.data());
    const double value = v.dot(image);
    CHECK(value < before);  // 1 is the eigenvalue of the vector that is left out
    CHECK((image - value * v).norm() < 1e-3);
    CHECK(std::abs(v.dot(scale.cwiseInverse())) < 1e-2);
    before = value;
  }
}

TEST_CASE("pieces keep to their places") {
  rows graph;
  add_ring(graph, 0, 30);
  add_ring(graph, 30, 30);
  add_ring(graph, 60, 3);  // too small for a layout of its own
  hm::matrix<double> fallback(63, 2);
  for (hm::index i = 0; i < 63; ++i) {
    fallback(i, 0) = i < 30 ? -5 : i < 60 ? 5 : 0;
    fallback(i, 1) = i < 60 ? 0 : static_cast<double>(i - 61) * 0.5 + 4;
  }
  const auto start = hm::spectral_start(finish(graph), fallback);
  const double half = std::hypot(5.0, 4.0) / 2;
  for (hm::index i = 0; i < 63; ++i) {
    const double x = i < 30 ? -5 : i < 60 ? 5 : 0, y = i < 60 ? 0 : 4;
    CHECK(std::abs(start(i, 0) - x) <= half * (1 + 1e-9));
    CHECK(std::abs(start(i, 1) - y) <= half * (1 + 1e-9));
  }
  CHECK(start(62, 1) == doctest::Approx(4 + half));
  CHECK(std::abs(start(62, 0)) < 1e-12);
  CHECK_THROWS_AS((void)hm::spectral_start(finish(graph), hm::matrix<double>::Zero(2, 2)),
                  std::invalid_argument);
}

TEST_CASE("the start by components are the scores, padded with zeros") {
  hm::random_engine rng(5);
  hm::matrix<double> line(30, 1);
  for (hm::index i = 0; i < 30; ++i) line(i, 0) = hm::draw::normal(rng);
  const auto start = hm::pca_start(line, 2);
  const double mean = line.mean();
  for (hm::index i = 0; i < 30; ++i) {
    CHECK(start(i, 0) == doctest::Approx(line(i, 0) - mean).epsilon(1e-9));
    CHECK(start(i, 1) == 0);
  }
}
