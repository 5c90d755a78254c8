// SPDX-License-Identifier: MIT
// Once warm, training on the calling thread does not ask for memory.
#include "support/allocation_counter.hpp"

#include <doctest/doctest.h>

#include <concepts>

#include "harmonium/models/input_factors.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/compensated_em.hpp"
#include "harmonium/training/constraints.hpp"
#include "harmonium/training/contrastive_phase.hpp"
#include "harmonium/training/dbm_trainer.hpp"
#include "harmonium/training/exact_em.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using support::allocations_of;

namespace {

using shallow = hm::rbm<hm::negative_binomial, hm::bernoulli>;
using deep = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
using deepest = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::categorical, hm::bernoulli>;
using grouped = hm::rbm<hm::negative_binomial, hm::categorical>;

const hm::serial_executor serial;
constexpr hm::index genes = 9;

template <class Model>
Model make() {
  const hm::negative_binomial visible(genes, 2.0);
  if constexpr (std::same_as<Model, shallow>)
    return tiny::with_random_parameters(shallow(visible, hm::bernoulli(4)), 2);
  else if constexpr (std::same_as<Model, deep>)
    return tiny::with_random_parameters(deep(visible, hm::bernoulli(4), hm::bernoulli(2)), 2);
  else if constexpr (std::same_as<Model, deepest>)
    return tiny::with_random_parameters(
        deepest(visible, hm::bernoulli(3), hm::categorical(1, 3), hm::bernoulli(2)), 2);
  else
    return tiny::with_random_parameters(grouped(visible, hm::categorical(1, 4)), 2);
}

/// Of the second and the third epoch, whose last batch is shorter than the others.
template <class Model, class Rows, class Step, class Constraint>
long in_later_epochs(Model model, const Rows& rows, hm::contrastive_options options,
                     const Step& step, const Constraint& constraint,
                     hm::input_factors<Model> factors = {}) {
  options.batch_size = 16;
  hm::random_engine rng(5);
  hm::contrastive_phase<Model> phase(std::move(model), options, factors, rng);
  phase.epoch(serial, rows, 1e-3, step, constraint);
  return allocations_of([&] {
    for (int n = 0; n < 2; ++n) phase.epoch(serial, rows, 1e-3, step, constraint);
  });
}

}  // namespace

TEST_CASE("the counter counts") {
  support::check_counter();
}

TEST_CASE("no allocation in an epoch of contrastive divergence") {
  const auto counts = tiny::toy_counts(50, genes, 1);
  const hm::admissible_sum bounded{hm::vector<double>::Constant(genes, 500)};
  hm::input_factors<shallow> doubled;
  doubled.factor[1] = 2;
  for (const bool persistent : {true, false}) {
    CAPTURE(persistent);
    const hm::contrastive_options options{.gibbs_steps = 2,
                                          .persistent = persistent,
                                          .enumerate_up_to = 0,
                                          .kernel = hm::particle_kernel::block};
    CHECK(in_later_epochs(make<deep>(), counts, options, hm::centred_step{}, bounded) == 0);
    CHECK(in_later_epochs(make<deep>(), counts, options, hm::plain_gradient{},
                          hm::non_positive_weights{}) == 0);
    CHECK(in_later_epochs(make<shallow>(), counts, options, hm::centred_step{},
                          hm::admissible_sum{}, doubled) == 0);
  }
  // A higher machine of a stack learns from dense rows.
  hm::matrix<double> rows(50, 4);
  hm::random_engine rng(3);
  for (hm::index i = 0; i < rows.size(); ++i) rows.data()[i] = hm::draw::uniform(0.1, 0.9, rng);
  CHECK(in_later_epochs(
            tiny::with_random_parameters(
                hm::rbm<hm::bernoulli, hm::bernoulli>(hm::bernoulli(4), hm::bernoulli(2)), 2),
            rows, {.enumerate_up_to = 0, .kernel = hm::particle_kernel::block}, hm::centred_step{},
            hm::unconstrained{}) == 0);
}

TEST_CASE("no allocation in an epoch with an exact negative phase") {
  const auto counts = tiny::toy_counts(50, genes, 1);
  const hm::admissible_sum bounded{hm::vector<double>::Constant(genes, 500)};
  CHECK(in_later_epochs(make<deep>(), counts, {}, hm::centred_step{}, bounded) == 0);
  CHECK(in_later_epochs(make<shallow>(), counts, {}, hm::plain_gradient{},
                        hm::non_positive_weights{}) == 0);
}

TEST_CASE("no allocation in an epoch with collapsed particles") {
  const auto counts = tiny::toy_counts(50, genes, 1);
  const hm::admissible_sum bounded{hm::vector<double>::Constant(genes, 500)};
  const hm::contrastive_options options{.particles = 30, .enumerate_up_to = 0};
  CHECK(in_later_epochs(make<deep>(), counts, options, hm::centred_step{}, bounded) == 0);
  CHECK(in_later_epochs(make<grouped>(), counts, options, hm::centred_step{}, bounded) == 0);
  CHECK(in_later_epochs(make<shallow>(), counts, options, hm::plain_gradient{},
                        hm::non_positive_weights{}) == 0);
}

