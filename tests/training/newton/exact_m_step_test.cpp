// SPDX-License-Identifier: MIT
#include "harmonium/training/newton/exact_m_step.hpp"

#include <doctest/doctest.h>

#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;

namespace {

constexpr hm::index cells = 300, genes = 12;

scdbm start(const hm::count_matrix<>& counts) {
  scdbm model = tiny::with_random_parameters(
      scdbm(hm::negative_binomial(genes, 2.0), hm::bernoulli(3), hm::bernoulli(2)), 3);
  for (auto& w : model.parameters()) w *= 0.2;
  const hm::vector<double> means = hm::gene_means(counts);
  model.visible().natural_from_mean(hm::as_span(means), model.bias(0));
  for (double& a : model.bias(0)) a -= 1;
  return model;
}

const hm::vector<double> limits = hm::vector<double>::Constant(genes, -1e-4);

hm::m_step_result iterate(scdbm& model, const hm::count_matrix<>& counts,
                          const hm::m_step_options& options) {
  hm::hidden_enumeration<scdbm> hidden(model);
  const auto data = hm::posterior_of(hm::serial_executor{}, model, hidden, counts);
  return hm::maximise_expected(hm::serial_executor{}, model, hidden, data, hm::as_span(limits),
                               static_cast<double>(counts.cells()), options);
}

double likelihood(const scdbm& model, const hm::count_matrix<>& counts) {
  return hm::exact_fit(hm::serial_executor{}, model, hm::hidden_enumeration<scdbm>(model), counts)
      .log_likelihood;
}

}  // namespace

TEST_CASE("EM is monotone and finds the two kinds of cells") {
  const auto counts = tiny::toy_counts(cells, genes, 1);
  auto model = start(counts);
  double before = likelihood(model, counts);
  const double first = before;
  for (int n = 0; n < 40; ++n) {
    const auto result =
        iterate(model, counts, {.newton = {.ridge = 1e-6}, .upper = {.ridge = 1e-6}});
    CHECK(result.objective_after >= result.objective_before);
    const double now = likelihood(model, counts);
    // The objective is the penalised one; the penalty is 1e-6.
    CHECK(now > before - 1e-6);
    before = now;
  }
  // What the truth reaches on the same cells, and what genes without structure do.
  double truth = 0, independent = 0;
  const auto means = hm::gene_means(counts);
  const auto dense = hm::to_dense(counts);
  for (hm::index i = 0; i < cells; ++i) {
    for (hm::index m = 0; m < genes; ++m) {
      const double mu = tiny::toy_mean(m, genes, i % 2 == 1);
      truth += hm::nb_log_pmf(dense(i, m), hm::nb_natural_from_mean(mu, 2.0), 2.0) / cells;
      independent +=
          hm::nb_log_pmf(dense(i, m), hm::nb_natural_from_mean(means[m], 2.0), 2.0) / cells;
    }
  }
  truth -= std::log(2.0);  // the label itself has to be coded
  CHECK(before > first);
  CHECK(before > independent + 0.8 * (truth - independent));
}

TEST_CASE("at the M-step's maximum the gradient is zero: means of genes are the data's") {
  const auto counts = tiny::toy_counts(cells, genes, 2);
  auto model = start(counts);
  for (int n = 0; n < 5; ++n) iterate(model, counts, {});
  hm::hidden_enumeration<scdbm> hidden(model);
  const auto data = hm::posterior_of(hm::serial_executor{}, model, hidden, counts);
  hm::maximise_expected(hm::serial_executor{}, model, hidden, data, hm::as_span(limits), cells,
                        {.newton = {.steps = 100, .biases_only = true}});
  const auto own = hm::exact_model_statistics(model, hm::hidden_enumeration<scdbm>(model));
  const auto means = hm::gene_means(counts);
  for (hm::index m = 0; m < genes; ++m)
    CHECK(model.bias_of(own, 0)[static_cast<std::size_t>(m)] ==
          doctest::Approx(means[m]).epsilon(1e-3));
  for (std::size_t k = 0; k < 3; ++k)
    CHECK(model.bias_of(own, 1)[k] ==
          doctest::Approx(data.hidden_means[static_cast<hm::index>(k)]).epsilon(1e-6));
}

TEST_CASE("no state ever leaves the admissible region") {
  const auto counts = tiny::toy_counts(cells, genes, 4, 0.2);
  auto model = start(counts);
  for (int n = 0; n < 15; ++n) {
    iterate(model, counts, {.newton = {.ridge = 0.01}});
    const hm::hidden_enumeration<scdbm> hidden(model);
    hm::vector<double> eta(genes);
    for (hm::index s = 0; s < hidden.states(); ++s) {
      model.visible_input(hidden.state(s), hm::as_span(eta));
      CHECK(eta.maxCoeff() <= -1e-4 + 1e-12);
    }
  }
}

TEST_CASE("the enumeration follows the model, and threads change nothing") {
  const auto counts = tiny::toy_counts(cells, genes, 5);
  auto one = start(counts), two = one;
  hm::hidden_enumeration<scdbm> hidden(one), other(two);
  const auto data = hm::posterior_of(hm::serial_executor{}, one, hidden, counts);
  hm::maximise_expected(hm::serial_executor{}, one, hidden, data, hm::as_span(limits), cells);
  hm::maximise_expected(hm::thread_executor(3), two, other, data, hm::as_span(limits), cells);
  CHECK(one.parameters() == two.parameters());
  const hm::hidden_enumeration<scdbm> fresh(one);
  for (hm::index s = 0; s < fresh.states(); ++s)
    CHECK(hidden.log_probability(s) == fresh.log_probability(s));
}

TEST_CASE("upper layers learn that two programs of genes go together") {
  // Genes of the first half rise with one bit, the others with a second one, which is the same in
  // nine of ten cells.
  hm::count_matrix<> counts(genes);
  hm::random_engine rng(8);
  for (hm::index i = 0; i < cells; ++i) {
    const bool first = i % 2 == 1, second = i % 20 < 2 ? !first : first;
    for (hm::index m = 0; m < genes; ++m)
      counts.push_back(
          m, hm::draw::negative_binomial((m < genes / 2 ? first : second) ? 10.0 : 1.0, 2.0, rng));
    counts.finish_cell();
  }
  const auto fit = [&](hm::index upper_steps) {
    scdbm model(hm::negative_binomial(genes, 2.0), hm::bernoulli(2), hm::bernoulli(1));
    hm::random_engine own(3);
    hm::start_upper_layers(model, 0.5, own);
    for (hm::index m = 0; m < genes; ++m) {
      model.bias(0)[static_cast<std::size_t>(m)] = hm::nb_natural_from_mean(1.0, 2.0);
      model.weights(0)(m, m < genes / 2 ? 0 : 1) =
          hm::nb_natural_from_mean(10.0, 2.0) - hm::nb_natural_from_mean(1.0, 2.0);
    }
    hm::hidden_enumeration<scdbm> hidden(model);
    const std::vector<double> half{0.5, 0.5};
    hm::balance_hidden_bias(model, hidden, half);
    for (int n = 0; n < 15; ++n)
      iterate(model, counts, {.upper = {.steps = upper_steps, .ridge = 0.01}});
    return likelihood(model, counts);
  };
  // Without them the weights of genes make the bits depend on one another, by states whose means
  // are a little off; 0.026 nats per cell in a run of twice the cells.
  CHECK(fit(5) > fit(0) + 0.015);
}
