// SPDX-License-Identifier: MIT
// Files that earlier versions wrote: tests/golden/models.
#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "harmonium/core/random_engine.hpp"
#include "harmonium/io/model_file.hpp"
#include "support/golden_correlated.hpp"
#include "support/golden_models.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

const std::filesystem::path folder =
    std::filesystem::path(__FILE__).parent_path().parent_path() / "golden" / "models" / "format_1";

std::set<std::string> checked;

template <class Model>
Model read(const std::string& name) {
  checked.insert(name + ".harmonium");
  return io::load<Model>(folder / (name + ".harmonium"));
}

/// The same cells as the model by formula.
template <class Model>
Model same_cells(const std::string& name, const Model& expected) {
  CAPTURE(name);
  Model loaded = read<Model>(name);
  hm::random_engine one(4), two(4);
  CHECK(loaded.generate(25, one) == expected.generate(25, two));
  return loaded;
}

}  // namespace

TEST_CASE("machines and baselines of the first files") {
  const auto deep = read<golden::deep>("deep");
  CHECK(deep.parameters() == golden::deep_model().parameters());
  CHECK(deep.visible().inverse_dispersion() == golden::deep_model().visible().inverse_dispersion());
  CHECK(deep.units<2>().categories() == 2);
  const auto shallow = read<golden::shallow>("shallow");
  CHECK(shallow.parameters() == golden::shallow_model().parameters());
  CHECK(shallow.visible().standard_deviation() ==
        golden::shallow_model().visible().standard_deviation());
  const auto counting = read<golden::counting>("counting");
  CHECK(counting.parameters() == golden::counting_model().parameters());
  CHECK(counting.units<1>().groups() == 2);
  CHECK(read<golden::binary>("binary").parameters() == golden::binary_model().parameters());
  const auto independent = same_cells("independent", golden::independent());
  CHECK(independent.mean() == golden::independent().mean());
  CHECK(independent.theta() == golden::independent().theta());
  CHECK(independent.status() == golden::independent().status());
  const auto clusters = same_cells("clusters", golden::clusters());
  CHECK(clusters.sizes() == golden::clusters().sizes());
  CHECK(clusters.mean() == golden::clusters().mean());
  CHECK(clusters.theta() == golden::clusters().theta());

  auto notes = golden::notes();
  notes.kind = "dbm<negative_binomial, bernoulli, categorical>";
  notes.written_by = io::read_model_notes(folder / "deep.harmonium").written_by;
  CHECK(io::read_model_notes(folder / "deep.harmonium") == notes);
}

TEST_CASE("machines with samplers, semi-restricted, autoencoders") {
  const auto spins = read<golden::spins>("spins");
  CHECK(spins.parameters() == golden::spin_model().parameters());
  CHECK(spins.visible().standard_deviation() ==
        golden::spin_model().visible().standard_deviation());
  const auto machine = golden::deep_model();
  CHECK(same_cells("exact", hm::sampled(machine, hm::exact{})).sampler().max_states == 64);
  same_cells("gibbs", hm::sampled(machine, hm::gibbs{.burn_in = 3}));
  same_cells("collapsed", hm::sampled(machine, hm::collapsed{.burn_in = 2}));
  same_cells("tempered", hm::sampled(machine, hm::tempered{.ladder = {1, 0.5}, .burn_in = 2}));
  same_cells("semi_restricted", golden::semi_restricted_model());
  const auto network = read<hm::variational_autoencoder<hm::zero_inflated_counts>>("autoencoder");
  CHECK(network.parameters() == golden::network<hm::zero_inflated_counts>()->parameters());
  CHECK(network.log_library_prior().mean == 2.5);
  same_cells("posterior", golden::posterior<hm::negative_binomial_counts>());
  CHECK(same_cells("prior", golden::prior<hm::poisson_counts>()).clusters()->clusters() == 2);
  same_cells("bootstrap", hm::bootstrap::fit(golden::pilot()));
  same_cells("noisy", hm::noisy_replicate::fit(golden::pilot()));
}

TEST_CASE("harmoniums") {
  const auto expected = golden::trained<hm::no_size_factors>(golden::factors(false));
  const auto loaded = read<std::remove_cvref_t<decltype(expected)>>("harmonium");
  hm::random_engine one(4), two(4);
  CHECK(loaded.generator.generate(25, one) == expected.generator.generate(25, two));
  CHECK(loaded.group.type == expected.group.type);
  CHECK(loaded.group.log_likelihood == -12.5);
  CHECK(loaded.dispersion.statuses == expected.dispersion.statuses);
  const auto notes = io::read_model_notes(folder / "harmonium.harmonium");
  CHECK(notes.kind == "harmonium<factor_scores, no_size_factors>");
  CHECK(notes.labels == std::vector<std::string>{"T", "B"});
  CHECK(notes.silent.at == std::vector<hm::index>{1, 6});
  CHECK(notes.silent.genes.symbols == std::vector<std::string>{"S1", "S6"});
  CHECK(notes.pilot == io::pilot_in_file::nothing);

  const auto sizes = golden::trained<hm::scaled_dispersion>(hm::independent_scores{});
  CHECK(read<std::remove_cvref_t<decltype(sizes)>>("harmonium_sizes").generator.generate(9, one) ==
        sizes.generator.generate(9, two));
  CHECK(io::read_model_notes(folder / "harmonium_sizes.harmonium").pilot ==
        io::pilot_in_file::depths);
  const auto full = golden::trained<hm::scaled_mean>(golden::combinations());
  const auto donors = golden::trained<hm::no_size_factors>(golden::factors(false));
  const auto with_donors = read<std::remove_cvref_t<decltype(donors)>>("harmonium_donors");
  REQUIRE(with_donors.effects.has_value());
  CHECK(with_donors.effects->gene == golden::donors().gene);
  CHECK(with_donors.effects->state.back() == golden::donors().state.back());
  CHECK(with_donors.effects->concentration == 12);
  CHECK(read<std::remove_cvref_t<decltype(full)>>("harmonium_full").generator.generate(9, one) ==
        full.generator.generate(9, two));
  CHECK(io::read_model_notes(folder / "harmonium_full.harmonium").pilot ==
        io::pilot_in_file::cells);
  same_cells("correlated", golden::correlated<hm::no_size_factors>(golden::factors(true), false));
}

TEST_CASE("no file was passed over") {
  std::set<std::string> there;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    there.insert(entry.path().filename().string());
  CHECK(there == checked);
}
