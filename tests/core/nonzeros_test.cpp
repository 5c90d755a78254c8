// SPDX-License-Identifier: MIT
#include "harmonium/core/nonzeros.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"

namespace hm = harmonium;

TEST_CASE_TEMPLATE("the positions of what is not zero, as a plain loop finds them", S, float,
                   double) {
  hm::random_engine rng(1);
  for (const std::size_t size : {0, 1, 63, 64, 65, 200}) {
    for (const double density : {0.0, 0.2, 1.0}) {
      for (const bool ones : {true, false}) {
        std::vector<S> row(size);
        std::vector<std::int32_t> expected, found(size);
        for (std::size_t k = 0; k < size; ++k) {
          if (hm::draw::uniform(rng) >= density) continue;
          row[k] = ones || k % 3 == 0 ? S(1) : S(2.5);
          expected.push_back(static_cast<std::int32_t>(k));
        }
        if (size > 64 && !ones) {
          row[64] = std::numeric_limits<S>::quiet_NaN();
          if (density == 0.0) expected = {64};
          row[1] = S(-0.0);
          if (density == 1.0) expected.erase(expected.begin() + 1);
          if (density == 0.2) continue;
        }
        const auto result = hm::find_nonzeros<S>(row, found.data());
        found.resize(static_cast<std::size_t>(result.count));
        CHECK(found == expected);
        bool all_one = true;
        for (const auto k : found) all_one = all_one && row[static_cast<std::size_t>(k)] == S(1);
        CHECK(result.all_one == all_one);
      }
    }
  }
}
