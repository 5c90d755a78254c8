// SPDX-License-Identifier: MIT
#include "harmonium/training/adam.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

namespace hm = harmonium;

TEST_CASE("steps are those of the published rule") {
  const hm::adam_options options{.rate = 0.1, .epsilon = 1e-3, .weight_decay = 0.01};
  const hm::index size = 21;  // packs and a rest
  hm::adam<double> optimiser(size, options);
  hm::vector<double> parameters = hm::vector<double>::LinSpaced(size, -1, 1), truth = parameters;
  hm::vector<double> m = hm::vector<double>::Zero(size), v = m;
  for (int step = 1; step <= 5; ++step) {
    hm::vector<double> gradient(size);
    for (hm::index k = 0; k < size; ++k) gradient[k] = std::sin(static_cast<double>(3 * k + step));
    optimiser.step(hm::serial_executor{}, gradient, parameters);
    for (hm::index k = 0; k < size; ++k) {
      const double slope = gradient[k] + 0.01 * truth[k];
      m[k] = 0.9 * m[k] + 0.1 * slope;
      v[k] = 0.999 * v[k] + 0.001 * slope * slope;
      truth[k] -= 0.1 * (m[k] / (1 - std::pow(0.9, step))) /
                  (std::sqrt(v[k] / (1 - std::pow(0.999, step))) + 1e-3);
    }
    CHECK((parameters - truth).cwiseAbs().maxCoeff() < 1e-13);
  }
}

TEST_CASE("a copy goes on like the original, for any number of threads") {
  hm::adam<float> first(100000);
  const hm::vector<float> gradient = hm::vector<float>::LinSpaced(100000, -3, 3);
  hm::vector<float> a = hm::vector<float>::Ones(100000);
  first.step(hm::serial_executor{}, gradient, a);
  auto b = a;
  auto second = first;
  first.step(hm::serial_executor{}, gradient, a);
  second.step(hm::thread_executor(3), gradient, b);
  CHECK(a == b);
}

TEST_CASE("options out of range and misfitting vectors are refused") {
  CHECK_THROWS_AS(hm::adam<float>(1, {.rate = 0}), std::invalid_argument);
  CHECK_THROWS_AS(hm::adam<float>(1, {.rate = INFINITY}), std::invalid_argument);
  CHECK_THROWS_AS(hm::adam<float>(1, {.second_decay = 1}), std::invalid_argument);
  CHECK_THROWS_AS(hm::adam<float>(1, {.epsilon = 0}), std::invalid_argument);
  hm::vector<float> two = hm::vector<float>::Zero(2);
  hm::adam<float> three(3);
  CHECK_THROWS_AS(three.step(hm::serial_executor{}, two, two), std::invalid_argument);
}
