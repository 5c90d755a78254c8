// SPDX-License-Identifier: MIT
#include "harmonium/io/models/variational.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "support/golden_models.hpp"
#include "support/stored_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

/// Untrained, with moments of its own.
template <class Model>
Model network(bool encode_library = true) {
  hm::random_engine rng(4);
  Model model(9, {.encoder = {5, 4}, .decoder = {6}, .latent = 2, .encode_library = encode_library},
              rng);
  for (hm::index k = 0; k < model.statistics().size(); ++k)
    model.statistics()[k] = static_cast<typename Model::scalar>(1.0 / static_cast<double>(k + 1));
  model.set_library({3.5, 0.25});
  return model;
}

template <class Model>
void check_all_three(const std::string& arguments) {
  CAPTURE(arguments);
  const auto counts = tiny::toy_counts(30, 9, 1);
  const auto model = std::make_shared<const Model>(network<Model>());
  const auto loaded = tiny::through_a_file(*model);
  CHECK(loaded.parameters() == model->parameters());
  CHECK(loaded.statistics() == model->statistics());
  CHECK(loaded.log_library_prior().variance == 0.25);
  CHECK(loaded.encode(hm::serial_executor{}, counts).mean ==
        model->encode(hm::serial_executor{}, counts).mean);
  CHECK(io::model_format::model<Model>::name() == "variational_autoencoder<" + arguments + ">");

  const hm::variational_prior<Model> prior(model);
  tiny::check_same_cells(prior, tiny::through_a_file(prior));
  CHECK(io::model_format::pilot_of(prior) == io::pilot_in_file::nothing);
  const hm::variational_posterior<Model> posterior(hm::serial_executor{}, model, counts);
  tiny::check_same_cells(posterior, tiny::through_a_file(posterior));
  CHECK(io::model_format::pilot_of(posterior) == io::pilot_in_file::cells);
}

}  // namespace

TEST_CASE("every likelihood in both precisions, its prior and its posterior") {
  check_all_three<hm::variational_autoencoder<>>("negative_binomial_counts, float");
  check_all_three<hm::variational_autoencoder<hm::negative_binomial_counts, double>>(
      "negative_binomial_counts, double");
  check_all_three<hm::variational_autoencoder<hm::cell_negative_binomial_counts>>(
      "cell_negative_binomial_counts, float");
  check_all_three<hm::variational_autoencoder<hm::poisson_counts>>("poisson_counts, float");
  check_all_three<hm::variational_autoencoder<hm::zero_inflated_counts>>(
      "zero_inflated_counts, float");
}

TEST_CASE("a prior with clusters, a latent harmonium and another depth; libraries observed") {
  using network_type = hm::variational_autoencoder<>;
  const auto counts = tiny::toy_counts(30, 9, 1);
  const auto model = std::make_shared<const network_type>(network<network_type>(false));
  std::vector<hm::index> labels;
  for (hm::index i = 0; i < 30; ++i) labels.push_back(i % 3);
  const hm::serial_executor run;
  const auto clusters = std::make_shared<const hm::latent_clusters>(
      model->encode(run, counts), std::span<const hm::index>(labels));
  hm::gaussian_harmonium machine(hm::gaussian(2), hm::categorical(1, 3));
  golden::filled(machine);
  const hm::variational_prior<network_type, hm::harmonium_latent> prior(
      model, hm::harmonium_latent(golden::filled(machine)), clusters, {.mean_library = 20});
  io::model_notes notes;
  notes.labels = {"B", "NK", "T"};
  const auto loaded = tiny::through_a_file(prior, notes);
  tiny::check_same_cells(prior, loaded);
  CHECK(loaded.depth().log_scale == prior.depth().log_scale);
  CHECK(loaded.depth().kept == prior.depth().kept);
  CHECK(io::model_format::pilot_of(prior) == io::pilot_in_file::cells);
  hm::random_engine one(2), two(2);
  const std::vector<hm::index> wanted{2, 0, 1};
  const auto draw = [&](const auto& from, auto& rng) {
    return from.generate_clusters(run, wanted, hm::silent{}, rng);
  };
  CHECK(draw(prior, one) == draw(loaded, two));
}
