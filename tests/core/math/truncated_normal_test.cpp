// SPDX-License-Identifier: MIT
#include "harmonium/core/math/truncated_normal.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "harmonium/core/kernels.hpp"
#include "harmonium/core/math/normal.hpp"
#include "harmonium/core/widest.hpp"

namespace hm = harmonium;

namespace {

struct interval {
  double from, to;
};

std::vector<interval> intervals() {
  std::vector<interval> all;
  for (double from = -40; from < 40; from += 0.37)
    for (const double width : {1e-6, 0.003, 0.0099, 0.011, 0.2, 1.0, 3.0, 11.0, 60.0})
      all.push_back({from, from + width});
  return all;
}

/// Means and variances one after the other, with the given kernel.
std::vector<double> moments(const std::vector<interval>& of, hm::kernel kernel) {
  const hm::kernel_scope forced(kernel);
  std::vector<double> from, to, mean(of.size()), variance(of.size());
  for (const auto& [a, b] : of) {
    from.push_back(a);
    to.push_back(b);
  }
  hm::packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
    hm::packs::for_each<double, Bytes>(
        std::ssize(of),
        [ a = from.data(), b = to.data(), m = mean.data(),
          v = variance.data() ]<class Pack>(std::ptrdiff_t i) __attribute__((always_inline)) {
          const auto found = hm::packs::truncated_normal(Pack::load(a + i), Pack::load(b + i));
          found.mean.store(m + i);
          found.variance.store(v + i);
        });
  });
  mean.insert(mean.end(), variance.begin(), variance.end());
  return mean;
}

}  // namespace

TEST_CASE("the moments of parts of a normal distribution, as one by one") {
  const auto of = intervals();
  const auto found = moments(of, hm::kernel_in_use());
  for (std::size_t i = 0; i < of.size(); ++i) {
    const auto want = hm::math::truncated_normal(of[i].from, of[i].to);
    CAPTURE(of[i].from);
    CAPTURE(of[i].to);
    CHECK(std::abs(found[i] - want.mean) < 1e-10 * (1 + std::abs(want.mean)));
    CHECK(std::abs(found[of.size() + i] - want.variance) < 1e-10);
  }
}

TEST_CASE("the same bits with every kernel") {
  const auto of = intervals();
  const auto expected = moments(of, hm::available_kernels().front());
  for (const hm::kernel kernel : hm::available_kernels()) CHECK(moments(of, kernel) == expected);
}
