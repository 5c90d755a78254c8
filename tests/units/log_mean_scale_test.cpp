// SPDX-License-Identifier: MIT
#include "harmonium/units/log_mean_scale.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

TEST_CASE("d eta / d log mean of counts, one for families without a bound") {
  const hm::negative_binomial units(2, 1.5);
  hm::vector<double> mean(2), eta(2), moved(2);
  mean << 0.3, 40;
  const auto scale = hm::log_mean_scale(units, hm::as_span(std::as_const(mean)));
  units.natural_from_mean(hm::as_span(std::as_const(mean)), hm::as_span(eta));
  const hm::vector<double> more = mean * std::exp(1e-6);
  units.natural_from_mean(hm::as_span(more), hm::as_span(moved));
  for (hm::index m = 0; m < 2; ++m)
    CHECK(scale[m] == doctest::Approx((moved[m] - eta[m]) / 1e-6).epsilon(1e-4));
  const hm::vector<double> centred = hm::vector<double>::Zero(2);
  CHECK(hm::log_mean_scale(hm::gaussian(2), hm::as_span(centred)).isOnes());
  CHECK(hm::log_mean_scale(units, hm::as_span(centred)).allFinite());
}

TEST_CASE("means move inside, groups keep their sum") {
  hm::vector<double> bits(2), group(3);
  bits << 0, 1;
  group << 1, 0, 0;
  hm::keep_inside(hm::bernoulli(2), 0.1, hm::as_span(bits));
  CHECK(bits[0] == doctest::Approx(0.05));
  CHECK(bits[1] == doctest::Approx(0.95));
  hm::keep_inside(hm::categorical(1, 3), 0.3, hm::as_span(group));
  CHECK(group[0] == doctest::Approx(0.8));
  CHECK(group.sum() == doctest::Approx(1));
}
