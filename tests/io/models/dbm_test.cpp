// SPDX-License-Identifier: MIT
#include "harmonium/io/models/dbm.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "support/golden_models.hpp"
#include "support/stored_models.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

TEST_CASE("parameters of a deep machine, bit for bit, and its number of genes") {
  const auto model = golden::deep_model();
  const auto loaded = tiny::through_a_file(model, golden::notes());
  CHECK(loaded.parameters() == model.parameters());
  CHECK(loaded.visible().inverse_dispersion() == model.visible().inverse_dispersion());
  CHECK(io::model_format::genes_of(loaded) == 5);
  CHECK(io::model_format::pilot_of(loaded) == io::pilot_in_file::nothing);
}

TEST_CASE("a parameter that is no number is refused") {
  auto model = golden::binary_model();
  model.parameters()[3] = std::nan("");
  const temporary_folder folder;
  io::save(model, folder / "m");
  CHECK(tiny::text_of_load<golden::binary>(folder / "m") ==
        "section 'parameters': holds a parameter that is no number");
}
