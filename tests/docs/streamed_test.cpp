// SPDX-License-Identifier: MIT
// The part of docs/recommended-model.md about cells that do not fit into memory, which quotes this
// file.
#include <doctest/doctest.h>

#include <vector>

#include "harmonium/io/h5_cells.hpp"
#include "harmonium/io/h5ad_output.hpp"
#include "harmonium/training/streamed/streamed_trainer.hpp"
#include "support/atlas_cells.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

TEST_CASE("cells of a file are fitted a chunk at a time") {
  const temporary_folder folder;
  const auto path = folder / "atlas.h5ad";
  const auto truth = support::make_atlas(60, 1);
  io::dataset made{support::make_pilot(truth, 500, 2).counts, {}, {}};
  for (std::size_t m = 0; m < truth.ids.size(); ++m)
    made.genes.push_back(truth.ids[m], truth.symbols[m], io::gene_expression);
  for (hm::index i = 0; i < 500; ++i) made.barcodes.push_back("cell " + std::to_string(i));
  io::write_h5ad(path, made);
  const hm::thread_executor run(2);
  hm::random_engine rng(7);

  io::h5_cells cells(path, {.threads = 2});
  hm::streamed_options<> options{.em = {.components = 16}, .residual = {.rank = 25}};
  hm::streamed_trainer training(cells, options, rng);
  training.run(run, hm::silent{});
  const auto fitted = training.model();  // a trained_harmonium, as from cells in memory

  CHECK(training.done());
  CHECK(fitted.generator.genes() == 60);
  CHECK(fitted.generator.residual().loadings().cols() == 25);
}
