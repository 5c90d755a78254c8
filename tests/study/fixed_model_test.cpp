// SPDX-License-Identifier: MIT
#include "harmonium/study/fixed_model.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <span>
#include <stdexcept>
#include <utility>

#include "harmonium/models/baselines/independent_nb.hpp"
#include "harmonium/study/baseline_models.hpp"
#include "harmonium/study/sweep.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

hm::evaluation cells_alone(const hm::count_view<>& cells, hm::random_engine&) {
  double sum = 0;
  for (const auto value : cells.values()) sum += static_cast<double>(value);
  return {{{"toy", "", "", "", {{"sum", sum}, {"genes", static_cast<double>(cells.genes())}}}}};
}

}  // namespace

TEST_CASE("a generator fitted before makes the same cells whatever the pilot") {
  const auto all = tiny::toy_counts(60, 6, 1);
  const auto before = hm::independent_nb::fit(all);
  const hm::fixed_model fixed{"before", hm::source_of(before)};
  hm::random_engine rng(3), same(3);
  const auto pilot = hm::draw_pilot(all, 1, hm::pilot_drawing::without_replacement, rng);
  hm::random_engine ignored(1);
  const auto fit = fixed.fit({pilot.counts}, ignored);
  CHECK(ignored.position() == 0);
  hm::random_engine one(4), two(4);
  CHECK(hm::cells_of(fit, 0, pilot, 20, one) == before.generate(20, two));
  const hm::fixed_model nothing{"nothing", {}};
  CHECK_THROWS_AS(nothing.fit({pilot.counts}, rng), std::invalid_argument);
}

TEST_CASE("cells of a fit lie among all genes, and those of all genes are held to be so") {
  const auto all = tiny::toy_counts(60, 6, 1);
  hm::random_engine rng(3);
  hm::pilot_subsample pilot = hm::draw_pilot(all, 30, hm::pilot_drawing::without_replacement, rng);
  const std::vector<hm::index> two{1, 4};
  pilot.genes = two;
  pilot.counts = hm::select_genes(all, std::span<const hm::index>(two));
  const auto own = hm::bootstrap_model{}.fit(hm::pilot_cells{pilot.counts}, rng);
  const auto placed = hm::cells_of(own, 0, pilot, 10, rng);
  CHECK(placed.genes() == 6);
  for (hm::index i = 0; i < placed.cells(); ++i)
    for (const auto gene : placed.cell(i).genes) CHECK((gene == 1 || gene == 4));
  auto wrong = own;
  wrong.of_all_genes = true;
  CHECK_THROWS_WITH_AS(hm::cells_of(wrong, 0, pilot, 10, rng),
                       "cells_of: a generator of all genes made cells of 2 genes, not of 6",
                       std::invalid_argument);
}

TEST_CASE("in a sweep it stands beside models that are fitted") {
  const auto all = tiny::toy_counts(60, 6, 1);
  const std::vector<hm::any_study_model> models{
      hm::any_study_model::of(hm::bootstrap_model{}),
      hm::any_study_model::of(
          hm::fixed_model{"before", hm::source_of(hm::independent_nb::fit(all))})};
  const hm::sweep sweep(all, {}, models, {.sizes = {1, 30}, .repeats = 2, .cells = 25});
  CHECK(sweep.generators() == std::vector<std::string>{"bootstrap", "before"});
  for (hm::index k = 0; k < sweep.jobs(); ++k) {
    const auto rows = sweep.run(sweep.job(k), cells_alone);
    REQUIRE(rows.size() == 2);
    CHECK(rows[1].value == 6);
  }
}
