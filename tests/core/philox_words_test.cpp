// SPDX-License-Identifier: MIT
#include "harmonium/core/philox_words.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "harmonium/core/kernels.hpp"
#include "harmonium/core/random_engine.hpp"

namespace hm = harmonium;

TEST_CASE("the words of single blocks, with every kernel") {
  constexpr std::uint64_t key = 0xfedcba9876543210, item = 0x123456789abcdef0;
  // Also where the lower half of the block's number, and where all of it, overflows.
  for (const std::uint64_t first : {0ull, 5ull, 0xfffffffaull, 0xfffffffffffffff9ull}) {
    for (const std::size_t blocks : {0u, 1u, 7u, 8u, 21u}) {
      for (const hm::kernel each : hm::available_kernels()) {
        const hm::kernel_scope scope(each);
        std::vector<std::uint64_t> words(2 * blocks);
        hm::philox_words(key, first, item, words);
        bool same = true;
        for (std::size_t i = 0; i < blocks; ++i) {
          const auto block = hm::random_engine::block(key, first + i, item);
          same = same && words[2 * i] == (std::uint64_t{block[1]} << 32 | block[0]) &&
                 words[2 * i + 1] == (std::uint64_t{block[3]} << 32 | block[2]);
        }
        CHECK(same);
      }
    }
  }
}
