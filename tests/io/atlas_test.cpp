// SPDX-License-Identifier: MIT
#include "harmonium/io/atlas.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "harmonium/io/models/baselines.hpp"
#include "harmonium/training/train_harmonium.hpp"
#include "support/atlas_cells.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

TEST_CASE("an atlas from its file is the atlas that was fitted") {
  const auto truth = support::make_atlas(20, 1);
  const auto cells = support::make_pilot(truth, 60, 2);
  hm::random_engine rng(3);
  const hm::harmonium_options<> options{.em = {.components = 3}, .residual = {.rank = 2}};
  const auto trained =
      hm::train_harmonium<hm::scaled_dispersion>(hm::serial_executor{}, cells.counts, options, rng);
  const auto fitted = hm::atlas_of(trained, truth.ids, truth.symbols);
  const temporary_folder folder;
  io::model_notes notes;
  for (std::size_t m = 0; m < truth.ids.size(); ++m)
    notes.genes.push_back(truth.ids[m], truth.symbols[m], "Gene Expression");
  io::save(trained, folder.path() / "atlas.harmonium", notes);
  const auto known = io::load_atlas(folder.path() / "atlas.harmonium");
  CHECK(known.ids == fitted.ids);
  CHECK(known.symbols == fitted.symbols);
  CHECK(known.weights == fitted.weights);
  CHECK(known.mean == fitted.mean);
  CHECK(known.theta == fitted.theta);
  CHECK(known.loadings == fitted.loadings);
  CHECK(known.factor_covariances == fitted.factor_covariances);

  // Numbers of components are no types; later fits repeat those of the first.
  const auto labels_of = [&](std::string last) {
    notes.labels.assign(static_cast<std::size_t>(known.components()), "component 1");
    notes.labels.back() = std::move(last);
    io::save(trained, folder.path() / "labels.harmonium", notes);
    return io::load_atlas(folder.path() / "labels.harmonium").labels;
  };
  CHECK(labels_of("component 12").empty());
  for (const std::string type : {"B cells", "component", "component x", "component "})
    CHECK(labels_of(type).back() == type);
}

TEST_CASE("a file of another kind or without genes is no atlas") {
  const auto truth = support::make_atlas(20, 1);
  const auto cells = support::make_pilot(truth, 60, 2);
  const temporary_folder folder;
  io::save(hm::independent_nb::fit(hm::serial_executor{}, cells.counts),
           folder.path() / "other.harmonium");
  CHECK_THROWS_WITH_AS(io::load_atlas(folder.path() / "other.harmonium"),
                       doctest::Contains("independent_nb"), hm::io_error);
  hm::random_engine rng(3);
  io::save(hm::train_harmonium(hm::serial_executor{}, cells.counts, {}, rng),
           folder.path() / "nameless.harmonium");
  CHECK_THROWS_WITH_AS(io::load_atlas(folder.path() / "nameless.harmonium"),
                       doctest::Contains("does not name its genes"), hm::io_error);
}
