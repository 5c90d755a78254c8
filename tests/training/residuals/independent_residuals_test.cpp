// SPDX-License-Identifier: MIT
#include "harmonium/training/residuals/independent_residuals.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "support/factor_cells.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;

TEST_CASE("scores are independent standard normal numbers") {
  const auto made = support::make_independent_cells(5, hm::matrix<double>::Ones(1, 4), 1, 1);
  const auto pilot = std::make_shared<const hm::scored_pilot>(
      hm::scored_pilot::make<hm::no_size_factors>(hm::serial_executor{}, made.counts, made.states));
  hm::random_engine rng(2);
  const auto fitted = hm::fit_residual(hm::serial_executor{}, hm::independent_residuals{}, pilot,
                                       hm::random_streams(rng));
  const auto [mean, covariance] = support::drawn_moments(fitted, 0, 4, 20000, 3);
  for (hm::index m = 0; m < 4; ++m) {
    CHECK(std::abs(mean[m]) < 5 / std::sqrt(20000.0));
    for (hm::index k = 0; k < 4; ++k)
      CHECK(std::abs(covariance(m, k) - (m == k ? 1 : 0)) < 5 * std::sqrt(2 / 20000.0));
  }
  std::vector<float> drawn(5000);
  fitted.draw(0, rng, drawn);
  const std::vector<double> scores(drawn.begin(), drawn.end());
  CHECK(statistics::kolmogorov_p(scores, hm::math::normal_cdf) > statistics::implausible);
}
