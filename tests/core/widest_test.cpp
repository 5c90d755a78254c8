// SPDX-License-Identifier: MIT
#include "harmonium/core/widest.hpp"

#include <doctest/doctest.h>

TEST_CASE("no wider than asked for, and once") {
  for (const int most : {16, 32, 64}) {
    int bytes = 0, calls = 0;
    harmonium::packs::widest(
        [&]<int Bytes>() __attribute__((always_inline)) {
          bytes = Bytes;
          ++calls;
        },
        most);
    CHECK(bytes >= 16);
    CHECK(bytes <= most);
    CHECK(calls == 1);
  }
}
