// SPDX-License-Identifier: MIT
#include "harmonium/samplers/diagnostics/monte_carlo_error.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/random_engine.hpp"
#include "samplers/diagnostics/reference.hpp"

namespace hm = harmonium;

TEST_CASE("Monte Carlo errors as the R package posterior has them") {
  const auto draws = reference::draws();
  const auto figures = reference::figures();
  for (const auto& [name, x] : draws) {
    if (x.rows() < 12) continue;
    const std::string set = name;
    CAPTURE(set);
    CHECK(reference::agree(hm::mean_error(x), figures.at({name, "mcse_mean"})));
    for (const int percent : {5, 50, 95}) {
      CAPTURE(percent);
      const double theirs = figures.at({name, "mcse_q" + std::to_string(percent)});
      const double ours = hm::quantile_error(x, percent / 100.0);
      if (std::isnan(theirs))
        CHECK(ours >= 0);
      else
        CHECK(reference::agree(ours, theirs));
    }
  }
}

TEST_CASE("errors of independent uniform numbers") {
  hm::random_engine rng(3);
  hm::matrix<double> x(2000, 4);
  for (hm::index i = 0; i < x.size(); ++i) x.data()[i] = hm::draw::uniform(rng);
  CHECK(hm::mean_error(x) == doctest::Approx(std::sqrt(1.0 / 12 / 8000)).epsilon(0.1));
  CHECK(hm::quantile_error(x, 0.5) == doctest::Approx(std::sqrt(0.25 / 8000)).epsilon(0.2));
  CHECK(hm::quantile_error(x, 0.0) < 1e-3);
  CHECK(hm::quantile_error(x, 1.0) < 1e-3);
}

TEST_CASE("of a figure that never changes the error cannot be told") {
  CHECK(std::isinf(hm::mean_error(hm::matrix<double>::Constant(20, 2, 1.0))));
  CHECK(std::isinf(hm::quantile_error(hm::matrix<double>::Constant(20, 2, 1.0), 0.5)));
}
