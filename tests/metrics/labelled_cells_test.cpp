// SPDX-License-Identifier: MIT
#include "harmonium/metrics/labelled_cells.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

#include "harmonium/core/counts.hpp"

namespace hm = harmonium;

namespace {

template <class Value>
hm::count_matrix<Value> three_cells() {
  hm::count_matrix<Value> counts(2);
  for (const int value : {1, 2, 3}) {
    counts.push_back(1, static_cast<Value>(value));
    counts.finish_cell();
  }
  return counts;
}

}  // namespace

TEST_CASE("counts of the usual type are borrowed, others copied") {
  const auto counts = three_cells<int>();
  const hm::labelled_cells borrowed(counts, {0, 2, -1}, "reference");
  CHECK(borrowed.counts().cell(2).values.data() == counts.cell(2).values.data());
  const hm::labelled_cells copied(three_cells<double>(), {0, 2, -1}, "reference");
  CHECK(copied.counts().cells() == 3);
  CHECK(copied.counts().cell(2).values[0] == 3);
}

TEST_CASE("clusters and their cells; a negative label is of none") {
  const auto counts = three_cells<int>();
  const hm::labelled_cells cells(counts, {0, 2, -1}, "reference");
  CHECK(cells.clusters() == 3);
  CHECK(cells.cells_per_cluster(4) == std::vector<hm::index>{1, 0, 1, 0});
  CHECK_THROWS_WITH_AS(
      hm::labelled_cells(counts, {0, 1}, "synthetic"),
      "comparison: one label per synthetic cell expected, got 2 labels for 3 cells",
      std::invalid_argument);
}
