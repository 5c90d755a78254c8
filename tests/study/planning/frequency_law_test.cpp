// SPDX-License-Identifier: MIT
#include "harmonium/study/planning/frequency_law.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace hm = harmonium;

TEST_CASE("outliers are below the mode alone, and within reach") {
  using lattice = hm::log_frequency_lattice;
  constexpr hm::index mode = 400;
  const hm::frequency_law law{
      .mode = lattice::at(mode), .below = 0.4, .above = 0.8, .has_outliers = true};
  std::vector<double> p;
  hm::tabulate(law, p);
  REQUIRE(std::ssize(p) == lattice::points);
  CHECK(std::accumulate(p.begin(), p.end(), 0.0) == doctest::Approx(1));
  const auto density = [&](hm::index i) {
    const double z = (lattice::at(i) - law.mode) / (i < mode ? law.below : law.above);
    return std::exp(-0.5 * z * z);
  };
  const auto at = [&](hm::index i) { return p[static_cast<std::size_t>(i)] / p[mode]; };
  for (const hm::index i : {mode + 1, mode + 40, lattice::points - 1})
    CHECK(at(i) == doctest::Approx(density(i)).epsilon(1e-12));
  // 5 % for one of the others, spread evenly over the reach.
  const double outlier = 0.05 * std::sqrt(std::acos(-1.0) / 2) * (0.4 + 0.8) / 6;
  const auto reach = static_cast<hm::index>(std::lround(6 / lattice::step));
  for (const hm::index i : {mode - 1, mode - 40, mode - reach + 1})
    CHECK(at(i) == doctest::Approx(density(i) + outlier).epsilon(1e-12));
  CHECK(at(mode - reach - 1) < 1e-12);
}

TEST_CASE("scales of 0 are one frequency") {
  std::vector<double> p;
  hm::tabulate({.mode = hm::log_frequency_lattice::at(77), .below = 0, .above = 0}, p);
  CHECK(p[77] == 1);
  CHECK(std::accumulate(p.begin(), p.end(), 0.0) == 1);
}
