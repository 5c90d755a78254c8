// SPDX-License-Identifier: MIT
#include "harmonium/samplers/diagnostics/diagnose.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "samplers/diagnostics/reference.hpp"

namespace hm = harmonium;

TEST_CASE("the figures together are the figures one by one") {
  const auto draws = reference::draws();
  const auto& x = draws.at("states");
  const auto figures = hm::diagnose(x);
  CHECK(figures.status == hm::chain_status::moved);
  CHECK(figures.stuck_chains == 0);
  CHECK(figures.mean == doctest::Approx(x.mean()).epsilon(1e-12));
  CHECK(figures.mean_error == hm::mean_error(x));
  CHECK(figures.r_hat == hm::r_hat(x));
  CHECK(figures.bulk_effective_size == hm::bulk_effective_size(x));
  CHECK(figures.tail_effective_size == hm::tail_effective_size(x));
  CHECK(figures.autocorrelation_time * hm::mean_effective_size(x) ==
        doctest::Approx(static_cast<double>(x.size())));
}

TEST_CASE("an answer where chains never move, and never NaN") {
  const auto constant = hm::diagnose(hm::matrix<double>::Constant(50, 4, 3.0));
  CHECK(constant.status == hm::chain_status::never_moved);
  CHECK(constant.stuck_chains == 4);
  CHECK(constant.mean == 3);
  CHECK(std::isinf(constant.r_hat));
  CHECK(std::isinf(constant.mean_error));
  CHECK(constant.bulk_effective_size == 1);
  CHECK(constant.tail_effective_size == 1);
  CHECK(constant.autocorrelation_time == 200);

  // Four chains in two modes that none leaves.
  hm::matrix<double> stuck(50, 4);
  stuck.rowwise() = Eigen::RowVector4d(0, 0, 1, 1);
  const auto modes = hm::diagnose(stuck);
  CHECK(modes.status == hm::chain_status::some_never_moved);
  CHECK(modes.stuck_chains == 4);
  CHECK(std::isinf(modes.r_hat));
  CHECK(modes.bulk_effective_size < 8);
  CHECK(std::isfinite(modes.mean_error));

  // One chain flips once: a rare mode that one chain of four met.
  stuck.setZero();
  stuck.col(3).tail(20).setOnes();
  const auto rare = hm::diagnose(stuck);
  CHECK(rare.status == hm::chain_status::some_never_moved);
  CHECK(rare.stuck_chains == 3);
  CHECK(rare.r_hat > 1.1);
  CHECK(rare.tail_effective_size < 30);

  // Only the middle draw, which halves leave out, differs.
  hm::matrix<double> middle = hm::matrix<double>::Zero(51, 2);
  middle(25, 0) = 1;
  const auto odd = hm::diagnose(middle);
  for (const double figure : {odd.mean_error, odd.r_hat, odd.bulk_effective_size,
                              odd.tail_effective_size, odd.autocorrelation_time})
    CHECK(!std::isnan(figure));
}

TEST_CASE("draws that are not finite") {
  hm::matrix<double> x = hm::matrix<double>::Zero(20, 2);
  x(3, 1) = std::numeric_limits<double>::infinity();
  CHECK(hm::diagnose(x).status == hm::chain_status::not_finite);
  CHECK(std::isinf(hm::diagnose(x).r_hat));
  CHECK_THROWS_AS((void)hm::diagnose(hm::matrix<double>::Zero(11, 2)), std::invalid_argument);
}
