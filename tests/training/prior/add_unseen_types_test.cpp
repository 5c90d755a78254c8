// SPDX-License-Identifier: MIT
#include "harmonium/training/prior/add_unseen_types.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/core/select_counts.hpp"
#include "harmonium/training/prior/unseen_types.hpp"
#include "harmonium/training/residuals/independent_residuals.hpp"
#include "harmonium/training/train_harmonium.hpp"
#include "support/atlas_cells.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::serial_executor serial;
constexpr hm::index genes = 100;

/// A tissue whose third type has this share.
hm::atlas tissue_with(double rare) {
  auto known = support::make_atlas(genes, 1);
  known.labels = {"A", "B", "rare"};
  known.weights << 0.6 * (1 - rare), 0.4 * (1 - rare), rare;
  return known;
}

/// A pilot of the other two types: 100 cells.
hm::count_matrix<> pilot_without_third(const hm::atlas& known) {
  const auto all = support::make_pilot(known, 120, 2);
  std::vector<hm::index> kept;
  for (std::size_t i = 0; i < 120; ++i)
    if (all.component[i] != 2) kept.push_back(static_cast<hm::index>(i));
  return hm::select_cells(all.counts, std::span<const hm::index>(kept));
}

template <class Residual>
auto train(const hm::atlas& known, const hm::count_matrix<>& pilot, bool types_of_prior) {
  hm::harmonium_options<Residual> options;
  options.em.components = 2;
  options.prior = support::prior_of(known);
  options.prior_weight = hm::prior_weighting::one;
  options.prior_components = 2;
  options.calibration.calibrate = false;
  options.types_of_prior = types_of_prior;
  hm::random_engine rng(3);
  return hm::train_harmonium(serial, pilot, options, rng);
}

}  // namespace

TEST_CASE("cells of a type that the pilot does not show come in its share, as the atlas has them") {
  const auto known = tissue_with(0.01);
  const auto pilot = pilot_without_third(known);
  const auto trained = train<hm::independent_residuals>(known, pilot, true);
  const auto plain = train<hm::independent_residuals>(known, pilot, false);
  REQUIRE(trained.prior);
  REQUIRE(trained.prior->unseen.size() == 1);
  const hm::unseen_type& type = trained.prior->unseen.front();
  CHECK(type.label == "rare");
  const double belief = hm::cells_of_belief(0.01, 0.35);
  CHECK(type.share == doctest::Approx(0.01 * belief / (belief + 100)));

  const auto& states = trained.generator.states();
  const hm::index last = states.states() - 1;
  CHECK(last == plain.generator.states().states());
  CHECK(plain.prior->unseen.empty());
  CHECK(states.weights[last] == doctest::Approx(type.share));
  CHECK(states.weights.sum() == doctest::Approx(1));
  CHECK(trained.group.weights.sum() == doctest::Approx(1));
  CHECK(trained.group.components() == last + 1);
  CHECK(trained.group.type.back() == 1);
  CHECK(trained.group.responsibilities.col(last).sum() == 0);
  CHECK(states.mean.topRows(last) == plain.generator.states().mean);
  CHECK(std::count(states.cell.begin(), states.cell.end(), last) == 0);
  const auto placed = hm::place_in_atlas<hm::no_size_factors>(serial, pilot, trained.group.sizes,
                                                              support::prior_of(known));
  for (hm::index m = 0; m < genes; ++m) {
    CHECK(states.mean(last, m) == doctest::Approx(placed.gene_factors[m] * known.mean(2, m)));
    CHECK(states.theta(last, m) == known.theta[m]);
  }

  hm::random_engine rng(5);
  constexpr hm::index wanted = 20000;
  const auto made = trained.generator.generate_with_states(serial, wanted, hm::silent{}, rng);
  std::vector<double> sum(genes, 0.0);
  double cells = 0;
  for (hm::index i = 0; i < wanted; ++i) {
    if (made.state[static_cast<std::size_t>(i)] != last) continue;
    cells += 1;
    const auto cell = made.cells.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k)
      sum[static_cast<std::size_t>(cell.genes[k])] += static_cast<double>(cell.values[k]);
  }
  CHECK(std::abs(cells - wanted * type.share) <= 1);  // systematic sampling
  // Negative binomials, of which the bound on counts takes less than a hundredth.
  for (hm::index m = 0; m < genes; ++m) {
    const double mean = states.mean(last, m);
    const double error = std::sqrt((mean + mean * mean / states.theta(last, m)) / cells);
    CHECK(std::abs(sum[static_cast<std::size_t>(m)] / cells - mean) < 4.5 * error + 0.01 * mean);
  }
}

