// SPDX-License-Identifier: MIT
#include "harmonium/training/prior/label_by_atlas.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/atlas_cells.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::serial_executor serial;

}  // namespace

TEST_CASE("cells get the type of their component, components of one label are one type") {
  auto known = support::make_atlas(120, 1);
  known.labels = {"T", "B", "T"};
  const auto pilot = support::make_pilot(known, 120, 3);
  const auto found = hm::label_by_atlas(serial, pilot.counts, support::prior_of(known));
  CHECK(found.names == std::vector<std::string>{"T", "B"});
  hm::index right = 0;
  for (std::size_t i = 0; i < 120; ++i)
    right += (found.codes[i] == 1) == (pilot.component[i] == 1) ? 1 : 0;
  CHECK(right >= 118);
  CHECK(found.chance.minCoeff() >= 0.5);
  CHECK(found.chance.maxCoeff() <= 1);
}

TEST_CASE("the chance is honest where types are close") {
  // Two components that few genes tell apart: of the cells that are given chances near p, a share
  // near p is right.
  auto known = support::make_atlas(40, 5);
  known.labels = {"a", "b", "c"};
  for (hm::index m = 0; m < 40; ++m)
    if (m % 8 != 0) known.mean(1, m) = known.mean(2, m) = known.mean(0, m);
  const auto pilot = support::make_pilot(known, 900, 7);
  const auto found = hm::label_by_atlas(serial, pilot.counts, support::prior_of(known));
  double expected = 0, right = 0, spread = 0;
  for (std::size_t i = 0; i < 900; ++i) {
    const double p = found.chance[static_cast<hm::index>(i)];
    expected += p;
    spread += p * (1 - p);
    right += found.codes[i] == pilot.component[i] ? 1 : 0;
  }
  CHECK(expected / 900 < 0.97);  // otherwise this tests nothing
  // Four standard deviations of the number that are right, and 2 % for what the factors cost.
  CHECK(std::abs(right - expected) < 4 * std::sqrt(spread) + 18);
}

TEST_CASE("what does not name types is refused") {
  auto known = support::make_atlas(20, 1);
  const auto pilot = support::make_pilot(known, 12, 3);
  CHECK_THROWS_WITH_AS((void)hm::label_by_atlas(serial, pilot.counts, support::prior_of(known)),
                       doctest::Contains("no labels"), std::invalid_argument);
  known.labels = {"T", "B"};
  CHECK_THROWS_WITH_AS((void)support::prior_of(known),
                       doctest::Contains("3 components or none, got 2"), std::invalid_argument);
}
