// SPDX-License-Identifier: MIT
// The part of docs/recommended-model.md about batches and donors, which quotes this file.
#include <doctest/doctest.h>

#include "harmonium/models/cells_request.hpp"
#include "harmonium/training/train_harmonium.hpp"
#include "support/donor_cells.hpp"

namespace hm = harmonium;

TEST_CASE("cells of no donor, of one and of a new one") {
  const auto tissue = support::make_donors({.donors = 4, .cells_each = 60, .genes = 40}, 1);
  const auto& donor = tissue.donor;
  const hm::thread_executor run(2);
  hm::random_engine rng(7);

  hm::harmonium_options<> of_donors;
  of_donors.groups = donor;                 // of every cell
  of_donors.group_effects.by_state = true;  // batches: false
  const auto cohort = hm::train_harmonium(run, tissue.counts, of_donors, rng);
  const auto free = cohort.generator.generate(500, rng);              // of no group
  const auto first = cohort.of_group(run, 0).generate(500, rng);      // of the first
  const auto unseen = cohort.new_group(run, rng).generate(500, rng);  // of a new donor
  const double differ = cohort.effects->gene_deviation.mean();        // of log means

  const auto shallow = hm::generate(run, cohort, {.cells = 200, .depth = 0.5}, rng);
  const auto of_one = hm::generate(run, cohort, {.cells = 200, .of_group = 0}, rng);
  const auto without = hm::generate(run, cohort, {.cells = 200, .clamped = {{3, 0}}}, rng);
  const auto larger = hm::generate(run, cohort, {.cells = 200, .mean_library = 500.0}, rng);

  CHECK(free.cells() == 500);
  CHECK(first != unseen);
  CHECK(differ > 0.1);
  CHECK(differ < 0.6);
  for (const auto* made : {&shallow, &of_one, &without, &larger}) CHECK(made->cells.cells() == 200);
  CHECK(hm::library_sizes(larger.cells).mean() > 400);
}
