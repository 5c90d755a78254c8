// SPDX-License-Identifier: MIT
#include "harmonium/models/residuals/score_calibration.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;

TEST_CASE("by default the identity") {
  const hm::score_calibration none;
  for (double z = -7; z <= 7; z += 0.13) {
    CHECK(none(z) == doctest::Approx(z).epsilon(1e-12));
    CHECK(none.inverse(z) == doctest::Approx(z).epsilon(1e-12));
  }
}

TEST_CASE("a map and its inverse, both ascending") {
  std::vector<hm::score_interval> intervals;
  for (int i = 0; i < 200; ++i) intervals.push_back({-1.0 + 0.002 * i, -0.5 + 0.01 * i});
  intervals.push_back({0.3, 0.3});  // of no width
  const hm::score_calibration map(intervals, 20);
  double before = -100;
  for (double z = -7; z <= 7; z += 0.01) {
    CHECK(map(z) > before);
    before = map(z);
    CHECK(map.inverse(map(z)) == doctest::Approx(z).epsilon(1e-9));
  }
}

TEST_CASE("counts of the distribution itself need next to no calibration") {
  hm::random_engine rng(5);
  std::vector<hm::score_interval> intervals;
  const hm::nb_score_table table(2.0, 1.5);
  for (int i = 0; i < 4000; ++i)
    intervals.push_back(
        table.interval(static_cast<double>(hm::draw::negative_binomial(2.0, 1.5, rng))));
  const hm::score_calibration map(intervals, 20);
  // A quantile of 4000 uniform numbers has a standard error of at most 0.008 in u, 0.02 in z here.
  for (double z = -1; z <= 2; z += 0.25) CHECK(std::abs(map(z) - z) < 5 * 0.02);
}

TEST_CASE("counts of another distribution come back as they were") {
  // Half zeros, half Poisson-like about 100: no negative binomial.
  hm::random_engine rng(6);
  const auto draw_count = [&] {
    return hm::draw::uniform(rng) < 0.5
               ? 0.0
               : static_cast<double>(hm::draw::negative_binomial(100, 1e3, rng));
  };
  const double theta = 0.3;
  const hm::nb_score_table table(50, theta);
  std::vector<hm::score_interval> intervals;
  for (int i = 0; i < 4000; ++i) intervals.push_back(table.interval(draw_count()));
  const hm::score_calibration map(intervals, 20);
  double zeros = 0, middle = 0, plain_middle = 0;
  const int draws = 4000;
  for (int i = 0; i < draws; ++i) {
    const double z = hm::draw::normal(rng);
    const double count = table.count(map.inverse(z));
    zeros += count == 0 ? 1 : 0;
    middle += count > 60 && count < 140 ? 1 : 0;
    const double plain = table.count(z);
    plain_middle += plain > 60 && plain < 140 ? 1 : 0;
  }
  // 5 standard errors of a share of 4000, and the share of the prior: 20 cells of 4020.
  CHECK(std::abs(zeros / draws - 0.5) < 0.05);
  CHECK(middle / draws > 0.43);
  CHECK(plain_middle / draws < 0.25);
}

TEST_CASE("no belief in the negative binomial at all is refused") {
  CHECK_THROWS_AS(hm::score_calibration({}, 0), std::invalid_argument);
}
