// SPDX-License-Identifier: MIT
#include "harmonium/training/sampled_em.hpp"

#include <doctest/doctest.h>

#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/training/exact_em.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using rbm = hm::rbm<hm::negative_binomial, hm::bernoulli>;

namespace {

constexpr hm::index cells = 200, genes = 12, units = 4;
const hm::serial_executor serial;
const hm::vector<double> limits = hm::vector<double>::Constant(genes, -1e-4);

rbm start(const hm::count_matrix<>& counts) {
  rbm model =
      tiny::with_random_parameters(rbm(hm::negative_binomial(genes, 2.0), hm::bernoulli(units)), 3);
  for (double& w : model.parameters()) w *= 0.2;
  const hm::vector<double> means = hm::gene_means(counts);
  model.visible().natural_from_mean(hm::as_span(means), model.bias(0));
  for (double& a : model.bias(0)) a -= 1;
  return model;
}

/// Half the cells on in the first unit, the other half in the second, and so on.
hm::matrix<double> some_states() {
  hm::matrix<double> hidden(cells, units);
  for (hm::index i = 0; i < cells; ++i)
    for (hm::index k = 0; k < units; ++k) hidden(i, k) = static_cast<double>((i + k) % 2);
  return hidden;
}

rbm trained(const hm::executor auto& run, const hm::count_matrix<>& counts, int iterations,
            hm::index particles) {
  rbm model = start(counts);
  model.weights(0).setZero();
  for (double& b : model.bias(1)) b = 0;
  hm::random_engine rng(5);
  hm::sampled_em<rbm> em({.particles = particles}, rng);
  em.start(model);
  auto data = hm::statistics_of_hidden<double>(counts, some_states(), em.states());
  for (int n = 0; n < iterations; ++n) {
    hm::exact_em_options options{.newton_steps = n + 6 < iterations ? 1 : 3,
                                 .fix_weights = n + 6 >= iterations};
    em.maximise(run, model, data, hm::as_span(limits), cells, options);
    if (n >= 4) data = hm::direct_posterior(run, model, counts, em.states());
  }
  return model;
}

}  // namespace

TEST_CASE("E-step: as by enumeration") {
  const auto counts = tiny::toy_counts(cells, genes, 1);
  const auto model = start(counts);
  const hm::hidden_enumeration<rbm> hidden(model);
  const auto exact = hm::posterior_of(serial, model, hidden, counts);
  const auto direct = hm::direct_posterior(serial, model, counts, 0);
  CHECK((direct.pairs - exact.pairs).cwiseAbs().maxCoeff() < 1e-10);
  CHECK((direct.hidden - exact.hidden).cwiseAbs().maxCoeff() < 1e-10);
  CHECK(direct.log_likelihood - hidden.log_partition() ==
        doctest::Approx(exact.log_likelihood).epsilon(1e-10));
}

TEST_CASE("M-step: states listed twice at half their weight change nothing") {
  const auto counts = tiny::toy_counts(cells, genes, 1);
  const auto model = start(counts);
  const hm::index states = model.units<1>().states();
  hm::matrix<double> twice(2 * states, units);
  for (hm::index s = 0; s < 2 * states; ++s)
    model.units<1>().write_state(s / 2, std::span<double>(twice.data() + s * units, units));
  hm::hidden_enumeration<rbm> all(model), list(serial, model, hm::enumerated_states<double>(twice));
  list.set_log_weights(hm::vector<double>::Constant(2 * states, -std::log(2.0)));
  CHECK(list.log_partition() == doctest::Approx(all.log_partition()).epsilon(1e-12));

  rbm by_all = model, by_list = model;
  const auto exact = hm::direct_posterior(serial, model, counts, states);
  const auto direct = hm::direct_posterior(serial, model, counts, 2 * states);
  const auto first =
      hm::newton_m_step<rbm>(by_all, all, exact, hm::as_span(limits), cells, {.newton_steps = 60})
          .run(serial);
  const auto second = hm::newton_m_step<rbm>(by_list, list, direct, hm::as_span(limits), cells,
                                             {.newton_steps = 60})
                          .run(serial);
  CHECK(second.objective_before == doctest::Approx(first.objective_before).epsilon(1e-12));
  // Steps are shortened for states of more than 1e-4, so that the ways differ.
  CHECK(second.objective_after == doctest::Approx(first.objective_after).epsilon(1e-7));
  CHECK((by_all.parameters() - by_list.parameters()).cwiseAbs().maxCoeff() < 1e-2);
}

