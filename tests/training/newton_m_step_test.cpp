// SPDX-License-Identifier: MIT
#include "harmonium/training/newton_m_step.hpp"

#include <doctest/doctest.h>

#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/units/gaussian.hpp"
#include "support/minimal_units.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

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
  const auto result = hm::newton_m_step<Model>(model, hidden, data, hm::as_span(limits), cells,
                                               {.newton_steps = 60})
                          .run(hm::serial_executor{});
  CHECK(result.objective_after > result.objective_before);
  CHECK(gradient_left(model, data, 1) < 1e-3 * before);
}

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

TEST_CASE("the maximiser of a linear function is that of an enumeration") {
  const std::vector<double> weights{0.5, -1, 0.2, 0.3};
  std::vector<double> out(4);
  const hm::bernoulli bits(4);
  hm::write_maximiser<double>(bits, hm::enumerated_states<double>(bits), weights, out);
  CHECK(out == std::vector<double>{1, 0, 1, 1});
  const hm::categorical groups(2, 2);
  hm::write_maximiser<double>(groups, hm::enumerated_states<double>(groups), weights, out);
  CHECK(out == std::vector<double>{1, 0, 0, 1});
}
