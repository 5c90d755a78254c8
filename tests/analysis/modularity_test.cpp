// SPDX-License-Identifier: MIT
#include "harmonium/analysis/modularity.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

namespace hm = harmonium;

TEST_CASE("modularity agrees with its definition over pairs of vertices") {
  // Two triangles, one heavier, with an edge between.
  const double weights[6][6] = {{0, 2, 2, 0, 0, 0},   {2, 0, 2, 0, 0, 0}, {2, 2, 0, 0.5, 0, 0},
                                {0, 0, 0.5, 0, 1, 1}, {0, 0, 0, 1, 0, 1}, {0, 0, 0, 1, 1, 0}};
  std::vector<std::vector<std::pair<hm::weighted_graph::vertex, double>>> rows(6);
  double degree[6] = {}, total = 0;
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < 6; ++j) {
      if (weights[i][j] > 0) rows[static_cast<std::size_t>(i)].emplace_back(j, weights[i][j]);
      degree[i] += weights[i][j];
      total += weights[i][j];
    }
  const hm::weighted_graph graph(std::move(rows), [](double a, double) { return a; });
  const std::vector<std::vector<hm::index>> partitions = {
      {0, 0, 0, 1, 1, 1}, {0, 0, 0, 0, 0, 0}, {0, 1, 2, 3, 4, 5}, {2, 0, 2, 0, 2, 0}};
  for (const double resolution : {0.0, 0.4, 1.0, 2.5}) {
    for (const auto& labels : partitions) {
      double sum = 0;
      for (std::size_t i = 0; i < 6; ++i)
        for (std::size_t j = 0; j < 6; ++j)
          if (labels[i] == labels[j])
            sum += (weights[i][j] - resolution * degree[i] * degree[j] / total) / total;
      CHECK(hm::generalised_modularity(graph, labels, resolution) ==
            doctest::Approx(sum).epsilon(1e-12).scale(1));
    }
  }
  CHECK(std::abs(hm::generalised_modularity(graph, partitions[1], 1.0)) < 1e-12);
  CHECK_THROWS_AS((void)hm::generalised_modularity(graph, std::vector<hm::index>(5, 0), 1.0),
                  std::invalid_argument);
  CHECK_THROWS_AS((void)hm::generalised_modularity(graph, std::vector<hm::index>(6, -1), 1.0),
                  std::invalid_argument);
}

TEST_CASE("no edges, no modularity") {
  const hm::weighted_graph none({{}, {}}, [](double a, double) { return a; });
  CHECK(std::isnan(hm::generalised_modularity(none, std::vector<hm::index>{0, 1}, 1.0)));
}