TEST_CASE("the same with the factors of the atlas, and several fits") {
  const auto known = tissue_with(0.01);
  const auto pilot = pilot_without_third(known);
  const auto trained = train<hm::low_rank_copula>(known, pilot, true);
  const auto& states = trained.generator.states();
  const hm::index last = states.states() - 1;
  REQUIRE(trained.prior->unseen.size() == 1);
  CHECK(states.weights[last] == doctest::Approx(trained.prior->unseen.front().share));
  // Without a cell in the state its factors are those of the atlas's component.
  const auto& parts = trained.generator.residual().parts();
  CHECK(parts.means.row(last).isZero());
  CHECK(parts.roots[static_cast<std::size_t>(last)](0, 0) == doctest::Approx(1));
  hm::random_engine rng(5);
  CHECK(trained.generator.generate(200, rng).cells() == 200);
}

TEST_CASE("a type that the pilot shows, or would have shown, changes nothing") {
  const auto frequent = tissue_with(0.1);
  const auto without = pilot_without_third(frequent);
  const auto missed = train<hm::low_rank_copula>(frequent, without, true);
  const auto plain = train<hm::low_rank_copula>(frequent, without, false);
  REQUIRE(missed.prior->unseen.size() == 1);
  CHECK(!missed.prior->unseen.front().added());
  hm::random_engine a(4), b(4);
  CHECK(missed.generator.generate(50, a) == plain.generator.generate(50, b));
  const auto all = support::make_pilot(frequent, 120, 2).counts;
  CHECK(train<hm::low_rank_copula>(frequent, all, true).prior->unseen.empty());
}

TEST_CASE("genes that the atlas lacks have the pilot's mean, those never counted none") {
  auto known = tissue_with(0.01);
  const auto all = pilot_without_third(known);
  hm::count_matrix<> pilot(genes);
  for (hm::index i = 0; i < all.cells(); ++i) {
    const auto cell = all.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k)
      if (cell.genes[k] != 7) pilot.push_back(cell.genes[k], cell.values[k]);
    pilot.finish_cell();
  }
  const auto ids = known.ids;
  known.ids[3] = known.symbols[3] = "other";
  hm::harmonium_options<> options{.em = {.components = 2}};
  auto symbols = known.symbols;
  symbols[3] = "mine";
  options.prior = hm::prior_for(known, ids, symbols);
  options.prior_weight = hm::prior_weighting::one;
  options.types_of_prior = true;
  hm::random_engine rng(3);
  const auto trained = hm::train_harmonium(serial, pilot, options, rng);
  double total = 0;
  for (hm::index i = 0; i < pilot.cells(); ++i) {
    const auto cell = pilot.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k)
      if (cell.genes[k] == 3) total += static_cast<double>(cell.values[k]);
  }
  const auto& states = trained.generator.states();
  const hm::index last = states.states() - 1;
  REQUIRE(trained.prior->unseen.front().added());
  CHECK(states.mean(last, 3) == doctest::Approx(total / static_cast<double>(pilot.cells())));
  CHECK(states.mean(last, 7) < 1e-9);
  CHECK(trained.generator.largest()[7] == 0);
}

TEST_CASE("types of a prior need a prior, its labels, and no batches") {
  auto known = tissue_with(0.01);
  const auto pilot = pilot_without_third(known);
  const std::vector<hm::index> groups(static_cast<std::size_t>(pilot.cells()), 0);
  hm::harmonium_options<> options;
  options.types_of_prior = true;
  const auto says = [&](const char* what) {
    hm::random_engine rng(1);
    CHECK_THROWS_WITH_AS(hm::harmonium_trainer(pilot, options, rng), doctest::Contains(what),
                         std::invalid_argument);
  };
  says("types_of_prior: needs a prior");
  options.prior = support::prior_of(known);
  options.groups = groups;
  says("does not go with batches or donors");
  options.groups = {};
  known.labels.clear();
  options.prior = support::prior_of(known);
  says("whose components have labels");
}
