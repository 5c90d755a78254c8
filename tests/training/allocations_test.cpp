// SPDX-License-Identifier: MIT
// Once warm, training on the calling thread does not ask for memory.
#include "support/allocation_counter.hpp"

#include <doctest/doctest.h>

#include "harmonium/models/rbm.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/categorical_em.hpp"
#include "harmonium/training/constraints.hpp"
#include "harmonium/training/contrastive_phase.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using support::allocations_of;

namespace {

const hm::serial_executor serial;

/// Of the second and the third epoch, whose last batch is shorter than the others.
template <class Model, class Rows, class Step, class Constraint>
long in_later_epochs(Model model, const Rows& rows, hm::contrastive_options options,
                     const Step& step, const Constraint& constraint,
                     hm::input_factors<Model> factors = {}) {
  options.batch_size = 16;
  options.enumerate_up_to = 0;
  options.kernel = hm::particle_kernel::block;
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
  using shallow = hm::rbm<hm::negative_binomial, hm::bernoulli>;
  using deep = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
  constexpr hm::index genes = 9;
  const auto counts = tiny::toy_counts(50, genes, 1);
  const auto make_deep = [&] {
    return tiny::with_random_parameters(
        deep(hm::negative_binomial(genes, 2.0), hm::bernoulli(4), hm::bernoulli(2)), 2);
  };
  const auto make_shallow = [&] {
    return tiny::with_random_parameters(
        shallow(hm::negative_binomial(genes, 2.0), hm::bernoulli(4)), 2);
  };
  const hm::admissible_sum bounded{hm::vector<double>::Constant(genes, 500)};
  hm::input_factors<shallow> doubled;
  doubled.factor[1] = 2;
  for (const bool persistent : {true, false}) {
    CAPTURE(persistent);
    const hm::contrastive_options options{.gibbs_steps = 2, .persistent = persistent};
    CHECK(in_later_epochs(make_deep(), counts, options, hm::centred_step{}, bounded) == 0);
    CHECK(in_later_epochs(make_deep(), counts, options, hm::plain_gradient{},
                          hm::non_positive_weights{}) == 0);
    CHECK(in_later_epochs(make_shallow(), counts, options, hm::centred_step{}, hm::admissible_sum{},
                          doubled) == 0);
  }
  // A higher machine of a stack learns from dense rows.
  hm::matrix<double> rows(50, 4);
  hm::random_engine rng(3);
  for (hm::index i = 0; i < rows.size(); ++i) rows.data()[i] = hm::draw::uniform(0.1, 0.9, rng);
  CHECK(in_later_epochs(
            tiny::with_random_parameters(
                hm::rbm<hm::bernoulli, hm::bernoulli>(hm::bernoulli(4), hm::bernoulli(2)), 2),
            rows, {}, hm::centred_step{}, hm::unconstrained{}) == 0);
}

TEST_CASE_TEMPLATE("no allocation in an iteration of categorical EM but for theta", Sizes,
                   hm::no_size_factors, hm::scaled_dispersion, hm::scaled_mean) {
  const auto counts = tiny::toy_counts(200, 9, 1);
  hm::random_engine rng(6);
  hm::categorical_trainer<hm::count_matrix<>, Sizes> trainer(
      serial, counts, {}, {.components = 4, .dispersion_every = 5}, rng);
  trainer.step(serial);
  CHECK(allocations_of([&] {
          for (int n = 0; n < 3; ++n) trainer.step(serial);
        }) == 0);
  CHECK(allocations_of([&] { trainer.step(serial); }) > 0);
  CHECK(allocations_of([&] {
          for (int n = 0; n < 4; ++n) trainer.step(serial);
        }) == 0);
}
