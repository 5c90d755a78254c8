// SPDX-License-Identifier: MIT
#include "harmonium/training/prior/pilot_in_atlas.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/core/draw/normal.hpp"
#include "support/atlas_cells.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::serial_executor serial;

}  // namespace

TEST_CASE("cells find their components where another technology sees genes otherwise") {
  const auto known = support::make_atlas(120, 1);
  hm::random_engine rng(2);
  hm::vector<double> factors(120);
  for (double& factor : factors) factor = 0.3 * std::exp(0.7 * hm::draw::normal(rng));
  const auto pilot = support::make_pilot(known, 180, 3, factors);
  const hm::vector<double> sizes = hm::vector<double>::Ones(180);
  const auto placed = hm::place_in_atlas<hm::no_size_factors>(serial, pilot.counts, sizes,
                                                              support::prior_of(known));
  double right = 0, off = 0, plain = 0;
  for (hm::index i = 0; i < 180; ++i)
    right += placed.responsibilities(i, pilot.component[static_cast<std::size_t>(i)]);
  CHECK(right / 180 > 0.98);
  // The shares are those of the cells, but for 20 of the atlas's (the same here).
  CHECK((placed.weights - known.weights).cwiseAbs().maxCoeff() < 0.02);
  for (hm::index m = 0; m < 120; ++m) {
    off += std::abs(std::log(placed.gene_factors[m] / factors[m]));
    plain += std::abs(std::log(factors[m] / 0.3));
  }
  CHECK(off < 0.4 * plain);  // a factor's own error is about that of 180 cells at theta 2: 0.1
}

TEST_CASE("genes that the atlas lacks tell nothing apart and have factor 1") {
  const auto known = support::make_atlas(60, 1);
  const auto pilot = support::make_pilot(known, 60, 3);
  auto ids = known.ids, symbols = known.symbols;
  for (std::size_t m = 0; m < 20; ++m) ids[m] = symbols[m] = "new" + std::to_string(m);
  const auto prior = hm::prior_for(known, ids, symbols);
  const hm::vector<double> sizes = hm::vector<double>::Ones(60);
  const auto placed = hm::place_in_atlas<hm::no_size_factors>(serial, pilot.counts, sizes, prior);
  for (hm::index m = 0; m < 20; ++m) CHECK(placed.gene_factors[m] == 1);
  hm::count_matrix<> without(60);
  for (hm::index i = 0; i < 60; ++i) {
    const auto cell = pilot.counts.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k)
      if (cell.genes[k] >= 20) without.push_back(cell.genes[k], cell.values[k]);
    without.finish_cell();
  }
  const auto same = hm::place_in_atlas<hm::no_size_factors>(serial, without, sizes, prior);
  CHECK((placed.responsibilities - same.responsibilities).cwiseAbs().maxCoeff() < 1e-9);
}

TEST_CASE("shares of the pilot's components sum to 1, of an empty one are those of the pilot") {
  const auto known = support::make_atlas(60, 1);
  const auto pilot = support::make_pilot(known, 60, 3);
  const hm::vector<double> sizes = hm::vector<double>::Ones(60);
  const auto placed = hm::place_in_atlas<hm::no_size_factors>(serial, pilot.counts, sizes,
                                                              support::prior_of(known));
  hm::matrix<double> own = hm::matrix<double>::Zero(60, 4);
  own.leftCols(3) = support::one_hot(pilot.component);
  const auto shares = hm::component_shares(placed, own, sizes);
  for (hm::index c = 0; c < 3; ++c) {
    CHECK(shares.row(c).sum() == doctest::Approx(1));
    CHECK(shares(c, c) > 0.95);
  }
  CHECK((shares.row(3).transpose() - placed.weights).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("a prior for other genes is refused") {
  const auto known = support::make_atlas(60, 1);
  const auto pilot = support::make_pilot(support::make_atlas(50, 1), 10, 3);
  CHECK_THROWS_WITH_AS(hm::place_in_atlas<hm::no_size_factors>(
                           serial, pilot.counts, hm::vector<double>(hm::vector<double>::Ones(10)),
                           support::prior_of(known)),
                       doctest::Contains("60 genes, the pilot has 50"), std::invalid_argument);
}
