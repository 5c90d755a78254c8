// SPDX-License-Identifier: MIT
#include "harmonium/core/draw/normals.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "harmonium/core/kernels.hpp"
#include "harmonium/core/math/normal.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;

TEST_CASE("the quantile of the bits, to a millionth") {
  // From the smallest tail to the middle, both signs.
  for (const std::uint32_t k : {0u, 1u, 2u, 100u, 12345u, 1u << 20, 0x1234567u, 0x8000000u,
                                0x10000000u, 0x40000000u, 0x7fff0000u, 0x7fffffffu}) {
    const double tail = (static_cast<double>(k) + 0.5) * 0x1p-32;
    const double want = -hm::math::normal_quantile(tail);
    const std::uint32_t negative = k | 0x80000000u;
    const double up = hm::draw::normal_of_bits<hm::packs::pack<float, 1>>(&k).v[0];
    const double down = hm::draw::normal_of_bits<hm::packs::pack<float, 1>>(&negative).v[0];
    CAPTURE(k);
    CHECK(std::abs(up - want) < 1e-6 * want + 3e-7);
    CHECK(down == -up);
  }
}

TEST_CASE("many normal numbers: distribution, moments, tails") {
  hm::random_engine rng(1);
  std::vector<float> drawn(200'001);
  hm::draw::normals(drawn, rng);
  CHECK(rng.position() == 391 * 256 - 256 + (200'001 - 390 * 512 + 1) / 2);
  const std::vector<double> z(drawn.begin(), drawn.end());
  CHECK(statistics::kolmogorov_p(z, hm::math::normal_cdf) > statistics::implausible);
  double second = 0, fourth = 0, neighbours = 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    second += z[i] * z[i];
    fourth += z[i] * z[i] * z[i] * z[i];
    if (i > 0) neighbours += z[i] * z[i - 1];
  }
  const auto n = static_cast<double>(z.size());
  CHECK(std::abs(second / n - 1) < 5 * std::sqrt(2 / n));
  CHECK(std::abs(fourth / n - 3) < 5 * std::sqrt(96 / n));
  CHECK(std::abs(neighbours / n) < 5 / std::sqrt(n));
}

TEST_CASE("the same bits with every kernel") {
  for (const std::size_t size : {0UL, 1UL, 7UL, 16UL, 511UL, 512UL, 513UL, 1300UL}) {
    std::vector<float> expected(size);
    hm::random_engine rng(2);
    {
      const hm::kernel_scope narrowest(hm::available_kernels().front());
      hm::draw::normals(expected, rng);
    }
    for (const hm::kernel kernel : hm::available_kernels()) {
      const hm::kernel_scope forced(kernel);
      std::vector<float> found(size);
      hm::random_engine again(2);
      hm::draw::normals(found, again);
      CHECK(found == expected);
      CHECK(again == rng);
    }
  }
}
