// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "harmonium/core/chain_sums.hpp"
#include "harmonium/core/kernels.hpp"
#include "kernels/figures.hpp"

namespace hm = harmonium;

TEST_CASE("every kernel of the machine gives the same bits") {
  std::vector<kernel_figure> expected;
  for (const hm::kernel each : hm::available_kernels()) {
    const hm::kernel_scope scope(each);
    const auto found = kernel_figures();
    if (expected.empty()) expected = found;
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(hm::to_string(each));
      CAPTURE(found[i].name);
      REQUIRE(found[i].bits == expected[i].bits);
    }
  }
  CHECK(expected.size() > 100);
  if (hm::available_kernels().size() == 1) MESSAGE("this machine has one kernel only");
}
