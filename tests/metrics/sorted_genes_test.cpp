// SPDX-License-Identifier: MIT
#include "harmonium/metrics/sorted_genes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "harmonium/analysis/normalise.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/metrics/comparison.hpp"

namespace hm = harmonium;

namespace {

// Gene 0 without counts, 1 and 2 small, 3 with a count far larger than there are cells, 4
// everywhere.
hm::count_matrix<> some_counts(hm::index cells) {
  hm::random_engine rng(5);
  hm::count_matrix<> counts(5);
  for (hm::index i = 0; i < cells; ++i) {
    for (const hm::index gene : {1, 2})
      if (const auto count = hm::draw::below(4, rng); count > 0) counts.push_back(gene, count);
    if (i % 7 == 3) counts.push_back(3, i == 3 ? 2'000'000'000 : i);
    counts.push_back(4, 1 + hm::draw::below(9, rng));
    counts.finish_cell();
  }
  return counts;
}

template <class Counts>
std::vector<double> sorted_by_hand(const Counts& counts, hm::index gene) {
  std::vector<double> values;
  for (hm::index i = 0; i < counts.cells(); ++i) {
    const auto cell = counts.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k)
      if (cell.genes[k] == gene) values.push_back(static_cast<double>(cell.values[k]));
  }
  std::sort(values.begin(), values.end());
  return values;
}

template <class Counts>
void check_sorted(const Counts& counts) {
  const hm::sorted_genes sorted(counts);
  REQUIRE(sorted.genes() == counts.genes());
  CHECK(sorted.cells() == counts.cells());
  for (hm::index j = 0; j < counts.genes(); ++j) {
    CAPTURE(j);
    const auto found = sorted.values(j);
    const auto expected = sorted_by_hand(counts, j);
    CHECK(std::equal(found.begin(), found.end(), expected.begin(), expected.end()));
    CHECK(sorted.zeros(j) == counts.cells() - static_cast<hm::index>(expected.size()));
  }
}

}  // namespace

TEST_CASE("counts, counted or sorted, and other values ascend") {
  const auto counts = some_counts(100);
  check_sorted(counts);
  check_sorted(hm::log_normalise(counts));
  check_sorted(hm::count_matrix<>(3));
}

TEST_CASE("each side of a comparison sorts its own counts, once") {
  const auto real = some_counts(60), made = some_counts(30);
  const hm::reference_cells reference(real);
  const hm::comparison pair(reference, made);
  CHECK(hm::sorted_counts(reference).cells() == 60);
  CHECK(hm::sorted_counts(pair).cells() == 30);
  CHECK(&hm::sorted_counts(pair) == &hm::sorted_counts(pair));
}
