// SPDX-License-Identifier: MIT
#include "harmonium/core/simd.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/random_engine.hpp"

namespace hm = harmonium;
namespace simd = harmonium::simd;
namespace math = harmonium::math;

namespace {

/// Small, large, negative, subnormal and special numbers.
std::vector<double> all_sorts() {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> numbers{infinity, -infinity, std::nan(""), 0.0, -0.0, 1e-310, -1, 1};
  hm::random_engine rng(3);
  for (int i = 0; i < 4000; ++i) {
    const double u = hm::draw::uniform(rng) - 0.5;
    numbers.push_back(i % 3 == 0 ? std::ldexp(u, static_cast<int>(rng() % 200) - 100)
                                 : (i % 3 == 1 ? 1600 : 5) * u);
  }
  return numbers;
}

/// In each lane the bits that a number alone gets (any NaN is like another).
template <std::size_t Lanes, class Function>
int different(const std::vector<double>& numbers, Function function) {
  int count = 0;
  for (std::size_t i = 0; i + Lanes <= numbers.size(); i += Lanes) {
    double lanes[Lanes];
    function(simd::pack<Lanes>::load(&numbers[i])).store(lanes);
    for (std::size_t k = 0; k < Lanes; ++k) {
      const double alone = function(numbers[i + k]);
      if (std::isnan(alone) ? !std::isnan(lanes[k])
                            : math::bits_of(alone) != math::bits_of(lanes[k]))
        ++count;
    }
  }
  return count;
}

template <std::size_t Lanes>
void check_functions() {
  const auto numbers = all_sorts();
  CHECK(different<Lanes>(numbers, [](auto x) { return math::exp(x); }) == 0);
  CHECK(different<Lanes>(numbers, [](auto x) { return math::expm1(x); }) == 0);
  CHECK(different<Lanes>(numbers, [](auto x) { return math::log(x); }) == 0);
  CHECK(different<Lanes>(numbers, [](auto x) { return math::log1p(x); }) == 0);
  CHECK(different<Lanes>(numbers, [](auto x) { return math::log1mexp(x); }) == 0);
  CHECK(different<Lanes>(numbers, [](auto x) { return math::softplus(x); }) == 0);
  CHECK(different<Lanes>(numbers, [](auto x) { return math::sigmoid(x); }) == 0);
}

}  // namespace

TEST_CASE("every lane of every width has the bits of a number alone") {
  check_functions<1>();  // compilers without vector types
  if constexpr (simd::native_lanes >= 2) check_functions<2>();
  if constexpr (simd::native_lanes >= 4)
    check_functions<4>();
  else
    MESSAGE("skipped: AVX2, which these compiler flags do not allow");
  if constexpr (simd::native_lanes >= 8)
    check_functions<8>();
  else
    MESSAGE("skipped: AVX-512, which these compiler flags do not allow");
}

TEST_CASE("pieces cover everything once") {
  for (std::size_t size = 0; size < 20; ++size) {
    std::vector<int> seen(size, 0);
    simd::for_each_pack(size, [&](auto lanes, std::size_t begin) {
      for (std::size_t k = 0; k < lanes(); ++k) ++seen.at(begin + k);
    });
    CHECK(seen == std::vector<int>(size, 1));
  }
}

TEST_CASE("a sum is that of eight chains, whatever the width") {
  std::vector<double> terms;
  hm::random_engine rng(4);
  for (std::size_t size = 0; size < 600; size += 37) {
    while (terms.size() < size)
      terms.push_back(std::ldexp(hm::draw::uniform(rng), static_cast<int>(size % 9)));
    double chain[8] = {};
    for (std::size_t i = 0; i < size; ++i) chain[i % 8] += terms[i];
    const double expected = ((chain[0] + chain[4]) + (chain[2] + chain[6])) +
                            ((chain[1] + chain[5]) + (chain[3] + chain[7]));
    CHECK(simd::sum(size, [&](auto lanes, std::size_t i) {
            return simd::pack<lanes()>::load(&terms[i]);
          }) == expected);
    const std::vector<double> ones(size, 1.0);
    CHECK(simd::dot(terms.data(), ones.data(), size) == expected);
    std::vector<double> rows(size, 0.5);  // and the terms as the second of two rows
    rows.insert(rows.end(), terms.begin(), terms.begin() + static_cast<std::ptrdiff_t>(size));
    const auto [first, second] = simd::two_dots(rows.data(), size, ones.data(), size);
    CHECK(first == 0.5 * static_cast<double>(size));
    CHECK(second == expected);
  }
}
