// SPDX-License-Identifier: MIT
#include "harmonium/training/prior/prior_report.hpp"

#include <doctest/doctest.h>

namespace hm = harmonium;

TEST_CASE("a prior helps where held-out cells gain by it more than by chance") {
  CHECK(!hm::prior_verdict{}.helps());
  CHECK(hm::prior_verdict{.gain = 0.1, .cells = 30}.helps());
  CHECK(!hm::prior_verdict{.gain = -0.1, .cells = 30}.helps());
  CHECK(!hm::prior_verdict{.gain = 0.1, .cells = 0}.helps());
  CHECK(!hm::prior_verdict{.gain = 0.1, .standard_error = 0.06, .cells = 30}.helps());
  const hm::prior_verdict gain{.gain = 0.1, .cells = 30};
  CHECK(hm::prior_report{.genes = 9, .by_id = 3, .by_symbol = 2, .verdict = gain}.helps());
  CHECK(!hm::prior_report{.genes = 9, .by_id = 4, .verdict = gain}.helps());
  CHECK(!hm::prior_report{.genes = 9, .by_id = 9}.helps());
  const hm::prior_report report;
  CHECK(!report.used);
  CHECK(report.weight == 0);
}
