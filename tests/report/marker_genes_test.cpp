// SPDX-License-Identifier: MIT
#include "harmonium/report/marker_genes.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

namespace hm = harmonium;

TEST_CASE("of every cluster in turn the gene of largest change, no gene twice") {
  // Genes: 0 high in cluster 0, 1 a little, 2 high in 1, 3 everywhere, 4 nowhere.
  hm::count_matrix<double> values(5);
  const std::vector<hm::index> labels{0, 1, 0, -1, 1};
  const double rows[][5] = {
      {3, 1, 0, 2, 0}, {1, 0, 4, 2, 0}, {5, 1, 0, 2, 0}, {9, 9, 9, 9, 9}, {0, 0, 6, 2, 0}};
  for (const auto& row : rows) {
    for (hm::index j = 0; j < 5; ++j) values.push_back(j, row[j]);
    values.finish_cell();
  }
  const auto found = hm::marker_genes(values, labels, 8);
  REQUIRE(found.size() == 3);
  CHECK(found[0].gene == 2);
  CHECK(found[0].cluster == 1);
  CHECK(found[0].log_fold == 5);
  CHECK(found[1].gene == 0);
  CHECK(found[1].log_fold == 3.5);
  CHECK(found[2].gene == 1);
  CHECK(found[2].log_fold == 1);
  CHECK(hm::marker_genes(values, labels, 1).size() == 1);
  CHECK(hm::marker_genes(values, labels, 0).empty());
  CHECK(hm::marker_genes(values, std::vector<hm::index>(5, 0), 8).empty());
  CHECK(hm::marker_genes(values, std::vector<hm::index>(5, -1), 8).empty());
  CHECK_THROWS_AS((void)hm::marker_genes(values, std::vector<hm::index>(4, 0), 8),
                  std::invalid_argument);
}
