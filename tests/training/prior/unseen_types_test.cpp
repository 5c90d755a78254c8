// SPDX-License-Identifier: MIT
#include "harmonium/training/prior/unseen_types.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/atlas_cells.hpp"

namespace hm = harmonium;

namespace {

/// Labels A, B and "rare" of the given share.
hm::atlas_prior prior_with(double rare) {
  auto known = support::make_atlas(20, 1);
  known.labels = {"A", "B", "rare"};
  known.weights << 0.6 * (1 - rare), 0.4 * (1 - rare), rare;
  return support::prior_of(known);
}

/// Half of the cells in A, half in B, `seen` of one more cell in the third component.
hm::pilot_in_atlas placed_with(hm::index cells, double seen) {
  hm::pilot_in_atlas placed{hm::matrix<double>::Zero(cells, 3), {}, {}};
  for (hm::index i = 0; i < cells; ++i) placed.responsibilities(i, i % 2) = 1;
  placed.responsibilities(0, 0) -= seen;
  placed.responsibilities(0, 2) = seen;
  return placed;
}

}  // namespace

TEST_CASE("the belief in a share has the deviation asked for") {
  for (const double share : {0.001, 0.01, 0.2}) {
    const double belief = hm::cells_of_belief(share, 0.35);
    CHECK(std::sqrt(share * (1 - share) / (belief + 1)) / share == doctest::Approx(0.35));
  }
  CHECK(hm::cells_of_belief(0.5, 10) > 0);  // no beta distribution deviates so much
}

TEST_CASE("the chance of no cell is the product over the cells") {
  for (const double share : {0.002, 0.05}) {
    const double belief = hm::cells_of_belief(share, 0.35);
    double product = 1;
    for (int i = 0; i < 384; ++i) product *= (belief * (1 - share) + i) / (belief + i);
    CHECK(hm::chance_of_no_cell(share, belief, 384) == doctest::Approx(product).epsilon(1e-9));
    CHECK(hm::chance_of_no_cell(share, belief, 0) == doctest::Approx(1));
  }
}

TEST_CASE("an unseen type has the share that the pilot leaves it") {
  const auto types = hm::find_unseen_types(prior_with(0.005), placed_with(384, 0.3));
  REQUIRE(types.size() == 1);
  CHECK(types[0].label == "rare");
  CHECK(types[0].share_in_atlas == doctest::Approx(0.005));
  CHECK(types[0].cells_seen == doctest::Approx(0.3));
  // K = 0.995 / (0.1225 x 0.005) - 1 = 1623.49; 0.005 x 1623.49 / 2007.49
  CHECK(types[0].share == doctest::Approx(0.0040436).epsilon(1e-4));
  CHECK(types[0].added());
}

TEST_CASE("a type that the pilot would have shown is not added, one that it shows is not unseen") {
  const auto missed = hm::find_unseen_types(prior_with(0.02), placed_with(384, 0));
  REQUIRE(missed.size() == 1);
  CHECK(!missed[0].added());
  CHECK(missed[0].chance_of_none < 0.05);
  CHECK(hm::find_unseen_types(prior_with(0.02), placed_with(60, 0)).front().added());
  CHECK(hm::find_unseen_types(prior_with(0.005), placed_with(384, 1)).empty());
  auto one_type = prior_with(0.005);
  one_type.labels = {"A", "A", "A"};
  CHECK(hm::find_unseen_types(one_type, placed_with(40, 0)).empty());
}

TEST_CASE("components of one label are one type") {
  auto prior = prior_with(0.004);
  prior.labels = {"A", "rare", "rare"};
  auto placed = placed_with(10, 0);
  placed.responsibilities.setZero();
  placed.responsibilities.col(0).setOnes();
  prior.weights << 0.99, 0.006, 0.004;
  const auto types = hm::find_unseen_types(prior, placed);
  REQUIRE(types.size() == 1);
  CHECK(types[0].share_in_atlas == doctest::Approx(0.01));
}

TEST_CASE("what has no types, or belongs to another atlas, is refused") {
  auto prior = prior_with(0.01);
  CHECK_THROWS_WITH_AS((void)hm::find_unseen_types(prior, {hm::matrix<double>::Zero(3, 2), {}, {}}),
                       doctest::Contains("another atlas"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(
      (void)hm::find_unseen_types(prior, placed_with(10, 0), {.share_deviation = 0}),
      doctest::Contains("share_deviation"), std::invalid_argument);
  prior.labels.clear();
  CHECK_THROWS_WITH_AS((void)hm::find_unseen_types(prior, placed_with(10, 0)),
                       doctest::Contains("no labels"), std::invalid_argument);
}
