// SPDX-License-Identifier: MIT
#include "harmonium/samplers/diagnostics/r_hat.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "samplers/diagnostics/reference.hpp"

namespace hm = harmonium;

TEST_CASE("R-hat as the R package posterior has it") {
  const auto draws = reference::draws();
  const auto figures = reference::figures();
  for (const auto& [name, x] : draws) {
    const std::string set = name;
    CAPTURE(set);
    CHECK(reference::agree(x.sum(), figures.at({name, "sum"}), 1e-12));
    if (x.rows() >= 12) {
      CHECK(reference::agree(hm::r_hat(x), figures.at({name, "rhat"})));
      CHECK(reference::agree(hm::split_r_hat(x), figures.at({name, "rhat_basic"})));
    }
    if (const auto found = figures.find({name, "nested_2"}); found != figures.end())
      CHECK(reference::agree(hm::nested_r_hat(x, 2), found->second));
    if (const auto found = figures.find({name, "nested_3"}); found != figures.end())
      CHECK(reference::agree(hm::nested_r_hat(x, 3), found->second));
  }
}

TEST_CASE("R-hat by hand") {
  hm::matrix<double> x(4, 1);
  x << 0, 2, 4, 6;  // halves with means 1 and 5, each with variance 2
  const double total = 2.0 / 2 + 8.0;
  CHECK(hm::split_r_hat(x) == doctest::Approx(std::sqrt(total / 2)).epsilon(1e-14));

  // Two groups of two chains: means 1, 3 and 5, 9; within chains variance 2.
  hm::matrix<double> y(2, 4);
  y << 0, 2, 4, 8, 2, 4, 6, 10;
  // Groups' means 2 and 7: variance 12.5. Between chains 2 and 8, within 2.
  CHECK(hm::nested_r_hat(y, 2) == doctest::Approx(std::sqrt(1 + 12.5 / (5 + 2))).epsilon(1e-14));
}

TEST_CASE("R-hat sees a difference in scale only when folded") {
  reference::generator uniform;
  hm::matrix<double> x(400, 2);
  for (hm::index t = 0; t < 400; ++t)
    for (hm::index c = 0; c < 2; ++c) x(t, c) = (uniform() - 0.5) * (c == 0 ? 1 : 5);
  CHECK(hm::split_r_hat(x) < 1.02);
  CHECK(hm::r_hat(x) > 1.2);
}

TEST_CASE("chains that do not move") {
  CHECK(std::isinf(hm::r_hat(hm::matrix<double>::Constant(20, 3, 2.0))));
  CHECK(std::isinf(hm::split_r_hat(hm::matrix<double>::Constant(20, 3, 2.0))));
  CHECK(std::isinf(hm::nested_r_hat(hm::matrix<double>::Constant(20, 4, 2.0), 2)));
  hm::matrix<double> stuck(20, 4);
  stuck.rowwise() = Eigen::RowVector4d(0, 0, 1, 1);
  CHECK(std::isinf(hm::r_hat(stuck)));
  CHECK(std::isinf(hm::nested_r_hat(stuck, 2)));
  // In groups of one state of each, the groups agree: that is why a group must have one start.
  stuck.rowwise() = Eigen::RowVector4d(0, 1, 0, 1);
  CHECK(hm::nested_r_hat(stuck, 2) == 1);
}

TEST_CASE("shapes that have no R-hat") {
  CHECK_THROWS_AS((void)hm::r_hat(hm::matrix<double>::Zero(3, 2)), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::nested_r_hat(hm::matrix<double>::Zero(3, 4), 3), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::nested_r_hat(hm::matrix<double>::Zero(3, 4), 4), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::nested_r_hat(hm::matrix<double>::Zero(1, 4), 1), std::invalid_argument);
}

TEST_CASE("chains in different modes, and a chain that drifts, show") {
  reference::generator uniform;
  hm::matrix<double> modes(1000, 2), drift(1000, 1);
  for (hm::index t = 0; t < 1000; ++t) {
    for (hm::index c = 0; c < 2; ++c) modes(t, c) = 3.5 * uniform() + 3 * static_cast<double>(c);
    drift(t, 0) = 3.5 * uniform() + static_cast<double>(t) / 200;
  }
  CHECK(hm::split_r_hat(modes) > 1.5);
  CHECK(hm::r_hat(modes) > 1.5);
  CHECK(hm::split_r_hat(drift) > 1.5);
  CHECK(hm::r_hat(drift) > 1.5);
}
