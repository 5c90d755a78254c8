// SPDX-License-Identifier: MIT
#include "harmonium/io/any_model.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/io/models/semi_restricted.hpp"
#include "support/generator_conformance.hpp"
#include "support/golden_models.hpp"
#include "support/stored_models.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

using own_kinds = io::model_list<golden::deep, hm::independent_nb, hm::cluster_nb>;

}  // namespace

TEST_CASE("meets the contract of a generator") {
  tiny::check_generator(io::any_model(golden::clusters()));
}

TEST_CASE("tells kind, genes and notes, makes the model's cells, gives the model back") {
  const temporary_folder folder;
  io::model_notes notes;
  for (int m = 0; m < 3; ++m)
    notes.genes.push_back("E" + std::to_string(m), "G" + std::to_string(m), io::gene_expression);
  notes.texts = {{"seed", "7"}};
  io::any_model(golden::clusters(), notes).save(folder / "c.harmonium");
  const auto model = io::load_any(own_kinds{}, hm::serial_executor{}, folder / "c.harmonium");
  CHECK(model.kind() == "cluster_nb");
  CHECK(model.genes() == 3);
  CHECK(model.states() == 0);
  CHECK(model.makes_cells());
  CHECK(model.weights().empty());
  CHECK(model.with_notes({}).notes().genes.size() == 0);
  CHECK(model.with_notes({}).kind() == "cluster_nb");
  CHECK(model.notes().genes == notes.genes);
  CHECK(*model.notes().text("seed") == "7");
  CHECK(model.notes().text("log") == nullptr);
  hm::random_engine one(2), two(2);
  CHECK(model.generate(30, one) == golden::clusters().generate(30, two));
  CHECK(model.get_if<hm::independent_nb>() == nullptr);
  REQUIRE(model.get_if<hm::cluster_nb>() != nullptr);
  CHECK(model.get_if<hm::cluster_nb>()->sizes() == golden::clusters().sizes());
  model.save(folder / "again.harmonium");
  CHECK(folder.bytes("again.harmonium") == folder.bytes("c.harmonium"));
  const std::vector<hm::index> wanted{1, 2};
  CHECK_THROWS_WITH_AS(
      (void)model.generate_states(hm::serial_executor{}, wanted, hm::silent{}, one),
      "generate: a cluster_nb has no states that cells can be asked of", std::invalid_argument);
}

TEST_CASE("notes may say that a file holds more of the pilot than its kind does, never less") {
  const temporary_folder folder;
  io::model_notes notes;
  notes.pilot = io::pilot_in_file::cells;
  const io::any_model told(golden::clusters(), notes);
  CHECK(told.notes().pilot == io::pilot_in_file::cells);
  CHECK(told.with_notes({}).notes().pilot == io::pilot_in_file::cells);
  told.save(folder / "told.harmonium");
  CHECK(io::load_any(own_kinds{}, hm::serial_executor{}, folder / "told.harmonium").notes().pilot ==
        io::pilot_in_file::cells);
  notes.pilot = io::pilot_in_file::nothing;
  CHECK(io::any_model(hm::bootstrap::fit(golden::pilot()), notes).notes().pilot ==
        io::pilot_in_file::cells);
  io::save(hm::bootstrap::fit(golden::pilot()), folder / "cells.harmonium", notes);
  CHECK(io::read_model_notes(io::model_sections(folder / "cells.harmonium")).pilot ==
        io::pilot_in_file::cells);
}

TEST_CASE("a machine without a sampler makes no cells; an unknown kind is named") {
  const io::any_model machine(golden::deep_model());
  CHECK(machine.genes() == 5);
  CHECK_FALSE(machine.makes_cells());
  hm::random_engine rng(1);
  CHECK_THROWS_WITH_AS(
      (void)machine.generate(1, rng),
      "generate: a dbm<negative_binomial, bernoulli, categorical> makes no cells by itself",
      std::invalid_argument);
  const temporary_folder folder;
  io::save(golden::shallow_model(), folder / "s.harmonium");
  CHECK_THROWS_WITH_AS(
      (void)io::load_any(own_kinds{}, hm::serial_executor{}, folder / "s.harmonium"),
      ((folder / "s.harmonium").string() +
       ": holds a dbm<gaussian, bernoulli>, which is none of the 3 kinds that are known here")
          .c_str(),
      hm::io_error);
}
