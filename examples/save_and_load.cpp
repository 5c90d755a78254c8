// SPDX-License-Identifier: MIT
// A trained model in a file: the same cells, bit for bit, without the pilot.
#include <cstdio>
#include <filesystem>

#include "harmonium/io/any_model.hpp"
#include "harmonium/io/models/dbm.hpp"
#include "harmonium/io/models/sampled.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

int main() {
  using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
  using with_sampler = hm::sampled_model<scdbm, hm::exact>;
  hm::random_engine rng(7);
  const hm::tissue tissue = hm::simulate_tissue({.cells = 200, .genes = 80}, rng);
  const hm::thread_executor run(2);
  const auto model =
      hm::train<scdbm>(run, tissue.counts, {.hidden = {4, 2}}, hm::exact_em{.iterations = 20}, rng);

  const auto path = std::filesystem::temp_directory_path() / "save_and_load.harmonium";
  io::model_notes notes;
  notes.texts = {{"seed", "7"}};
  io::save(hm::sampled(model, hm::exact{}), path, notes);
  const auto loaded = io::load<with_sampler>(path);
  // Who does not know the kind lists those that may come.
  const auto any = io::load_any(io::model_list<scdbm, with_sampler>{}, run, path);
  std::filesystem::remove(path);

  hm::random_engine first(1), second(1), third(1);
  const auto cells = hm::sampled(model, hm::exact{}).generate(run, 500, first);
  std::printf("%s, seed %s\n", any.kind().c_str(), any.notes().text("seed")->c_str());
  std::printf("same cells: %s, %s\n", cells == loaded.generate(run, 500, second) ? "yes" : "no",
              cells == any.generate(run, 500, third) ? "yes" : "no");
}

// Prints:
//   sampled<dbm<negative_binomial, bernoulli, bernoulli>, exact>, seed 7
//   same cells: yes, yes
