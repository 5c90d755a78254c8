// SPDX-License-Identifier: MIT
#include "harmonium/units/layer_size.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/gaussian.hpp"
#include "support/minimal_units.hpp"

namespace hm = harmonium;

namespace {

struct settings {
  std::vector<hm::layer_size> hidden;
};
struct odd_constructor : support::minimal_units {
  odd_constructor(hm::index size, const char*) : minimal_units(size) {}
};

static_assert(hm::sizable_unit_family<hm::gaussian> && !hm::shaped_unit_family<hm::gaussian>);
static_assert(hm::shaped_unit_family<hm::categorical>);
static_assert(hm::unit_family<odd_constructor> && !hm::sizable_unit_family<odd_constructor>);

}  // namespace

TEST_CASE("a number is a size, and so are one-hot groups") {
  const settings one{.hidden = {8}}, two{.hidden = {8, 4}},
      groups{.hidden = {hm::one_hot{.groups = 2, .categories = 4}, 3}};
  REQUIRE(one.hidden.size() == 1);
  CHECK(one.hidden[0].units() == 8);
  CHECK(two.hidden[1].units() == 4);
  CHECK(groups.hidden[0].units() == 8);
  CHECK(groups.hidden[0].groups() == 2);
  CHECK(groups.hidden[0].in_groups());
  CHECK(!groups.hidden[1].in_groups());
  CHECK(one.hidden[0] == hm::layer_size(8));
  CHECK(!(one.hidden[0] == groups.hidden[0]));
}

TEST_CASE("layers of every family are made from a size") {
  CHECK(hm::make_units<hm::bernoulli>(5).size() == 5);
  CHECK(hm::make_units<hm::gaussian>(3).standard_deviation()[2] == 1);
  const auto one = hm::make_units<hm::categorical>(8);  // one group, as ever
  CHECK(one.groups() == 1);
  CHECK(one.categories() == 8);
  const auto two = hm::make_units<hm::categorical>(hm::one_hot{2, 4});
  CHECK(two.groups() == 2);
  CHECK(two.categories() == 4);
  const auto columns = hm::make_units<hm::categorical>(hm::groups_of_columns(12, 3));
  CHECK(columns.groups() == 4);
  CHECK(columns.size() == 12);
}

TEST_CASE("sizes that make no layer are refused with the reason") {
  CHECK_THROWS_WITH_AS(hm::layer_size(-1),
                       "layer_size: the number of units must not be negative, got -1",
                       std::invalid_argument);
  CHECK_THROWS_AS(hm::layer_size(hm::one_hot{2, 0}), std::invalid_argument);
  CHECK_THROWS_WITH_AS(hm::make_units<hm::bernoulli>(hm::one_hot{2, 4}),
                       "make_units: this family has no one-hot groups, but 2 groups of 4 are asked "
                       "for",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(hm::groups_of_columns(10, 3),
                       "groups_of_columns: 10 columns do not fall into groups of 3 categories",
                       std::invalid_argument);
  CHECK_THROWS_AS(hm::make_units<hm::categorical>(0), std::invalid_argument);
}
