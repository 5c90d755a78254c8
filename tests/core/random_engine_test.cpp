// SPDX-License-Identifier: MIT
#include "harmonium/core/random_engine.hpp"

#include <Random123/philox.h>
#include <doctest/doctest.h>

#include <random>
#include <set>
#include <vector>

namespace hm = harmonium;

static_assert(hm::bit_source<hm::random_engine> && hm::bit_source<std::mt19937_64>);
static_assert(!hm::bit_source<std::mt19937>);

TEST_CASE("Philox4x32-10 known answers (Random123 kat_vectors)") {
  const auto zero = hm::random_engine::block(0, 0, 0);
  CHECK(zero[0] == 0x6627e8d5u);
  CHECK(zero[1] == 0xe169c58du);
  CHECK(zero[2] == 0xbc57ac4cu);
  CHECK(zero[3] == 0x9b00dbd8u);
  const auto ones = hm::random_engine::block(~0ull, ~0ull, ~0ull);
  CHECK(ones[0] == 0x408f276du);
  CHECK(ones[1] == 0x41c83b0eu);
  CHECK(ones[2] == 0xa20bc7c6u);
  CHECK(ones[3] == 0x6d5451fdu);
}

TEST_CASE("blocks are those of Random123") {
  std::mt19937_64 words(5);
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t key = words(), number = words() >> i % 64, item = words() >> i % 61;
    const auto lower = [](std::uint64_t word) { return static_cast<std::uint32_t>(word); };
    const auto upper = [](std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); };
    const auto theirs = r123::Philox4x32{}(
        {{lower(number), upper(number), lower(item), upper(item)}}, {{lower(key), upper(key)}});
    const auto ours = hm::random_engine::block(key, number, item);
    for (std::size_t k = 0; k < 4; ++k) CHECK(ours[k] == theirs[k]);
  }
}

TEST_CASE("seek continues a stream where another engine stands") {
  hm::random_engine walked(7, 3);
  for (int n = 0; n < 9; ++n) {
    hm::random_engine jumped(7, 3);
    jumped.seek(walked.position());
    CHECK(jumped == walked);
    CHECK(jumped() == walked());
  }
}

TEST_CASE("words drawn together are the words drawn one by one") {
  for (const std::size_t before : {0u, 1u, 2u}) {
    for (const std::size_t size : {0u, 1u, 2u, 7u, 64u, 131u}) {
      hm::random_engine single(7, 3), together(7, 3);
      for (std::size_t i = 0; i < before; ++i) CHECK(single() == together());
      std::vector<std::uint64_t> words(size);
      together.fill(words);
      for (const std::uint64_t word : words) CHECK(word == single());
      CHECK(together == single);
      CHECK(together() == single());
    }
  }
}

TEST_CASE("items and stages are streams of their own") {
  hm::random_engine rng(7);
  const hm::random_streams first(rng), second(rng);
  std::set<std::uint64_t> words;
  for (std::uint64_t item = 0; item < 100; ++item)
    for (auto engine : {first[item], second[item]})
      for (int n = 0; n < 10; ++n) words.insert(engine());
  CHECK(words.size() == 2000);
  CHECK(first[5]() == first[5]());
}
