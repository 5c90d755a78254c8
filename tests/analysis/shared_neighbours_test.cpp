// SPDX-License-Identifier: MIT
#include "harmonium/analysis/shared_neighbours.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/core/draw/normal.hpp"
#include "support/reference_figures.hpp"
#include "support/reference_scores.hpp"
#include "support/shared.hpp"

namespace hm = harmonium;

TEST_CASE("weights are Jaccard indices of neighbourhoods") {
  hm::random_engine rng(1);
  hm::matrix<double> points(70, 3);
  for (hm::index i = 0; i < points.size(); ++i) points.data()[i] = hm::draw::normal(rng);
  const auto table =
      hm::nearest_others(hm::serial_executor{}, hm::exact_neighbours{}.build(points), points, 7);
  std::vector<std::set<hm::index>> members(70);
  for (hm::index i = 0; i < 70; ++i) {
    members[static_cast<std::size_t>(i)].insert(i);
    for (hm::index k = 0; k < 7; ++k)
      members[static_cast<std::size_t>(i)].insert(table.points(i, k));
  }
  for (const double prune : {0.0, 0.2}) {
    const auto graph = hm::shared_neighbour_graph(hm::thread_executor(2), table, {.prune = prune});
    hm::index edges = 0;
    double total = 0;
    for (std::size_t i = 0; i < 70; ++i)
      for (std::size_t j = i + 1; j < 70; ++j) {
        double shared = 0;
        for (const hm::index m : members[i]) shared += members[j].count(m) > 0 ? 1 : 0;
        const double weight = shared / (16 - shared);
        if (shared == 0 || weight < prune) continue;
        ++edges;
        total += weight;
        const auto mine = graph.of(static_cast<hm::index>(i));
        const auto at = std::find(mine.targets.begin(), mine.targets.end(),
                                  static_cast<hm::weighted_graph::vertex>(j));
        REQUIRE(at != mine.targets.end());
        CHECK(mine.weights[static_cast<std::size_t>(at - mine.targets.begin())] == weight);
      }
    CHECK(graph.size() == edges);
    CHECK(graph.total_weight() == doctest::Approx(total).epsilon(1e-12));
  }
  CHECK_THROWS_AS((void)hm::shared_neighbour_graph(hm::serial_executor{}, table, {.prune = -0.1}),
                  std::invalid_argument);
}

TEST_CASE("edges and weight of real cells are Seurat's") {
  for (const std::string name : {"pbmc3k", "celseq2_5cl", "zeisel_strt"}) {
    const auto cells = support::reference_scores(name);
    const auto figures = shared_path("reference/" + name + "/figures.json");
    if (!cells || !figures) {
      MESSAGE("skipped: no shared data set " << name);
      continue;
    }
    const hm::thread_executor run(2);
    const auto table =
        hm::nearest_others(run, hm::exact_neighbours{}.build(cells->scores), cells->scores, 19);
    const auto graph = hm::shared_neighbour_graph(run, table);
    CAPTURE(name);
    CHECK(static_cast<double>(graph.size()) ==
          support::reference_figure(*figures, {"seurat", "snn", "edges"}));
    CHECK(graph.total_weight() ==
          doctest::Approx(support::reference_figure(*figures, {"seurat", "snn", "total_weight"}))
              .epsilon(1e-6));
  }
}
