// SPDX-License-Identifier: MIT
#include "harmonium/core/count_chunks.hpp"

#include <doctest/doctest.h>

#include <span>
#include <stdexcept>
#include <vector>

#include "harmonium/core/select_counts.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using in_memory = hm::chunks_in_memory<hm::count_matrix<>>;
static_assert(hm::count_chunks<in_memory> && hm::count_chunks<hm::chunks_of_genes<in_memory>>);

TEST_CASE("counts in memory are read in ranges, and some genes of them") {
  const auto counts = tiny::toy_counts(20, 7, 1);
  hm::chunks_in_memory chunks(counts);
  CHECK(chunks.cells() == 20);
  CHECK(chunks.genes() == 7);
  CHECK(chunks.read(0, 20) == counts);
  CHECK(chunks.read(5, 5).cells() == 0);
  const std::vector<hm::index> rows{3, 4, 5};
  CHECK(chunks.read(3, 6) == hm::select_cells(counts, std::span<const hm::index>(rows)));
  CHECK_THROWS_AS((void)chunks.read(3, 21), std::invalid_argument);
  CHECK_THROWS_AS((void)chunks.read(4, 3), std::invalid_argument);

  const std::vector<hm::index> columns{0, 2, 6};
  hm::chunks_of_genes some(chunks, columns);
  CHECK(some.genes() == 3);
  CHECK(some.read(0, 20) == hm::select_genes(counts, std::span<const hm::index>(columns)));
  hm::chunks_of_genes all(chunks, {0, 1, 2, 3, 4, 5, 6});
  CHECK(all.read(0, 20) == counts);
  CHECK_THROWS_AS((hm::chunks_of_genes(chunks, {0, 2, 2})), std::invalid_argument);
  hm::chunks_of_genes beyond(chunks, {0, 7});
  CHECK_THROWS_AS((void)beyond.read(0, 1), std::invalid_argument);
}
