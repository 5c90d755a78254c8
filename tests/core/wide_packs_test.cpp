// SPDX-License-Identifier: MIT
#include "harmonium/core/wide_packs.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

namespace hm = harmonium;

namespace {

/// exp, log1p, square root and a sum of many numbers with a kernel.
template <class S>
struct results {
  std::vector<S> exponential, logarithm, root;
  double sum = 0;

  results(const std::vector<S>& x, hm::kernel kernel)
      : exponential(x.size()), logarithm(x.size()), root(x.size()) {
    const hm::kernel_scope scope(kernel);
    hm::packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
      using P = hm::packs::pack<S, Bytes / int(sizeof(S))>;
      for (std::size_t i = 0; i + P::lanes <= x.size(); i += P::lanes) {
        const P value = P::load(x.data() + i);
        exp(value).store(exponential.data() + i);
        log1p(value * value).store(logarithm.data() + i);
        square_root(value * value).store(root.data() + i);
      }
      sum = hm::packs::sum_in_lanes<S, Bytes>(
          static_cast<std::ptrdiff_t>(x.size()) - 3, [&]<class Q>(
                                                         std::ptrdiff_t m,
                                                         S * lane) __attribute__((always_inline)) {
            (Q::load(lane) + Q::load(x.data() + m)).store(lane);
          });
    });
  }
};

}  // namespace

TEST_CASE_TEMPLATE("packs have the bits of one number at a time, with every kernel", S, float,
                   double) {
  std::vector<S> x(4096);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = (static_cast<S>(i) - S(2048)) * S(0.37) / (1 + static_cast<S>(i % 7));
  const results<S> narrow(x, hm::available_kernels().front());
  for (const hm::kernel each : hm::available_kernels()) {
    const results<S> wide(x, each);
    bool same = true;
    for (std::size_t i = 0; i < x.size(); ++i)
      same = same && wide.exponential[i] == hm::math::exp(x[i]) &&
             wide.logarithm[i] == hm::math::log1p(x[i] * x[i]) && wide.root[i] == narrow.root[i];
    CHECK(same);
    CHECK(wide.sum == narrow.sum);
  }
  const S unit = std::numeric_limits<S>::epsilon();
  for (std::size_t i = 0; i < x.size(); ++i)
    CHECK(std::abs(narrow.root[i] - std::abs(x[i])) <= 4 * unit * std::abs(x[i]));
}
