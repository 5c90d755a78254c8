// SPDX-License-Identifier: MIT
#include "harmonium/training/prior/prior_guard.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

#include "support/atlas_cells.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::serial_executor serial;

hm::prior_verdict verdict_on(const hm::atlas& atlas, const hm::atlas& truth, hm::index cells) {
  const auto pilot = support::make_pilot(truth, cells, 2);
  hm::prior_guard<hm::count_matrix<>> guard(pilot.counts, {}, {.components = 3}, {}, {},
                                            hm::random_engine(3));
  const auto prior = hm::prior_for(atlas, truth.ids, truth.symbols);
  while (!guard.done()) guard.step(serial, prior);
  return guard.verdict();
}

}  // namespace

TEST_CASE("held-out cells are for an atlas of their tissue and against one of other genes") {
  const auto truth = support::make_atlas(200, 1);
  const auto good = verdict_on(truth, truth, 120);
  CHECK(good.helps());
  CHECK(good.cells == 120);
  // Two hundred genes whose log means are off by about 0.2 without the atlas: several nats.
  CHECK(good.gain > 1);
  CHECK(good.gain == doctest::Approx(good.with_prior - good.own));
  CHECK(good.standard_error > 0);
  const auto bad = verdict_on(support::with_wrong_genes(truth), truth, 120);
  // What is chance stays within two standard errors, and far below what a right atlas gives.
  CHECK(!bad.helps());
  CHECK(bad.gain < 0.1 * good.gain);
}

TEST_CASE("a pilot of too few cells has no verdict, which helps nobody") {
  const auto truth = support::make_atlas(20, 1);
  const auto verdict = verdict_on(truth, truth, 5);
  CHECK(verdict.cells == 0);
  CHECK(!verdict.helps());
}

TEST_CASE("figures of folds weigh by their cells") {
  const std::vector<std::pair<double, double>> figures{{-10, -9}, {-20, -22}};
  const auto verdict = hm::verdict_of(figures, std::vector<hm::index>{30, 10});
  CHECK(verdict.own == doctest::Approx(-12.5));
  CHECK(verdict.with_prior == doctest::Approx(-12.25));
  CHECK(verdict.gain == doctest::Approx(0.25));
  // Folds are off by 0.75 and -2.25.
  CHECK(verdict.standard_error == doctest::Approx(std::sqrt((0.5625 + 5.0625) / 2)));
}

TEST_CASE("a gene that training did not see says nothing for the atlas or against it") {
  const auto truth = support::make_atlas(40, 1);
  const auto pilot = support::make_pilot(truth, 60, 2);
  const auto prior = support::prior_of(truth);
  std::vector<hm::index> fresh;
  for (hm::index i = 40; i < 60; ++i) fresh.push_back(i);
  // What the atlas gains where `gene` was counted in the held-out cells alone, or nowhere. With one
  // component a cell's likelihood is a product over genes.
  const auto gain = [&](hm::index gene, bool is_counted) {
    hm::count_matrix<> counts(40);
    for (hm::index i = 0; i < 60; ++i) {
      const auto cell = pilot.counts.cell(i);
      for (std::size_t k = 0; k < cell.size(); ++k)
        if (cell.genes[k] != gene || (is_counted && i >= 40))
          counts.push_back(static_cast<hm::index>(cell.genes[k]), cell.values[k]);
      counts.finish_cell();
    }
    hm::random_engine rng(3);
    const auto [alone, with_prior] = hm::judge_prior<hm::no_size_factors>(
        serial, counts, {}, fresh, prior, {.components = 1}, {}, {}, rng);
    return with_prior - alone;
  };
  for (const hm::index gene : {0, 7, 39}) {
    CAPTURE(gene);
    CHECK(gain(gene, true) == doctest::Approx(gain(gene, false)).epsilon(1e-9));
  }
}

TEST_CASE("labels go along, and one fold is no guard") {
  const auto truth = support::make_atlas(60, 1);
  const auto pilot = support::make_pilot(truth, 60, 2);
  const auto prior = hm::prior_for(truth, truth.ids, truth.symbols);
  hm::prior_guard<hm::count_matrix<>, hm::scaled_dispersion> guard(
      pilot.counts, pilot.component, {}, {}, {}, hm::random_engine(3));
  while (!guard.done()) guard.step(hm::thread_executor(2), prior);
  CHECK(guard.verdict().cells == 60);
  CHECK_THROWS_AS(hm::prior_guard<hm::count_matrix<>>(pilot.counts, {}, {}, {}, {},
                                                      hm::random_engine(3), {.folds = 1}),
                  std::invalid_argument);
}
