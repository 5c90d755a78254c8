// SPDX-License-Identifier: MIT
#include "harmonium/io/count_assembler.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <vector>

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

struct entry {
  std::int32_t gene, cell, count;
};

hm::count_matrix<> assemble(const std::vector<entry>& entries, hm::index cells, hm::index genes) {
  io::count_assembler counts(cells, genes);
  for (const auto& e : entries) counts.add(e.gene, e.cell, e.count);
  CHECK(counts.entries() == static_cast<std::int64_t>(entries.size()));
  return counts.finish([](hm::index gene, hm::index cell) {
    throw std::runtime_error(std::to_string(gene) + " " + std::to_string(cell));
  });
}

}  // namespace

TEST_CASE("the order of entries does not matter") {
  std::vector<entry> entries;
  for (std::int32_t cell = 0; cell < 50; ++cell)
    for (std::int32_t gene = 0; gene < 30; ++gene)
      if (cell % 7 != 3 && (cell * 31 + gene * 17) % 5 < 2)
        entries.push_back({gene, cell, (cell + gene) % 4});  // some of them zero
  const auto ordered = assemble(entries, 53, 31);
  CHECK(ordered.cells() == 53);
  CHECK(ordered.genes() == 31);
  CHECK(ordered.cell(3).size() == 0);
  CHECK(ordered.cell(52).size() == 0);
  CHECK_NOTHROW(hm::validate(ordered));
  hm::matrix<int> dense = hm::matrix<int>::Zero(53, 31);
  for (const auto& e : entries) dense(e.cell, e.gene) = e.count;
  CHECK(hm::to_dense<int>(ordered) == dense);
  CHECK(ordered.nonzeros() == (dense.array() != 0).count());

  std::mt19937_64 shuffler(7);
  for (int repeat = 0; repeat < 5; ++repeat) {
    // From some entry on, so that the change from ordered to unordered is met everywhere.
    const auto from = entries.begin() + repeat * static_cast<std::ptrdiff_t>(entries.size()) / 5;
    auto shuffled = entries;
    std::shuffle(shuffled.begin() + (from - entries.begin()), shuffled.end(), shuffler);
    CHECK(assemble(shuffled, 53, 31) == ordered);
  }
  std::reverse(entries.begin(), entries.end());
  CHECK(assemble(entries, 53, 31) == ordered);
}

TEST_CASE("nothing at all") {
  const auto counts = assemble({}, 3, 2);
  CHECK(counts.cells() == 3);
  CHECK(counts.nonzeros() == 0);
}

TEST_CASE("duplicates are reported, in order or not, zero or not") {
  CHECK_THROWS_WITH(assemble({{0, 0, 1}, {1, 0, 1}, {1, 0, 2}}, 2, 2), "1 0");
  CHECK_THROWS_WITH(assemble({{1, 1, 1}, {0, 0, 1}, {1, 1, 1}}, 2, 2), "1 1");
  CHECK_THROWS_WITH(assemble({{1, 1, 0}, {0, 0, 1}, {1, 1, 1}}, 2, 2), "1 1");
}
