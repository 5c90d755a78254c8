// SPDX-License-Identifier: MIT
// Where the rule of units/stack.hpp says that a stack diverges, it does; where it asks for a
// condition, the condition suffices. (Which stack is which: tests/models/stack_test.cpp.)
#include "harmonium/units/stack.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/poisson.hpp"
#include "harmonium/units/rectified_gaussian.hpp"
#include "harmonium/units/spin.hpp"

namespace hm = harmonium;

namespace {

/// log of base_h(h) exp(A_x(a + w h)), the mass of a hidden state with the visible layer summed
/// out.
template <class Visible, class Hidden>
double log_mass(const Visible& x, const Hidden& units, double a, double w, double h) {
  const std::vector<double> eta{a + w * h}, state{h};
  return x.log_partition(eta) + units.log_base_measure(state);
}

}  // namespace

TEST_CASE("a visible unit of linear growth leaves the tails of its hidden unit in charge") {
  for (const double w : {-5.0, 5.0}) {
    CHECK(log_mass(hm::bernoulli(1), hm::gaussian(1), 0, w, 1e3) < -4e5);
    CHECK(log_mass(hm::spin(1), hm::relu(1), 0, w, 1e3) < -4e5);
  }
}

TEST_CASE("counts over Gaussian units have no finite sum, however small the weight") {
  CHECK(log_mass(hm::poisson(1), hm::gaussian(1), 0, 0.1, 200) > 1e6);
  CHECK(!std::isfinite(log_mass(hm::negative_binomial(1), hm::gaussian(1), -1, 0.1, 20)));
  CHECK(log_mass(hm::poisson(1), hm::gaussian(1), 0, -0.1, -200) > 1e6);
}

TEST_CASE("counts over rectified units do, with weights that are not positive") {
  for (const double h : {1.0, 10.0, 100.0}) {
    CHECK(log_mass(hm::negative_binomial(1), hm::relu(1), -0.1, -2, h) <
          log_mass(hm::negative_binomial(1), hm::relu(1), -0.1, -2, 0) - h * h / 4);
    CHECK(log_mass(hm::poisson(1), hm::relu(1), 3, -2, h) <
          log_mass(hm::poisson(1), hm::relu(1), 3, -2, 0) - h * h / 4);
  }
  CHECK(log_mass(hm::poisson(1), hm::relu(1), 0, 0.1, 200) > 1e6);
}

TEST_CASE("Gaussian forms: W' S W S decides") {
  const hm::gaussian x(1, 2.0), h(1, 0.5);
  CHECK(log_mass(x, h, 0, 0.99, 1e4) < -1e6);  // 4 * 0.25 * w^2 < 1
  CHECK(log_mass(x, h, 0, 1.01, 1e4) > 1e6);
  CHECK(log_mass(hm::relu(1, 2.0), h, 0, 0.99, 1e4) < -1e6);
}
