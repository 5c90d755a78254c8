// SPDX-License-Identifier: MIT
// The part of docs/files.md about model files, which quotes this file.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "harmonium/io/any_model.hpp"
#include "harmonium/io/models/baselines.hpp"
#include "harmonium/io/models/trained_harmonium.hpp"
#include "harmonium/training/train_harmonium.hpp"
#include "support/temporary_folder.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

TEST_CASE("a model is kept, loaded as what it is, and as whatever it is") {
  const temporary_folder folder;
  const auto path = folder / "pilot.harmonium";
  const auto counts = tiny::toy_counts(80, 12, 1);
  const std::vector<hm::index> labels = [] {
    std::vector<hm::index> numbers;
    for (hm::index i = 0; i < 80; ++i) numbers.push_back(i % 2);
    return numbers;
  }();
  const std::vector<std::string> types{"B", "T"};
  io::features genes;
  for (int m = 0; m < 12; ++m)
    genes.push_back("ENSG" + std::to_string(m), "G", io::gene_expression);

  const hm::thread_executor run(2);
  hm::random_engine rng(7);
  const auto trained = hm::train_harmonium(run, counts, {.labels = labels}, rng);
  io::model_notes notes;
  notes.genes = genes;
  notes.texts = {{"seed", "7"}};
  for (const hm::index type : trained.group.type)
    notes.labels.push_back(types[static_cast<std::size_t>(type)]);
  io::save(trained, path, notes);

  using harmonium_type = hm::trained_harmonium<hm::correlated_cells<hm::factor_scores>>;
  const auto loaded = io::load<harmonium_type>(run, path);
  const auto cells = loaded.generator.generate(run, 500, rng);

  using kinds = io::model_list<harmonium_type, hm::cluster_nb, hm::independent_nb>;
  const io::any_model model = io::load_any(kinds{}, run, path);
  const auto drawn = model.generate_with_origins(run, 500, hm::silent{}, rng);
  const std::string& type = model.notes().labels[static_cast<std::size_t>(drawn.state.front())];

  CHECK(cells.cells() == 500);
  CHECK(drawn.cells.genes() == 12);
  CHECK((type == "B" || type == "T"));
}
