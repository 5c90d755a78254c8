// SPDX-License-Identifier: MIT
#include "harmonium/core/draw/domain.hpp"

#include <doctest/doctest.h>

TEST_CASE("the message names function, argument, expectation and value") {
  CHECK_NOTHROW(harmonium::draw::require_domain(true, "poisson", "rate", -1, "positive"));
  CHECK_THROWS_WITH_AS(harmonium::draw::require_domain(false, "poisson", "rate", -1.5, "positive"),
                       "poisson: rate must be positive, got -1.5", std::domain_error);
}
