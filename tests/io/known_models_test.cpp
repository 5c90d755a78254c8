// SPDX-License-Identifier: MIT
#include "harmonium/io/known_models.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <span>
#include <vector>

#include "harmonium/training/residuals/residual_trainer.hpp"
#include "harmonium/training/train_harmonium.hpp"
#include "support/golden_models.hpp"
#include "support/stored_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

/// Written as itself, read as whatever it is: the same cells.
template <class Model, class Generator>
io::any_model check_known(const Model& model, const Generator& generator) {
  const temporary_folder folder;
  io::save(model, folder / "m.harmonium");
  auto loaded = io::load_any(folder / "m.harmonium");
  CHECK(loaded.get_if<Model>() != nullptr);
  hm::random_engine one(5), two(5);
  CHECK(loaded.generate(30, one) == generator.generate(30, two));
  return loaded;
}

}  // namespace

TEST_CASE("a harmonium: states of the cells, and cells of a state") {
  const auto counts = tiny::toy_counts(90, 10, 1);
  hm::random_engine rng(1);
  const auto model = hm::train_harmonium(hm::serial_executor{}, counts,
                                         {.em = {.components = 2, .max_iterations = 4},
                                          .residual = {.rank = 2, .iterations = 1},
                                          .fits = 1},
                                         rng);
  const auto loaded = check_known(model, model.generator);
  CHECK(loaded.states() == 2);
  CHECK(loaded.weights() == std::vector<double>{model.group.weights[0], model.group.weights[1]});
  hm::random_engine one(5), two(5);
  const hm::serial_executor run;
  const auto a = loaded.generate_with_origins(run, 20, hm::silent{}, one);
  const auto b = model.generator.generate_with_states(run, 20, hm::silent{}, two);
  CHECK(a.cells == b.cells);
  CHECK(a.state == b.state);
  const std::vector<hm::index> wanted{0, 4};
  CHECK(loaded.generate_states(run, wanted, hm::silent{}, one).state ==
        std::vector<hm::index>{1, 1, 1, 1});
  check_known(model.generator, model.generator);
}

TEST_CASE("machines with a sampler, autoencoders, baselines") {
  hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli> machine(
      golden::deep_model().visible(), hm::bernoulli(3), hm::bernoulli(2));
  machine = golden::filled(machine);
  const auto exact = hm::sampled(machine, hm::exact{});
  check_known(exact, exact);
  const auto gibbs = hm::sampled(machine, hm::gibbs{.burn_in = 3});
  check_known(gibbs, gibbs);
  check_known(golden::independent(), golden::independent());
  check_known(golden::clusters(), golden::clusters());

  hm::random_engine rng(1);
  const auto counts = tiny::toy_counts(20, 6, 2);
  const auto network = std::make_shared<const hm::variational_autoencoder<>>(
      hm::variational_autoencoder<>(6, {.encoder = {4}, .decoder = {4}, .latent = 2}, rng));
  const hm::variational_posterior<> posterior(hm::serial_executor{}, network, counts);
  const auto loaded = check_known(posterior, posterior);
  hm::random_engine one(5);
  const auto made = loaded.generate_with_origins(hm::thread_executor(2), 40, hm::silent{}, one);
  CHECK(made.source.size() == 40);
  const hm::variational_prior<> prior(network);
  CHECK(check_known(prior, prior).states() == 0);
}
