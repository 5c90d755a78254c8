// SPDX-License-Identifier: MIT
#include "harmonium/analysis/umap/layout.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

#include "harmonium/core/draw/normal.hpp"

namespace hm = harmonium;

namespace {

/// Two cliques of ten with nothing between.
hm::weighted_graph cliques() {
  std::vector<std::vector<std::pair<hm::weighted_graph::vertex, double>>> rows(20);
  for (int i = 0; i < 20; ++i)
    for (int j = 0; j < 20; ++j)
      if (i != j && i / 10 == j / 10) rows[static_cast<std::size_t>(i)].emplace_back(j, 1.0);
  return hm::weighted_graph(std::move(rows), [](double p, double q) { return (p + q) / 2; });
}

hm::matrix<double> cloud(hm::index points, hm::index dimensions) {
  hm::random_engine rng(3);
  hm::matrix<double> start(points, dimensions);
  for (hm::index i = 0; i < start.size(); ++i) start.data()[i] = hm::draw::normal(rng);
  return start;
}

const hm::umap_forces forces(hm::fit_umap_curve(0.3));

}  // namespace

TEST_CASE("an edge is due in its share of the epochs, evenly spread") {
  for (const double share : {0.0, 0.013, 0.5, 0.77, 1.0}) {
    int due = 0, longest = 0, since = 0;
    for (hm::index epoch = 0; epoch < 1000; ++epoch) {
      ++since;
      if (!hm::is_due(share, epoch)) continue;
      ++due;
      longest = std::max(longest, since);
      since = 0;
    }
    CHECK(std::abs(due - 1000 * share) <= 1);
    if (share > 0) CHECK(longest <= std::ceil(1 / share) + 1);
  }
}

TEST_CASE("quick picks are even") {
  hm::random_engine rng(1);
  hm::quick_picks pick(7, rng);
  std::vector<int> counts(7, 0);
  for (int i = 0; i < 70000; ++i) ++counts.at(static_cast<std::size_t>(pick()));
  for (const int count : counts) CHECK(std::abs(count - 10000) < 5 * 93);  // sd 92.6
}

TEST_CASE("what is joined comes together, what is not goes apart") {
  hm::random_engine rng(2);
  const auto graph = cliques();
  hm::umap_layout layout(graph, cloud(20, 2), forces, {.epochs = 200}, rng);
  while (!layout.finished()) layout.step(hm::serial_executor{});
  const auto& at = layout.positions();
  double within = 0, between = 1e300;
  for (hm::index i = 0; i < 20; ++i)
    for (hm::index j = 0; j < 20; ++j) {
      const double away = (at.row(i) - at.row(j)).norm();
      if (i / 10 == j / 10)
        within = std::max(within, away);
      else
        between = std::min(between, away);
    }
  CHECK(within < between / 2);
}

TEST_CASE("the same for any executor, and a copy goes on like the original") {
  const auto graph = cliques();
  for (const hm::index dimensions : {2, 3}) {
    hm::random_engine first(7), second(7);
    hm::umap_layout a(graph, cloud(20, dimensions), forces, {.epochs = 30}, first);
    hm::umap_layout b(graph, cloud(20, dimensions), forces, {.epochs = 30}, second);
    CHECK(first.position() == 1);
    for (int i = 0; i < 15; ++i) a.step(hm::serial_executor{});
    auto copy = a;
    while (!a.finished()) a.step(hm::serial_executor{});
    while (!b.finished()) b.step(hm::thread_executor(3));
    while (!copy.finished()) copy.step(hm::thread_executor(2));
    CHECK(a.positions() == b.positions());
    CHECK(a.positions() == copy.positions());
    CHECK(a.epoch() == 30);
    a.step(hm::serial_executor{});
    CHECK(a.positions() == b.positions());
  }
}

TEST_CASE("preconditions of a layout") {
  hm::random_engine rng(2);
  const auto graph = cliques();
  CHECK_THROWS_AS(hm::umap_layout(graph, cloud(19, 2), forces, {}, rng), std::invalid_argument);
  CHECK_THROWS_AS(hm::umap_layout(graph, cloud(20, 2), forces, {.epochs = -1}, rng),
                  std::invalid_argument);
}
