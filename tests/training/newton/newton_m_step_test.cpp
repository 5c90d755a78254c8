// SPDX-License-Identifier: MIT
#include "harmonium/training/newton/newton_m_step.hpp"

#include <doctest/doctest.h>

#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/training/direct_posterior.hpp"
#include "harmonium/units/gaussian.hpp"
#include "support/minimal_units.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"
#include "support/toy_machine.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::index cells = 200, genes = 12;

/// Largest entry of the gradient of the penalised objective, by the exact statistics.
template <class Model>
double gradient_left(const Model& model, const hm::posterior_statistics<double>& data,
                     double ridge) {
  const hm::hidden_enumeration<Model> hidden(model);
  const auto own = hm::exact_model_statistics(model, hidden);
  hm::vector<double> means(genes);
  for (hm::index m = 0; m < genes; ++m) means[m] = data.pairs(m, 0);
  const auto scale = hm::log_mean_scale(model.visible(), hm::as_span(std::as_const(means)));
  double largest = 0;
  for (hm::index m = 0; m < genes; ++m) {
    largest = std::max(
        largest, std::abs(data.pairs(m, 0) - model.bias_of(own, 0)[static_cast<std::size_t>(m)]));
    for (hm::index k = 0; k < model.size(1); ++k)
      largest = std::max(largest,
                         std::abs(data.pairs(m, k + 1) - model.weights_of(own, 0)(m, k) -
                                  ridge / cells / (scale[m] * scale[m]) * model.weights(0)(m, k)));
  }
  return largest;
}

template <class Model>
void check_maximum(Model model) {
  const auto counts = tiny::toy_counts(cells, genes, 1);
  for (auto& w : model.parameters()) w *= 0.1;
  const auto means = hm::gene_means(counts);
  model.visible().natural_from_mean(hm::as_span(means), model.bias(0));
  hm::hidden_enumeration<Model> hidden(model);
  const auto data = hm::posterior_of(hm::serial_executor{}, model, hidden, counts);
  const hm::vector<double> limits =
      hm::vector<double>::Constant(genes, model.visible().natural_supremum() - 1e-6);
  const double before = gradient_left(model, data, 1);
  const auto result =
      hm::newton_m_step<Model>(model, hidden, data, hm::as_span(limits), cells, {.steps = 60})
          .run(hm::serial_executor{});
  CHECK(result.objective_after > result.objective_before);
  CHECK(gradient_left(model, data, 1) < 1e-3 * before);
}

using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;
constexpr hm::index units = 4;
const hm::vector<double> limits = hm::vector<double>::Constant(genes, -1e-4);

}  // namespace

TEST_CASE("Newton steps end where the gradient is zero") {
  using hm::bernoulli;
  using hm::categorical;
  using hm::negative_binomial;
  check_maximum(tiny::with_random_parameters(
      hm::dbm<negative_binomial, bernoulli>(negative_binomial(genes, 2.0), bernoulli(3)), 1));
  check_maximum(tiny::with_random_parameters(
      hm::dbm<negative_binomial, categorical>(negative_binomial(genes, 2.0), categorical(1, 4)),
      2));
  check_maximum(
      tiny::with_random_parameters(hm::dbm<negative_binomial, bernoulli, bernoulli>(
                                       negative_binomial(genes, 2.0), bernoulli(2), bernoulli(2)),
                                   3));
  check_maximum(tiny::with_random_parameters(
      hm::dbm<hm::poisson, bernoulli>(hm::poisson(genes), bernoulli(2)), 4));
}

TEST_CASE("M-step: states listed twice at half their weight change nothing") {
  const auto counts = tiny::toy_counts(cells, genes, 1);
  const auto model = tiny::toy_machine<rbm>(counts, units);
  const hm::index states = model.units<1>().states();
  hm::matrix<double> twice(2 * states, units);
  for (hm::index s = 0; s < 2 * states; ++s)
    model.units<1>().write_state(s / 2, std::span<double>(twice.data() + s * units, units));
  hm::hidden_enumeration<rbm> all(model),
      list(hm::serial_executor{}, model, hm::enumerated_states<double>(twice));
  list.set_log_weights(hm::vector<double>::Constant(2 * states, -std::log(2.0)));
  CHECK(list.log_partition() == doctest::Approx(all.log_partition()).epsilon(1e-12));

  rbm by_all = model, by_list = model;
  const auto exact = hm::direct_posterior(hm::serial_executor{}, model, counts, states);
  const auto direct = hm::direct_posterior(hm::serial_executor{}, model, counts, 2 * states);
  const auto first =
      hm::newton_m_step<rbm>(by_all, all, exact, hm::as_span(limits), cells, {.steps = 60})
          .run(hm::serial_executor{});
  const auto second =
      hm::newton_m_step<rbm>(by_list, list, direct, hm::as_span(limits), cells, {.steps = 60})
          .run(hm::serial_executor{});
  CHECK(second.objective_before == doctest::Approx(first.objective_before).epsilon(1e-12));
  // Steps are shortened for states of more than 1e-4, so that the ways differ.
  CHECK(second.objective_after == doctest::Approx(first.objective_after).epsilon(1e-7));
  CHECK((by_all.parameters() - by_list.parameters()).cwiseAbs().maxCoeff() < 1e-2);
}

TEST_CASE("a step that is not allowed is not taken") {
  const auto counts = tiny::toy_counts(cells, genes, 1);
  rbm model = tiny::toy_machine<rbm>(counts, units);
  hm::hidden_enumeration<rbm> hidden(model);
  const auto data = hm::posterior_of(hm::serial_executor{}, model, hidden, counts);
  const hm::vector<double> weights =
      Eigen::Map<const hm::vector<double>>(model.weights(0).data(), model.weights(0).size());
  const auto result =
      hm::newton_m_step<rbm>(model, hidden, data, hm::as_span(limits), cells, {.halvings = 3})
          .run(hm::serial_executor{}, [](const rbm&) { return false; });
  CHECK(result.accepted_steps == 0);
  CHECK(Eigen::Map<const hm::vector<double>>(model.weights(0).data(), weights.size()) == weights);
}
