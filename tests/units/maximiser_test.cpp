// SPDX-License-Identifier: MIT
#include "harmonium/units/maximiser.hpp"

#include <doctest/doctest.h>

#include <span>
#include <vector>

#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/spin.hpp"

namespace hm = harmonium;

TEST_CASE("the maximiser of a linear function is that of an enumeration") {
  const std::vector<double> weights{0.5, -1, 0.2, 0.3};
  std::vector<double> out(4);
  const hm::bernoulli bits(4);
  hm::write_maximiser(bits, std::span<const double>(weights), std::span<double>(out));
  CHECK(out == std::vector<double>{1, 0, 1, 1});
  const hm::categorical groups(2, 2);
  hm::write_maximiser(groups, std::span<const double>(weights), std::span<double>(out));
  CHECK(out == std::vector<double>{1, 0, 0, 1});
  const hm::spin spins(4);
  hm::write_maximiser(spins, std::span<const double>(weights), std::span<double>(out));
  CHECK(out == std::vector<double>{1, -1, 1, 1});
}
