// SPDX-License-Identifier: MIT
#include "harmonium/core/widest.hpp"

#include <doctest/doctest.h>

#include "harmonium/core/kernels.hpp"

namespace hm = harmonium;

TEST_CASE("with the kernel in use, and once") {
  for (const hm::kernel each : hm::available_kernels()) {
    const hm::kernel_scope scope(each);
    int bytes = 0, calls = 0;
    const auto body = [&]<int Bytes>() __attribute__((always_inline)) {
      bytes = Bytes;
      ++calls;
    };
    hm::packs::widest(body);
    CHECK(bytes == (each == hm::kernel::avx512 ? 64 : each == hm::kernel::avx2 ? 32 : 16));
    CHECK(calls == 1);
    const int wide = bytes;
    hm::packs::widest(17, body);
    CHECK(bytes == wide);
    hm::packs::widest(16, body);
    CHECK(bytes == 16);
    CHECK(calls == 3);
  }
}
