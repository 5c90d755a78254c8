// SPDX-License-Identifier: MIT
#include "harmonium/study/fingerprint.hpp"

#include <doctest/doctest.h>

#include <cstdint>

#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("the offset basis, and one byte after the other") {
  CHECK(hm::fingerprint().str() == "cbf29ce484222325");
  std::uint64_t expected = 0xcbf29ce484222325;
  for (const unsigned byte : {2u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 97u, 98u})
    expected = (expected ^ byte) * 0x100000001b3;
  CHECK(hm::fingerprint().add("ab").value() == expected);
}

TEST_CASE("whatever differs is told apart") {
  const auto counts = tiny::toy_counts(20, 5, 1), others = tiny::toy_counts(20, 5, 2);
  const auto of = [](const auto& what) { return hm::fingerprint().add(what).value(); };
  CHECK(of(counts) == of(counts.view()));
  CHECK(of(counts) != of(others));
  CHECK(hm::fingerprint().add("ab").add("c").value() !=
        hm::fingerprint().add("a").add("bc").value());
  CHECK(of(-1) == of(std::int64_t{-1}));
  CHECK(of(1) != of(2));
}
