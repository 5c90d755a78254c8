// SPDX-License-Identifier: MIT
#include "harmonium/io/models/baselines.hpp"

#include <doctest/doctest.h>

#include "support/golden_models.hpp"
#include "support/stored_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("baselines make the same cells from a file") {
  const auto independent = tiny::through_a_file(golden::independent());
  tiny::check_same_cells(golden::independent(), independent);
  CHECK(independent.status() == golden::independent().status());
  const auto clusters = tiny::through_a_file(golden::clusters());
  tiny::check_same_cells(golden::clusters(), clusters);
  CHECK(clusters.sizes() == golden::clusters().sizes());
}

TEST_CASE("what is its pilot holds it") {
  namespace io = harmonium::io;
  const auto counts = tiny::toy_counts(15, 7, 2);
  const auto again = hm::bootstrap::fit(counts);
  tiny::check_same_cells(again, tiny::through_a_file(again));
  CHECK(io::model_format::pilot_of(again) == io::pilot_in_file::cells);
  const auto noisy = hm::noisy_replicate::fit(counts, {.max_shape = 2, .max_scale = 0.5});
  const auto loaded = tiny::through_a_file(noisy);
  tiny::check_same_cells(noisy, loaded);
  CHECK(loaded.options().max_scale == 0.5);
  CHECK(io::model_format::pilot_of(noisy) == io::pilot_in_file::cells);
}

TEST_CASE("cells that are none") {
  namespace io = harmonium::io;
  const temporary_folder folder;
  const auto said = [&](std::uint64_t gene, std::uint64_t count, std::uint64_t cells = 1) {
    io::model_sections file;
    io::payload_writer about, held;
    about.text("bootstrap");
    about.text("0");
    held.number(3);
    held.number(cells);
    held.number(2, 4);
    held.number(0, 4);
    held.number(5, 4);
    held.number(gene, 4);
    held.number(count, 4);
    file.add("model", about);
    io::model_format::write_notes(file, {});
    file.add("cells", held);
    file.write(folder / "m");
    return tiny::text_of_load<hm::bootstrap>(folder / "m");
  };
  CHECK(said(1, 1) == "nothing was thrown");
  CHECK(said(0, 1) == "section 'cells': the genes of cell 0 do not ascend within all");
  CHECK(said(3, 1) == "section 'cells': the genes of cell 0 do not ascend within all");
  CHECK(said(1, 0) == "section 'cells': a count of 0 in cell 0 is out of range");
  CHECK(said(1, 1U << 31).ends_with("is out of range"));
  CHECK(said(1, 1, 2) == "section 'cells': ends early");
  CHECK(said(1, 1, std::uint64_t{1} << 50) ==
        "section 'cells': announces more cells than it holds");
}
