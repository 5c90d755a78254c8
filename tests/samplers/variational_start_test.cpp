// SPDX-License-Identifier: MIT
#include "harmonium/samplers/variational_start.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/concepts.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/poisson.hpp"
#include "support/tiny_variational.hpp"

namespace hm = harmonium;

using machine = hm::dbm<hm::poisson, hm::bernoulli, hm::bernoulli>;
using start = hm::variational_start<hm::variational_posterior<>>;
static_assert(hm::sampler_for<start, machine>);

TEST_CASE("without sweeps the posterior's cells, with sweeps the machine's") {
  const tiny::variational_pilot pilot;
  const hm::variational_posterior<> posterior(hm::serial_executor{}, pilot.model, pilot.counts);
  machine model(hm::poisson(12), hm::bernoulli(2), hm::bernoulli(2));
  // The machine has means 2 without hidden units, and h_1[0] doubles the first gene.
  for (double& bias : model.bias(0)) bias = hm::math::log(2.0);
  model.weights(0)(0, 0) = hm::math::log(2.0);
  model.bias(1)[0] = -2;  // the first gene's two more counts bring it to 1/2

  hm::random_engine a(2), b(2), c(2);
  const auto none =
      hm::sampled(model, start{&posterior, 0}).generate(hm::thread_executor(2), 800, a);
  CHECK(hm::library_sizes(none).mean() ==
        doctest::Approx(hm::library_sizes(pilot.counts).mean()).epsilon(0.15));
  const auto swept =
      hm::sampled(model, start{&posterior, 60}).generate(hm::thread_executor(2), 800, b);
  CHECK(swept == hm::sampled(model, start{&posterior, 60}).generate(800, c));
  const auto means = hm::gene_means(swept);
  for (hm::index m = 1; m < 12; ++m)  // Poisson: a standard error of 0.05
    CHECK(means[m] == doctest::Approx(2).epsilon(0.13));
  CHECK(means[0] == doctest::Approx(3).epsilon(0.13));
}

TEST_CASE("hidden layers are drawn upwards from the cell") {
  const tiny::variational_pilot pilot;
  const hm::variational_posterior<> posterior(hm::serial_executor{}, pilot.model, pilot.counts);
  machine model(hm::poisson(12), hm::bernoulli(1), hm::bernoulli(1));
  model.bias(1)[0] = -1000;
  for (hm::index m = 0; m < 12; ++m) model.weights(0)(m, 0) = 1000;  // any count switches it on
  model.bias(2)[0] = -50;
  model.weights(1)(0, 0) = 100;  // and then the one above
  const auto source = start{&posterior, 0}.prepare(model);
  auto chain = source.make_chain();
  hm::random_engine rng(1);
  for (int i = 0; i < 10; ++i) {
    chain.draw(rng);
    CHECK(chain.state()[0].sum() > 0);
    CHECK(chain.state()[1][0] == 1);
    CHECK(chain.state()[2][0] == 1);
  }
}

TEST_CASE("what does not fit is refused") {
  const tiny::variational_pilot pilot;
  const hm::variational_posterior<> posterior(hm::serial_executor{}, pilot.model, pilot.counts);
  const machine other(hm::poisson(3), hm::bernoulli(1), hm::bernoulli(1));
  CHECK_THROWS_AS((void)start{}.prepare(other), std::invalid_argument);
  CHECK_THROWS_AS((void)start{&posterior}.prepare(other), std::invalid_argument);
  const machine fits(hm::poisson(12), hm::bernoulli(1), hm::bernoulli(1));
  CHECK_THROWS_AS((void)(start{&posterior, -1}.prepare(fits)), std::invalid_argument);
}
