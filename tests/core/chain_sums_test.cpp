// SPDX-License-Identifier: MIT
#include "harmonium/core/chain_sums.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/random_engine.hpp"

namespace hm = harmonium;

TEST_CASE("a sum is that of eight chains, with every kernel") {
  std::vector<double> terms;
  hm::random_engine rng(4);
  for (std::ptrdiff_t size = 0; size < 600; size += size < 20 ? 1 : 37) {
    while (std::ssize(terms) < size)
      terms.push_back(std::ldexp(hm::draw::uniform(rng), static_cast<int>(size % 9)));
    double chain[8] = {};
    for (std::ptrdiff_t i = 0; i < size; ++i) chain[i % 8] += terms[static_cast<std::size_t>(i)];
    const double expected = ((chain[0] + chain[4]) + (chain[2] + chain[6])) +
                            ((chain[1] + chain[5]) + (chain[3] + chain[7]));
    const std::vector<double> ones(static_cast<std::size_t>(size), 1.0);
    std::vector<double> rows(static_cast<std::size_t>(size), 0.5);  // the terms as the second row
    rows.insert(rows.end(), terms.begin(), terms.begin() + size);
    rows.insert(rows.end(), ones.begin(), ones.end());
    for (const hm::kernel each : hm::available_kernels()) {
      CAPTURE(hm::to_string(each));
      CAPTURE(size);
      const hm::kernel_scope scope(each);
      double sum = -1, products[3] = {0, 0, 0};
      hm::packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
        sum = hm::packs::sum_in_chains<Bytes>(
            size, [from = terms.data()]<class P>(std::ptrdiff_t i)
                      __attribute__((always_inline)) { return P::load(from + i); });
        hm::packs::add_dots<hm::packs::pack<double, Bytes / 8>>(rows.data(), ones.data(), 3, size,
                                                                products);
      });
      CHECK(sum == expected);
      CHECK(hm::packs::dot(terms.data(), ones.data(), size) == expected);
      CHECK(products[0] == 0.5 * static_cast<double>(size));
      CHECK(products[1] == expected);
      CHECK(products[2] == static_cast<double>(size));
    }
  }
}
