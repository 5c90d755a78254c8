// SPDX-License-Identifier: MIT
#include "harmonium/training/contrastive_phase.hpp"

#include <doctest/doctest.h>

#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/training/constraints.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;

namespace {

scdbm start(const hm::count_matrix<>& counts) {
  scdbm model = tiny::with_random_parameters(
      scdbm(hm::negative_binomial(counts.genes(), 2.0), hm::bernoulli(3), hm::bernoulli(2)), 3);
  for (auto& w : model.parameters()) w *= 0.05;
  const hm::vector<double> means = hm::gene_means(counts);
  model.visible().natural_from_mean(hm::as_span(means), model.bias(0));
  for (double& a : model.bias(0)) a -= 0.2;
  return model;
}

double likelihood(const scdbm& model, const hm::count_matrix<>& counts) {
  return hm::exact_fit(hm::serial_executor{}, model, hm::hidden_enumeration<scdbm>(model), counts)
      .log_likelihood;
}

template <class Executor = hm::serial_executor>
hm::contrastive_phase<scdbm> trained(const hm::count_matrix<>& counts,
                                     hm::contrastive_options options, int epochs, double rate,
                                     const Executor& run = {}) {
  hm::random_engine rng(11);
  hm::contrastive_phase<scdbm> phase(start(counts), options, {}, rng);
  for (int n = 0; n < epochs; ++n)
    phase.epoch(run, counts, rate, hm::centred_step{}, hm::admissible_sum{});
  return phase;
}

}  // namespace

TEST_CASE("every kind of negative phase raises the likelihood") {
  const auto counts = tiny::toy_counts(200, 9, 1);
  const double before = likelihood(start(counts), counts);
  for (const hm::contrastive_options& options :
       {hm::contrastive_options{
            .batch_size = 20, .gibbs_steps = 5, .persistent = false, .enumerate_up_to = 0},
        hm::contrastive_options{.batch_size = 20,
        .gibbs_steps = 5,
        .persistent = true,
        .enumerate_up_to = 0,
        .kernel = hm::particle_kernel::block},
        hm::contrastive_options{.batch_size = 20, .enumerate_up_to = 0},
        hm::contrastive_options{.batch_size = 20}}) {
    const auto phase = trained(counts, options, 15, 0.02);
    CHECK(phase.enumerates() == (options.enumerate_up_to > 0));
    CHECK(phase.collapses() == (options.enumerate_up_to == 0 && options.persistent &&
                                options.kernel == hm::particle_kernel::collapsed));
    CHECK(phase.epochs_done() == 15);
    CHECK(likelihood(phase.model(), counts) > before + 0.5);
  }
}

TEST_CASE("stop and resume is one straight run, for any number of threads") {
  const auto counts = tiny::toy_counts(50, 6, 2);
  for (const auto kernel : {hm::particle_kernel::collapsed, hm::particle_kernel::block}) {
    const hm::contrastive_options particles{
        .batch_size = 16, .enumerate_up_to = 0, .kernel = kernel};
    const auto straight = trained(counts, particles, 6, 0.01);
    auto stopped = trained(counts, particles, 2, 0.01);
    auto copy = stopped;
    for (int n = 0; n < 4; ++n)
      copy.epoch(hm::thread_executor(3), counts, 0.01, hm::centred_step{}, hm::admissible_sum{});
    CHECK(copy.model().parameters() == straight.model().parameters());
    CHECK(stopped.model().parameters() != straight.model().parameters());
  }
}

TEST_CASE("twelve units without enumeration reach what exact statistics reach") {
  using wide = hm::dbm<hm::negative_binomial, hm::bernoulli>;
  const auto counts = tiny::toy_counts(100, 12, 6);
  const hm::vector<double> means = hm::gene_means(counts);
  const auto fresh = [&](hm::index units) {
    wide model(hm::negative_binomial(12, 2.0), hm::bernoulli(units));
    hm::random_engine rng(7);
    for (auto& w : model.parameters()) w = hm::draw::uniform(-0.02, 0.02, rng);
    model.visible().natural_from_mean(hm::as_span(means), model.bias(0));
    hm::admissible_sum{}.apply(model);
    return model;
  };
  const auto figure = [&](const wide& model) {
    return hm::exact_fit(hm::serial_executor{}, model, hm::hidden_enumeration<wide>(model), counts)
        .log_likelihood;
  };
  const auto learn = [&](hm::index units, hm::contrastive_options options) {
    hm::random_engine rng(8);
    hm::contrastive_phase<wide> phase(fresh(units), options, {}, rng);
    for (int n = 0; n < 40; ++n)
      phase.epoch(hm::serial_executor{}, counts, 0.2 / (1 + n / 10.0), hm::centred_step{},
                  hm::admissible_sum{});
    return phase;
  };
  const double start = figure(fresh(12));
  const double exact = figure(learn(6, {.batch_size = 50}).model());
  const auto phase = learn(12, {.batch_size = 50, .enumerate_up_to = 0});
  REQUIRE(phase.collapses());
  const double reached = figure(phase.model());
  CAPTURE(start);
  CAPTURE(exact);
  CAPTURE(reached);
  CHECK(exact > start + 3);
  CHECK(reached > exact - 0.05 * (exact - start));
}

TEST_CASE("dense rows of a hidden layer") {
  hm::matrix<double> rows(30, 4);
  hm::random_engine rng(5);
  for (hm::index i = 0; i < rows.size(); ++i)
    rows.data()[i] = hm::draw::uniform(rng) < 0.5 ? 0.9 : 0.1;
  using layer = hm::dbm<hm::bernoulli, hm::bernoulli>;
  hm::contrastive_phase<layer> phase(layer(hm::bernoulli(4), hm::bernoulli(2)), {}, {}, rng);
  for (int n = 0; n < 30; ++n)
    phase.epoch(hm::serial_executor{}, rows, 0.2, hm::centred_step{}, hm::unconstrained{});
  const auto own =
      hm::exact_model_statistics(phase.model(), hm::hidden_enumeration<layer>(phase.model()));
  for (hm::index k = 0; k < 4; ++k)
    CHECK(phase.model().bias_of(own, 0)[static_cast<std::size_t>(k)] ==
          doctest::Approx(rows.col(k).mean()).epsilon(0.02));
}

TEST_CASE("options out of range") {
  hm::random_engine rng(1);
  const auto counts = tiny::toy_counts(5, 3, 1);
  CHECK_THROWS_AS((hm::contrastive_phase<scdbm>(start(counts), {.batch_size = 0}, {}, rng)),
                  std::invalid_argument);
  CHECK_THROWS_AS((hm::contrastive_phase<scdbm>(start(counts), {.gibbs_steps = 0}, {}, rng)),
                  std::invalid_argument);
  CHECK_THROWS_AS((hm::contrastive_phase<scdbm>(start(counts), {.particles = 0}, {}, rng)),
                  std::invalid_argument);
}
