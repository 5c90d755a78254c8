// SPDX-License-Identifier: MIT
#include "harmonium/states/hidden_enumeration.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "support/tiny_models.hpp"

namespace hm = harmonium;

namespace {

/// Two genes whose counts can be summed up to a bound with nothing left over.
template <class... Hidden>
auto two_genes(Hidden... hidden) {
  hm::vector<double> theta(2);
  theta << 0.8, 3.0;
  hm::dbm<hm::negative_binomial, Hidden...> model(hm::negative_binomial(theta), hidden...);
  return tiny::with_random_parameters(std::move(model), 9);
}

template <class Model>
void check_against_sums(const Model& model) {
  const hm::hidden_enumeration<Model> hidden(model);
  double probability = 0;
  for (hm::index s = 0; s < hidden.states(); ++s) probability += hidden.probability(s);
  CHECK(probability == doctest::Approx(1).epsilon(1e-12));

  double mass = 0;
  hm::vector<double> x(2);
  for (int a = 0; a < 150; ++a) {
    for (int b = 0; b < 150; ++b) {
      x << a, b;
      const auto row = hm::as_span(std::as_const(x));
      mass += std::exp(log_likelihood(model, hidden, row, model.visible().log_base_measure(row)));
    }
  }
  // exp(-0.3 * 150) is the most the bound can leave out.
  CHECK(mass == doctest::Approx(1).epsilon(1e-10));
}

}  // namespace

TEST_CASE("log Z against a brute-force sum over counts") {
  check_against_sums(two_genes(hm::bernoulli(3)));
  check_against_sums(two_genes(hm::bernoulli(3), hm::bernoulli(2)));
  check_against_sums(two_genes(hm::categorical(1, 4)));
  check_against_sums(two_genes(hm::categorical(1, 3), hm::bernoulli(2)));
  check_against_sums(two_genes(hm::bernoulli(2), hm::categorical(1, 3), hm::bernoulli(2)));
}

TEST_CASE("zero weights give the independent model") {
  hm::dbm<hm::negative_binomial, hm::bernoulli> model(hm::negative_binomial(2, 1.5),
                                                      hm::bernoulli(3));
  model.bias(0)[0] = -0.4;
  model.bias(0)[1] = -2;
  model.bias(1)[1] = 0.7;
  const hm::hidden_enumeration hidden(model);
  hm::vector<double> x(2);
  x << 5, 1;
  const auto row = hm::as_span(std::as_const(x));
  const double expected = hm::nb_log_pmf(5.0, -0.4, 1.5) + hm::nb_log_pmf(1.0, -2.0, 1.5);
  CHECK(log_likelihood(model, hidden, row, model.visible().log_base_measure(row)) ==
        doctest::Approx(expected).epsilon(1e-12));
}

TEST_CASE("threads change nothing, large layers are refused") {
  const auto model = tiny::deep_of<hm::negative_binomial>(3);
  using model_type = std::remove_cvref_t<decltype(model)>;
  const hm::hidden_enumeration<model_type> serial(model);
  const hm::hidden_enumeration<model_type> threaded(hm::thread_executor(3), model);
  CHECK(serial.log_partition() == threaded.log_partition());
  CHECK_THROWS_AS((hm::hidden_enumeration<model_type>(model, 7)), std::invalid_argument);
}

TEST_CASE("a weighted list in place of all states") {
  const auto model = two_genes(hm::bernoulli(2));
  using model_type = std::remove_cvref_t<decltype(model)>;
  const hm::hidden_enumeration<model_type> all(model);
  // State 3, 1 and 3 again; the copies count half.
  hm::matrix<double> states(3, 2);
  states << 1, 1, 1, 0, 1, 1;
  hm::hidden_enumeration<model_type> list(hm::serial_executor{}, model,
                                          hm::enumerated_states<double>(states));
  hm::vector<double> weights(3);
  weights << -std::log(2.0), 0, -std::log(2.0);
  list.set_log_weights(weights);
  const double total = all.probability(1) + all.probability(3);
  CHECK(list.log_partition() == doctest::Approx(all.log_partition() + std::log(total)));
  CHECK(list.probability(0) == doctest::Approx(0.5 * all.probability(3) / total));
  CHECK(list.probability(1) == doctest::Approx(all.probability(1) / total));
  CHECK_THROWS_AS(list.set_log_weights(hm::vector<double>::Zero(2)), std::invalid_argument);
}
