// SPDX-License-Identifier: MIT
#include "harmonium/training/newton/sampled_m_step.hpp"

#include <doctest/doctest.h>

#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/training/newton/exact_m_step.hpp"
#include "support/toy_counts.hpp"
#include "support/toy_machine.hpp"

namespace hm = harmonium;

using rbm = hm::rbm<hm::negative_binomial, hm::bernoulli>;

namespace {

constexpr hm::index cells = 200, genes = 12, units = 4;
const hm::serial_executor serial;
const hm::vector<double> limits = hm::vector<double>::Constant(genes, -1e-4);

/// Half the cells on in the first unit, the other half in the second, and so on.
hm::matrix<double> some_states() {
  hm::matrix<double> hidden(cells, units);
  for (hm::index i = 0; i < cells; ++i)
    for (hm::index k = 0; k < units; ++k) hidden(i, k) = static_cast<double>((i + k) % 2);
  return hidden;
}

rbm trained(const hm::executor auto& run, const hm::count_matrix<>& counts, int iterations,
            hm::index particles) {
  rbm model = tiny::toy_machine<rbm>(counts, units);
  model.weights(0).setZero();
  for (double& b : model.bias(1)) b = 0;
  hm::random_engine rng(5);
  hm::sampled_m_step<rbm> em({.particles = particles}, rng);
  em.start(model);
  auto data = hm::statistics_of_hidden<double>(counts, some_states(), em.states());
  for (int n = 0; n < iterations; ++n) {
    hm::newton_options options{.steps = n + 6 < iterations ? 1 : 3,
                               .biases_only = n + 6 >= iterations};
    em.maximise(run, model, data, hm::as_span(limits), cells, options);
    if (n >= 4) data = hm::direct_posterior(run, model, counts, em.states());
  }
  return model;
}

}  // namespace

TEST_CASE("reaches what exact EM reaches, with the data's gene means") {
  const auto counts = tiny::toy_counts(cells, genes, 1);
  const rbm model = trained(serial, counts, 40, 900);
  rbm best = model;  // exact EM goes on from there
  hm::hidden_enumeration<rbm> hidden(best);
  for (int n = 0; n < 30; ++n) {
    const auto data = hm::posterior_of(serial, best, hidden, counts);
    hm::maximise_expected(serial, best, hidden, data, hm::as_span(limits), cells);
  }
  const auto likelihood = [&](const rbm& at) {
    return hm::exact_fit(serial, at, hm::hidden_enumeration<rbm>(at), counts).log_likelihood;
  };
  const auto first = likelihood([&] {
    auto none = tiny::toy_machine<rbm>(counts, units);
    none.weights(0).setZero();
    const auto means = hm::gene_means(counts);
    none.visible().natural_from_mean(hm::as_span(means), none.bias(0));
    return none;
  }());
  CHECK(likelihood(best) > first + 1);
  CHECK(likelihood(model) > likelihood(best) - 0.05 * (likelihood(best) - first));

  const auto own = hm::exact_model_statistics(model, hm::hidden_enumeration<rbm>(model));
  const auto means = hm::gene_means(counts);
  // 600 particles: the mean of a gene whose mean differs threefold between states has a relative
  // standard error of 2 %.
  for (hm::index m = 0; m < genes; ++m)
    CHECK(model.bias_of(own, 0)[static_cast<std::size_t>(m)] ==
          doctest::Approx(means[m]).epsilon(0.08));
}

TEST_CASE("the same for any number of threads") {
  const auto counts = tiny::toy_counts(cells, genes, 1);
  const rbm one = trained(serial, counts, 6, 60);
  const rbm three = trained(hm::thread_executor(3), counts, 6, 60);
  CHECK(one.parameters() == three.parameters());
}

TEST_CASE("options out of range") {
  hm::random_engine rng(1);
  CHECK_THROWS_AS(hm::sampled_m_step<rbm>({.particles = 5}, rng), std::invalid_argument);
  CHECK_THROWS_AS(hm::sampled_m_step<rbm>({.halvings = 0}, rng), std::invalid_argument);
  CHECK_THROWS_AS(hm::sampled_m_step<rbm>({.least_effective = 1}, rng), std::invalid_argument);
}
