// SPDX-License-Identifier: MIT
// Writes those files of this folder that are not there; every later version must read them
// (tests/io/golden_models_test.cpp):
//   c++ -std=c++20 -I include -I tests -I /usr/include/eigen3 tests/golden/models/write.cpp -lz -o
//   write
//   ./write tests/golden/models/format_1
#include <filesystem>
#include <string>

#include "support/golden_correlated.hpp"
#include "support/golden_models.hpp"

int main(int, char** argv) {
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  namespace hm = harmonium;
  namespace io = harmonium::io;
  const auto write = [&](const char* name, const auto& model, const io::model_notes& notes = {}) {
    const auto path = folder / (std::string(name) + ".harmonium");
    if (!std::filesystem::exists(path)) io::save(model, path, notes);
  };
  write("deep", golden::deep_model(), golden::notes());
  write("shallow", golden::shallow_model());
  write("counting", golden::counting_model());
  write("binary", golden::binary_model());
  write("independent", golden::independent());
  write("clusters", golden::clusters());

  write("spins", golden::spin_model());
  write("exact", hm::sampled(golden::deep_model(), hm::exact{.max_states = 64}), golden::notes());
  write("gibbs", hm::sampled(golden::deep_model(), hm::gibbs{.burn_in = 3}));
  write("collapsed", hm::sampled(golden::deep_model(), hm::collapsed{.burn_in = 2}));
  write("tempered",
        hm::sampled(golden::deep_model(), hm::tempered{.ladder = {1, 0.5}, .burn_in = 2}));
  write("semi_restricted", golden::semi_restricted_model());
  write("autoencoder", *golden::network<hm::zero_inflated_counts>());
  write("posterior", golden::posterior<hm::negative_binomial_counts>());
  write("prior", golden::prior<hm::poisson_counts>());
  write("bootstrap", hm::bootstrap::fit(golden::pilot()));
  write("noisy", hm::noisy_replicate::fit(golden::pilot()));

  auto notes = golden::notes();
  notes.labels = {"T", "B"};
  notes.silent.at = {1, 6};
  notes.silent.genes.push_back("ENSG1", "S1", io::gene_expression);
  notes.silent.genes.push_back("ENSG6", "S6", io::gene_expression);
  write("harmonium", golden::trained<hm::no_size_factors>(golden::factors(false)), notes);
  write("harmonium_sizes", golden::trained<hm::scaled_dispersion>(hm::independent_scores{}));
  write("harmonium_full", golden::trained<hm::scaled_mean>(golden::combinations()));
  auto with_donors = golden::trained<hm::no_size_factors>(golden::factors(false));
  with_donors.effects = golden::donors();
  write("harmonium_donors", with_donors, notes);
  write("correlated", golden::correlated<hm::no_size_factors>(golden::factors(true), false));
}
