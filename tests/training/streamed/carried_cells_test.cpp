// SPDX-License-Identifier: MIT
#include "harmonium/training/streamed/carried_cells.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <vector>

#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("cells travel whole and arrive in the order of their numbers") {
  const hm::index far = (hm::index{5} << 31) + 7;  // more than a word holds
  const auto cells = hm::gathered(hm::one_process{},
                                  {{far, 2, {0, 3}, {4, 1}}, {12, 0, {}, {}}, {13, 1, {2}, {9}}});
  REQUIRE(cells.size() == 3);
  CHECK(cells[0].number == 12);
  CHECK(cells[0].genes.empty());
  CHECK(cells[1].component == 1);
  CHECK(cells[2].number == far);
  CHECK(cells[2].component == 2);
  CHECK(cells[2].values == std::vector<std::int32_t>{4, 1});
  const auto counts = hm::counts_of(cells, 4);
  CHECK(counts.cells() == 3);
  CHECK(counts.cell(2).genes[1] == 3);
}

TEST_CASE("the same cells of a component are chosen in whichever order they come") {
  const auto counts = tiny::toy_counts(90, 5, 3);
  const auto chosen_from = [&](hm::index step) {  // coprime to 90: all cells, in another order
    hm::chosen_of_components chosen(2, 20, 11);
    for (hm::index k = 0; k < 90; ++k) {
      const hm::index i = k * step % 90;
      chosen.add(i, i < 75 ? 0 : 1, counts.cell(i));
    }
    std::set<hm::index> numbers;
    for (const auto& cell : chosen.of_all(hm::one_process{})) numbers.insert(cell.number);
    return numbers;
  };
  const auto straight = chosen_from(1);
  CHECK(straight.size() == 35);  // 20 of 75, and all 15 of the other
  CHECK(chosen_from(7) == straight);
  CHECK(chosen_from(89) == straight);
  CHECK(straight.lower_bound(75) != straight.end());
}
