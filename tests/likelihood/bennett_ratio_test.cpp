// SPDX-License-Identifier: MIT
#include "harmonium/likelihood/bennett_ratio.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <stdexcept>
#include <vector>

namespace hm = harmonium;

namespace {

/// Two normal densities without their factors: exp(-x^2 / 2) and exp(-(x - 1)^2 / (2 s^2)), whose
/// integrals' ratio is s.
struct normals {
  double s;
  std::vector<double> from_a, from_b;

  normals(double scale, int n_a, int n_b, unsigned seed) : s(scale) {
    std::mt19937 rng(seed);
    std::normal_distribution<double> a(0, 1), b(1, s);
    const auto d = [&](double x) { return x * x / 2 - (x - 1) * (x - 1) / (2 * s * s); };
    for (int i = 0; i < n_a; ++i) from_a.push_back(d(a(rng)));
    for (int i = 0; i < n_b; ++i) from_b.push_back(d(b(rng)));
  }
};

}  // namespace

TEST_CASE("the ratio of two normal integrals, within the stated error") {
  for (const double scale : {0.5, 1.0, 2.0})
    for (const int n_b : {500, 4000}) {
      const normals both(scale, 2000, n_b, 7);
      const auto found = hm::bennett_ratio(both.from_a, both.from_b);
      CHECK(std::abs(found.log_ratio - std::log(scale)) < 4 * found.standard_error);
      CHECK(found.standard_error < 0.06);
    }
}

TEST_CASE("the stated error is the spread over repetitions") {
  const int repetitions = 400;
  double sum = 0, squares = 0, stated = 0;
  for (int r = 0; r < repetitions; ++r) {
    const normals both(1.5, 300, 200, 100 + static_cast<unsigned>(r));
    const auto found = hm::bennett_ratio(both.from_a, both.from_b);
    sum += found.log_ratio;
    squares += found.log_ratio * found.log_ratio;
    stated += found.standard_error / repetitions;
  }
  const double mean = sum / repetitions, spread = std::sqrt(squares / repetitions - mean * mean);
  // The relative error of a standard deviation from n values is 1 / sqrt(2 n).
  CHECK(std::abs(spread / stated - 1) < 4 / std::sqrt(2.0 * repetitions));
}

TEST_CASE("equal densities, one sample each, and none") {
  const std::vector<double> zero{0.0}, three{3.0};
  CHECK(hm::bennett_ratio(zero, zero).log_ratio == doctest::Approx(0).epsilon(1e-9));
  CHECK(hm::bennett_ratio(three, three).log_ratio == doctest::Approx(3.0));
  CHECK_THROWS_AS((void)hm::bennett_ratio(zero, {}), std::invalid_argument);
}
