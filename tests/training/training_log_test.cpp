// SPDX-License-Identifier: MIT
#include "harmonium/training/training_log.hpp"

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

namespace hm = harmonium;

TEST_CASE("figures by name, and the columns of a log") {
  const hm::training_log log{{"first", 1, {{"rate", 0.5}, {"error", 2.0}}},
                             {"second", 1, {{"error", 1.0}, {"log_likelihood", -3.0}}}};
  CHECK(log[0].figure("rate") == 0.5);
  CHECK(!log[0].figure("log_likelihood").has_value());
  CHECK(log[1].figure("log_likelihood") == -3.0);
  CHECK(hm::figure_names(log) == std::vector<std::string_view>{"rate", "error", "log_likelihood"});
}
