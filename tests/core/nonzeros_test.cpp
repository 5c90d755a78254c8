// SPDX-License-Identifier: MIT
#include "harmonium/core/nonzeros.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/kernels.hpp"

namespace hm = harmonium;

TEST_CASE_TEMPLATE("the positions of what is not zero, as a plain loop finds them", S, float,
                   double) {
  hm::random_engine rng(1);
  for (const int entries : {0, 1, 63, 64, 65, 200}) {
    const auto size = static_cast<std::size_t>(entries);
    for (const double density : {0.0, 0.2, 1.0}) {
      for (const bool ones : {true, false}) {
        std::vector<S> row(size);
        std::vector<std::int32_t> expected,
            found(size + static_cast<std::size_t>(hm::nonzeros_slack));
        for (std::size_t k = 0; k < size; ++k) {
          if (hm::draw::uniform(rng) >= density) continue;
          row[k] = ones || k % 3 == 0 ? S(1) : S(2.5);
          expected.push_back(static_cast<std::int32_t>(k));
        }
        bool all_one = true;
        for (const auto k : expected) all_one = all_one && row[static_cast<std::size_t>(k)] == S(1);
        for (const hm::kernel each : hm::available_kernels()) {
          const hm::kernel_scope scope(each);
          const auto result = hm::find_nonzeros<S>(row, found.data());
          CHECK(std::vector(found.begin(), found.begin() + result.count) == expected);
          CHECK(result.all_one == all_one);
        }
      }
    }
  }
}

TEST_CASE_TEMPLATE("what is not a number is not zero, minus zero is", S, float, double) {
  std::vector<S> row(100, S(-0.0));
  row[7] = row[99] = std::numeric_limits<S>::quiet_NaN();
  std::vector<std::int32_t> found(108);
  const auto result = hm::find_nonzeros<S>(row, found.data());
  REQUIRE(result.count == 2);
  CHECK(found[0] == 7);
  CHECK(found[1] == 99);
  CHECK(!result.all_one);
}
