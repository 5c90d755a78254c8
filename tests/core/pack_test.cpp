// SPDX-License-Identifier: MIT
#include "harmonium/core/pack.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/random_engine.hpp"

namespace hm = harmonium;
namespace math = harmonium::math;

namespace {

/// Small, large, negative, subnormal and special numbers.
template <class S>
std::vector<S> all_sorts() {
  constexpr S infinity = std::numeric_limits<S>::infinity();
  std::vector<S> numbers{infinity, -infinity, std::numeric_limits<S>::quiet_NaN(), 0, -S(0),
                         -1,       1,         std::numeric_limits<S>::min() / 8};
  hm::random_engine rng(3);
  for (int i = 0; i < 4000; ++i) {
    const double u = hm::draw::uniform(rng) - 0.5;
    numbers.push_back(static_cast<S>(i % 3 == 0 ? std::ldexp(u, static_cast<int>(rng() % 200) - 100)
                                                : (i % 3 == 1 ? 1600 : 5) * u));
  }
  return numbers;
}

/// How many lanes have not the bits that a number alone gets (any NaN is like another).
template <class S, class Function>
int different(const std::vector<S>& numbers, Function function) {
  std::vector<S> lanes(numbers.size());
  hm::packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
    using P = hm::packs::pack<S, Bytes / int(sizeof(S))>;
    for (std::size_t i = 0; i + P::lanes <= numbers.size(); i += P::lanes)
      function(P::load(&numbers[i])).store(&lanes[i]);
  });
  int count = 0;
  for (std::size_t i = 0; i + 16 <= numbers.size(); ++i) {
    const S alone = function(numbers[i]);
    if (std::isnan(alone) ? !std::isnan(lanes[i]) : math::bits_of(alone) != math::bits_of(lanes[i]))
      ++count;
  }
  return count;
}

}  // namespace

TEST_CASE_TEMPLATE("every lane of every kernel has the bits of a number alone", S, float, double) {
  const auto numbers = all_sorts<S>();
  for (const hm::kernel each : hm::available_kernels()) {
    CAPTURE(hm::to_string(each));
    const hm::kernel_scope scope(each);
    CHECK(different(
              numbers, [](const auto& x) __attribute__((always_inline)) { return math::exp(x); }) ==
          0);
    CHECK(different(
              numbers,
              [](const auto& x) __attribute__((always_inline)) { return math::expm1(x); }) == 0);
    CHECK(different(
              numbers, [](const auto& x) __attribute__((always_inline)) { return math::log(x); }) ==
          0);
    CHECK(different(
              numbers,
              [](const auto& x) __attribute__((always_inline)) { return math::log1p(x); }) == 0);
    CHECK(different(
              numbers,
              [](const auto& x) __attribute__((always_inline)) { return math::log1mexp(x); }) == 0);
    CHECK(different(
              numbers,
              [](const auto& x) __attribute__((always_inline)) { return math::softplus(x); }) == 0);
    CHECK(different(
              numbers,
              [](const auto& x) __attribute__((always_inline)) { return math::sigmoid(x); }) == 0);
  }
}
