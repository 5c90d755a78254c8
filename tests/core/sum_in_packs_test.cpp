// SPDX-License-Identifier: MIT
#include "harmonium/core/sum_in_packs.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "harmonium/core/matrix.hpp"

namespace hm = harmonium;

TEST_CASE("every product counts once, whatever the length") {
  for (hm::index size = 0; size < 40; ++size) {
    std::vector<double> a, b;
    double expected = 0;
    for (hm::index i = 0; i < size; ++i) {
      a.push_back(static_cast<double>(i + 1));
      b.push_back(static_cast<double>(2 * i - 7));
      expected += a.back() * b.back();  // whole numbers: exact in any order
    }
    CHECK(hm::sum_in_packs(a.data(), b.data(), size, false) == expected);
    CHECK(hm::sum_in_packs(a.data(), b.data(), size, true) == expected);
  }
}

TEST_CASE("which products meet first") {
  const double half = 0x1p-53;  // of the last place of 1: lost beside it, two together are not
  const std::vector<double> one(8, 1.0);
  const std::vector<double> even{half, 1, half, 0};
  CHECK((half + 1) + half == 1);
  CHECK(hm::sum_in_packs(even.data(), one.data(), 4, false) == 1 + 2 * half);
  const std::vector<double> third{1, 0, half, 0, 0, 0, half, 0};
  CHECK(hm::sum_in_packs(third.data(), one.data(), 8, false) == 1);
  CHECK(hm::sum_in_packs(third.data(), one.data(), 8, true) == 1 + 2 * half);
}
