// SPDX-License-Identifier: MIT
#include "harmonium/training/prior/atlas_centre.hpp"

#include <doctest/doctest.h>

#include "support/atlas_cells.hpp"

namespace hm = harmonium;

TEST_CASE("a component's covariance is that of the atlas's components in its shares") {
  auto known = support::make_atlas(5, 1);
  known.factor_covariances[0](0, 0) = 2;
  known.factor_covariances[2](0, 0) = 4;
  const auto prior = hm::prior_for(known, known.ids, known.symbols);
  hm::matrix<double> shares(2, 3);
  shares << 1, 0, 0, 0.25, 0.5, 0.25;
  const auto centre = hm::centre_of(prior, shares);
  REQUIRE(centre);
  CHECK(centre->rank() == 1);
  CHECK(centre->covariances.size() == 2);
  CHECK(centre->covariances[0](0, 0) == doctest::Approx(2));
  CHECK(centre->covariances[1](0, 0) == doctest::Approx(2));
  known.loadings.resize(5, 0);
  known.factor_covariances.assign(3, hm::matrix<double>(0, 0));
  CHECK(!hm::centre_of(hm::prior_for(known, known.ids, known.symbols), shares));
}
