// SPDX-License-Identifier: MIT
#include "harmonium/study/paper_protocol.hpp"
#include "harmonium/core/select_counts.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("the published evaluation is at chance even for the very same cells in another order") {
  const auto counts = tiny::toy_counts(120, 9, 1, 20);
  std::vector<hm::index> labels, order, shuffled;
  for (hm::index i = 0; i < 120; ++i) labels.push_back(i % 2);
  const hm::reference_cells reference(counts, labels, {.components = 5});
  hm::random_engine rng(3), same(3);
  const hm::umap_options<> layout{.neighbours = 10, .epochs = 30};
  const hm::paper_protocol judge(hm::serial_executor{}, reference, layout, rng);
  const hm::paper_protocol again(hm::thread_executor(2), reference, layout, same);
  for (hm::index i = 0; i < 120; ++i) order.push_back((i * 7) % 120 / 2 + (i % 3 == 0 ? 60 : 0));
  const auto cells = hm::select_cells(counts, std::span<const hm::index>(order));
  const auto found = judge.labels_of(cells, rng);
  CHECK(found == again.labels_of(cells, same));
  CHECK(found.size() == 120);
  // Two clusters of equal size, not paired: the Rand index is near a half.
  const auto score = judge.unpaired_rand(found);
  CHECK(score.figures[0].name == "rand");
  CHECK(std::abs(score.figures[0].value - 0.5) < 0.1);
  CHECK(std::isnan(judge.unpaired_rand({}).figures[0].value));
}
