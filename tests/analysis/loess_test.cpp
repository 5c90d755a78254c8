// SPDX-License-Identifier: MIT
#include "harmonium/analysis/loess.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace hm = harmonium;

namespace {

const std::vector<double> x{0, 0.5, 0.7, 1.2, 1.9, 2.1, 2.2, 3.3, 4.1, 4.1, 5.0, 7.5};
const std::vector<double> y{1, 1.3, 0.8, 2.2, 2.9, 2.0, 3.1, 2.7, 4.4, 4.0, 3.2, 1.5};

}  // namespace

TEST_CASE("fitted values are those of R") {
  // R 4.2: loess(y ~ x, span = ..., surface = "direct")$fitted
  const std::vector<std::vector<double>> expected = {
      {1.02428819295, 1.0405539178, 1.21574586066, 2.08852447395, 2.68745042851, 2.67202868556,
       2.69632526155, 2.70987245627, 4.16501289532, 4.16501289532, 3.6526450453, 1.47704357264},
      {0.757874141342, 1.27742744711, 1.48154423564, 1.96271354231, 2.59021321077, 2.71435070555,
       2.74422638005, 3.37688714477, 3.70743199473, 3.70743199473, 3.65271237145, 1.46396104906},
      {0.738920918619, 1.26206636233, 1.45980199532, 1.92453344142, 2.50492017457, 2.65581719466,
       2.72873203823, 3.41032080702, 3.66763401497, 3.66763401497, 3.57739213916, 1.4801644267}};
  const double spans[] = {0.5, 0.75, 1.0};
  for (std::size_t s = 0; s < 3; ++s) {
    const auto fitted = hm::loess(x, y, spans[s]);
    for (std::size_t i = 0; i < x.size(); ++i)
      CHECK(fitted[i] == doctest::Approx(expected[s][i]).epsilon(1e-9));
  }
}

TEST_CASE("a parabola is fitted exactly, in any order of the points") {
  std::vector<double> curve;
  for (const double t : x) curve.push_back(2 - 3 * t + 0.5 * t * t);
  auto backwards = x, values = curve;
  std::reverse(backwards.begin(), backwards.end());
  std::reverse(values.begin(), values.end());
  const auto fitted = hm::loess(backwards, values, 0.6);
  for (std::size_t i = 0; i < x.size(); ++i)
    CHECK(fitted[i] == doctest::Approx(values[i]).epsilon(1e-10));
}

TEST_CASE("too few different x: a line, or the mean") {
  const std::vector<double> same(5, 2.0), level{1, 2, 3, 4, 10};
  for (const double value : hm::loess(same, level, 0.8)) CHECK(value == 2.5);  // of the first four
  CHECK(hm::loess(same, level, 1.0)[3] == 4);
  const std::vector<double> two{1, 1, 1, 3, 3, 3}, steps{0, 1, 2, 6, 7, 8};
  const auto fitted = hm::loess(two, steps, 1.0);
  CHECK(fitted[0] == doctest::Approx(1).epsilon(1e-12));
  CHECK(fitted[5] == doctest::Approx(7).epsilon(1e-12));
  CHECK(hm::loess(std::vector<double>{3}, std::vector<double>{4}, 0.3)[0] == 4);
  CHECK(hm::loess({}, {}, 0.3).empty());
}

TEST_CASE("preconditions of loess") {
  CHECK_THROWS_AS((void)hm::loess(x, std::vector<double>(3, 1.0), 0.5), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::loess(x, y, 0), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::loess(x, y, 1.1), std::invalid_argument);
}