TEST_CASE("a step that is not allowed is not taken") {
  const auto counts = tiny::toy_counts(cells, genes, 1);
  rbm model = start(counts);
  hm::hidden_enumeration<rbm> hidden(model);
  const auto data = hm::posterior_of(serial, model, hidden, counts);
  const hm::vector<double> weights =
      Eigen::Map<const hm::vector<double>>(model.weights(0).data(), model.weights(0).size());
  const auto result =
      hm::newton_m_step<rbm>(model, hidden, data, hm::as_span(limits), cells, {.halvings = 3})
          .run(serial, [](const rbm&) { return false; });
  CHECK(result.accepted_steps == 0);
  CHECK(Eigen::Map<const hm::vector<double>>(model.weights(0).data(), weights.size()) == weights);
}

TEST_CASE("equal probability, and what is left of it under another model") {
  const auto counts = tiny::toy_counts(cells, genes, 1);
  rbm model = start(counts);
  hm::matrix<double> states = some_states().topRows(8);
  auto list = hm::equally_probable(serial, model, states);
  for (hm::index s = 0; s < 8; ++s)
    CHECK(list.probability(s) == doctest::Approx(1.0 / 8).epsilon(1e-9));
  CHECK(hm::effective_share(serial, model, list) == doctest::Approx(1).epsilon(1e-9));
  // Half of them become three times as probable: (4 * 3 + 4)^2 / (8 (4 * 9 + 4)).
  for (hm::index s = 0; s < 8; ++s) CHECK(states(s, 0) == static_cast<double>(s % 2));
  model.bias(1)[0] += std::log(3.0);
  CHECK(hm::effective_share(serial, model, list) == doctest::Approx(0.8).epsilon(1e-9));
}

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
    auto none = start(counts);
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

TEST_CASE("particles and pilot cells as one list") {
  const auto counts = tiny::toy_counts(cells, genes, 1);
  const rbm model = start(counts);
  std::vector<rbm::state_type> particles(5, model.make_state());
  for (std::size_t p = 0; p < 5; ++p)
    model.units<1>().write_state(hm::index(p), hm::as_span(particles[p][1]));
  const auto list = hm::particle_states(serial, model, particles, counts);
  CHECK(list.states() == 5 + cells);
  double of_particles = 0;
  for (hm::index s = 0; s < 5; ++s) of_particles += list.probability(s);
  CHECK(of_particles == doctest::Approx(1).epsilon(1e-9));
  // A cell's own state is its most probable of all there are.
  const hm::hidden_enumeration<rbm> all(model);
  for (hm::index i = 0; i < 10; ++i) {
    const auto terms = hm::log_posterior_terms(model, all, counts.cell(i));
    const auto best = std::max_element(terms.begin(), terms.end()) - terms.begin();
    for (hm::index k = 0; k < units; ++k)
      CHECK(list.state(5 + i)[static_cast<std::size_t>(k)] ==
            all.state(best)[static_cast<std::size_t>(k)]);
  }
}

TEST_CASE("options out of range") {
  hm::random_engine rng(1);
  CHECK_THROWS_AS(hm::sampled_em<rbm>({.particles = 5}, rng), std::invalid_argument);
  CHECK_THROWS_AS(hm::sampled_em<rbm>({.halvings = 0}, rng), std::invalid_argument);
  CHECK_THROWS_AS(hm::sampled_em<rbm>({.least_effective = 1}, rng), std::invalid_argument);
}
