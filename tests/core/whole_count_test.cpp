// SPDX-License-Identifier: MIT
#include "harmonium/core/whole_count.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

namespace hm = harmonium;

TEST_CASE("whole counts of every number type") {
  const auto take = [](auto count) { hm::require_whole_count(count, "read", 3, 7); };
  CHECK_NOTHROW(take(0));
  CHECK_NOTHROW(take(std::numeric_limits<std::uint64_t>::max()));
  CHECK_NOTHROW(take(1e15));
  CHECK_NOTHROW(take(2.0f));
  CHECK_THROWS_WITH_AS(take(-1), "read: cell 3, gene 7: count -1 is not a whole number >= 0",
                       std::domain_error);
  CHECK_THROWS_AS(take(0.5f), std::domain_error);
  CHECK_THROWS_AS(take(-0.5), std::domain_error);
  CHECK_THROWS_AS(take(std::numeric_limits<double>::infinity()), std::domain_error);
  CHECK_THROWS_AS(take(std::numeric_limits<float>::quiet_NaN()), std::domain_error);
}
