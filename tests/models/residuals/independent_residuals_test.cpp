// SPDX-License-Identifier: MIT
#include "harmonium/models/residuals/independent_residuals.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "support/factor_cells.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;

TEST_CASE("scores are independent standard normal numbers") {
  const auto made = support::make_independent_cells(5, hm::matrix<double>::Ones(1, 4), 1, 1);
  const auto pilot =
      hm::scored_pilot::make<hm::no_size_factors>(hm::serial_executor{}, made.counts, made.states);
  hm::random_engine rng(2);
  const auto fitted =
      hm::independent_residuals{}.fit(hm::serial_executor{}, pilot, hm::random_streams(rng));
  const auto [mean, covariance] = support::drawn_moments(fitted, 0, 4, 20000, 3);
  for (hm::index m = 0; m < 4; ++m) {
    CHECK(std::abs(mean[m]) < 5 / std::sqrt(20000.0));
    for (hm::index k = 0; k < 4; ++k)
      CHECK(std::abs(covariance(m, k) - (m == k ? 1 : 0)) < 5 * std::sqrt(2 / 20000.0));
  }
  std::vector<double> scores(5000);
  fitted.draw(0, rng, scores);
  CHECK(statistics::kolmogorov_p(scores, hm::math::normal_cdf) > statistics::implausible);
}