TEST_CASE_TEMPLATE("no allocation in an iteration of exact EM", Model, shallow, deep, deepest,
                   grouped) {
  const auto counts = tiny::toy_counts(200, genes, 1);
  Model model = make<Model>();
  for (double& p : model.parameters()) p *= 0.1;
  const auto means = hm::gene_means(counts);
  model.visible().natural_from_mean(hm::as_span(means), model.bias(0));
  for (double& a : model.bias(0)) a -= 1;
  const hm::vector<double> limits = hm::vector<double>::Constant(genes, -1e-4);
  hm::hidden_enumeration<Model> hidden(model);
  hm::exact_m_step<Model> m_step;
  hm::posterior_shares shares;
  hm::posterior_statistics<double> data;
  const auto iterate = [&](const hm::exact_em_options& options = {}) {
    hm::posterior_of(serial, model, hidden, counts, shares, data);
    return m_step.maximise(serial, model, hidden, data, hm::as_span(limits), counts.cells(),
                           options);
  };
  iterate();
  hm::index accepted = 0;
  CHECK(allocations_of([&] {
          for (int n = 0; n < 8; ++n) accepted += iterate().accepted_steps;
          accepted += iterate({.fix_weights = true}).accepted_steps;
        }) == 0);
  CHECK(accepted > 8);
  CHECK(hidden.log_partition() == hm::hidden_enumeration<Model>(model).log_partition());
}

TEST_CASE_TEMPLATE("no allocation in an exact epoch of the trainer", Model, shallow, deep) {
  const auto counts = tiny::toy_counts(200, genes, 1);
  hm::training_options<Model> options{.exact_iterations = 14, .exact_tolerance = 0};
  options.hidden.fill(2);
  options.hidden[0] = 4;
  for (const bool patient : {false, true}) {
    CAPTURE(patient);
    if (patient) {
      options.patience = 50;
      for (hm::index i = 0; i < 200; i += 5) options.held_out.push_back(i);
    }
    hm::random_engine rng(4);
    hm::dbm_trainer<Model, hm::count_matrix<>> trainer(counts, options, rng);
    trainer.step(serial);
    CHECK(allocations_of([&] {
            while (!trainer.done()) trainer.step(serial);
          }) == 0);
    CHECK(trainer.log().size() == 14);
  }
}

TEST_CASE("no allocation in the trainer's contrastive epochs") {
  const auto counts = tiny::toy_counts(100, genes, 1);
  for (const hm::index enumerate_up_to : {0, 1024}) {
    CAPTURE(enumerate_up_to);
    hm::training_options<deep> options{
        .hidden = {4, 2},
        .pretraining_epochs = {6, 6},
        .epochs = 6,
        .contrastive = {.particles = 30, .enumerate_up_to = enumerate_up_to},
        .dispersion_every = 2,
        .exact_iterations = 0};
    for (hm::index i = 0; i < 100; i += 5) options.held_out.push_back(i);
    hm::random_engine rng(4);
    hm::dbm_trainer<deep, hm::count_matrix<>> trainer(counts, options, rng);
    for (int stage = 0; stage < 3; ++stage) {
      for (int n = 0; n < 2; ++n) trainer.step(serial);  // the second moves theta
      CHECK(allocations_of([&] {
              for (int n = 0; n < 3; ++n) trainer.step(serial);
            }) == 0);
      trainer.step(serial);  // makes the next stage
    }
    CHECK(trainer.done());
  }
}

TEST_CASE("no allocation in an iteration of sampled EM") {
  const auto counts = tiny::toy_counts(200, genes, 1);
  hm::training_options<shallow> options{.hidden = {5}};
  options.exact.max_states = 8;
  options.sampled.particles = 60;
  hm::random_engine rng(4);
  hm::dbm_trainer<shallow, hm::count_matrix<>> trainer(counts, options, rng);
  trainer.step(serial);
  CHECK(trainer.log().back().stage == "sampled maximum likelihood");
  CHECK(allocations_of([&] {
          for (int n = 0; n < 30; ++n) trainer.step(serial);
        }) == 0);
  trainer.step(serial);  // hands the particles over
  CHECK(trainer.done());
}

TEST_CASE("no allocation in a step of compensated EM") {
  const auto counts = tiny::toy_counts(200, genes, 1);
  hm::random_engine rng(4);
  hm::compensated_em<hm::count_matrix<>> em(serial, counts, {3, 1}, {}, rng);
  CHECK(allocations_of([&] {
          for (int n = 0; n < 9; ++n) em.step(serial);  // the fourth and the eighth move theta
        }) == 0);
}
