// SPDX-License-Identifier: MIT
// The part of docs/recommended-model.md about an atlas as prior, which quotes this file.
#include <doctest/doctest.h>

#include <string>

#include "harmonium/io/atlas.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/io/models/trained_harmonium.hpp"
#include "harmonium/training/train_harmonium.hpp"
#include "support/atlas_cells.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

TEST_CASE("an atlas is kept and is the prior of a pilot") {
  const temporary_folder folder;
  const auto path = folder / "tissue.harmonium";
  const auto truth = support::make_atlas(60, 1);
  const auto dataset_of = [&](hm::index cells, std::uint64_t seed) {
    io::dataset made{support::make_pilot(truth, cells, seed).counts, {}, {}};
    for (std::size_t m = 0; m < truth.ids.size(); ++m)
      made.genes.push_back(truth.ids[m], truth.symbols[m], io::gene_expression);
    return made;
  };
  const auto tissue = dataset_of(600, 2), pilot = dataset_of(90, 3);
  const hm::thread_executor run(2);
  hm::random_engine rng(7);

  const hm::harmonium_options<> atlas_options{.em = {.components = 16}, .residual = {.rank = 25}};
  const auto fitted = hm::train_harmonium(run, tissue.counts, atlas_options, rng);
  io::model_notes notes;
  notes.genes = tissue.genes;
  io::save(fitted, path, notes);

  const auto atlas = io::load_atlas(path);
  const auto prior = hm::prior_for(atlas, pilot.genes.ids, pilot.genes.symbols);
  const auto trained = hm::train_harmonium(run, pilot.counts, {.prior = prior}, rng);
  const bool helped = trained.prior->used;        // else as if there had been no atlas, bit for bit
  const double followed = trained.prior->weight;  // share of the genes whose means follow it

  CHECK(helped);
  CHECK(followed > 0.5);
}
