// SPDX-License-Identifier: MIT
#include "harmonium/core/read_ahead.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "support/toy_counts.hpp"

namespace hm = harmonium;

static_assert(hm::count_chunks<hm::read_ahead<hm::chunks_in_memory<hm::count_matrix<>>>>);

namespace {

/// Refuses the cells from 30 on.
struct damaged_chunks {
  hm::chunks_in_memory<hm::count_matrix<>> sound;
  [[nodiscard]] hm::index cells() const { return sound.cells(); }
  [[nodiscard]] hm::index genes() const { return sound.genes(); }
  hm::count_matrix<> read(hm::index begin, hm::index end) {
    if (end > 30) throw std::runtime_error("damaged at " + std::to_string(begin));
    return sound.read(begin, end);
  }
};

}  // namespace

TEST_CASE("ranges are the same in whichever order they are read") {
  const auto counts = tiny::toy_counts(50, 7, 1);
  hm::chunks_in_memory chunks(counts);
  hm::read_ahead ahead(chunks);
  CHECK(ahead.cells() == 50);
  CHECK(ahead.genes() == 7);
  for (int pass = 0; pass < 2; ++pass)
    for (hm::index begin = 0; begin < 50; begin += 12)
      CHECK(ahead.read(begin, std::min<hm::index>(50, begin + 12)) ==
            chunks.read(begin, std::min<hm::index>(50, begin + 12)));
  CHECK(ahead.read(40, 45) == chunks.read(40, 45));
  CHECK(ahead.read(3, 9) == chunks.read(3, 9));
  CHECK(ahead.read(9, 14) == chunks.read(9, 14));
}

TEST_CASE("what cannot be read is told when it is asked for") {
  const auto counts = tiny::toy_counts(50, 7, 1);
  damaged_chunks chunks{hm::chunks_in_memory(counts)};
  hm::read_ahead ahead(chunks);
  CHECK(ahead.read(0, 20).cells() == 20);
  CHECK(ahead.read(20, 30).cells() == 10);
  CHECK_THROWS_WITH_AS((void)ahead.read(30, 40), "damaged at 30", std::runtime_error);
  CHECK(ahead.read(0, 20).cells() == 20);
  CHECK_THROWS_WITH_AS((void)ahead.read(20, 40), "damaged at 20", std::runtime_error);
}
