// SPDX-License-Identifier: MIT
// The words of random_engine against those of the library of Philox's authors.
#include <Random123/philox.h>
#include <doctest/doctest.h>

#include <cstdint>

#include "harmonium/core/philox_words.hpp"
#include "harmonium/core/random_engine.hpp"

namespace hm = harmonium;

namespace {

r123::Philox4x32::ctr_type theirs(std::uint64_t key, std::uint64_t number, std::uint64_t item) {
  const auto lower = [](std::uint64_t word) { return static_cast<std::uint32_t>(word); };
  const auto upper = [](std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); };
  return r123::Philox4x32{}({{lower(number), upper(number), lower(item), upper(item)}},
                            {{lower(key), upper(key)}});
}

}  // namespace

TEST_CASE("the blocks of Random123, for keys, numbers and items of all sizes") {
  hm::random_engine rng(7);
  int different = 0;
  for (int trial = 0; trial < 1000; ++trial) {
    const auto some = [&] { return rng() >> rng() % 64; };
    const std::uint64_t key = some(), number = some(), item = some();
    const auto words = theirs(key, number, item);
    const auto ours = hm::philox_block(key, number, item);
    for (std::size_t k = 0; k < 4; ++k) different += words[k] != ours[k];
  }
  CHECK(different == 0);
}

TEST_CASE("an engine's words are those blocks, joined in pairs") {
  hm::random_engine rng(7, 3);
  for (std::uint64_t number = 0; number < 100; ++number) {
    const auto words = theirs(7, number, 3);
    CHECK(rng() == (std::uint64_t{words[1]} << 32 | words[0]));
    CHECK(rng() == (std::uint64_t{words[3]} << 32 | words[2]));
  }
}
