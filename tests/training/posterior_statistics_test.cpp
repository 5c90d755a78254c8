// SPDX-License-Identifier: MIT
#include "harmonium/training/posterior_statistics.hpp"

#include <doctest/doctest.h>

#include "harmonium/likelihood/base_measures.hpp"
#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;

namespace {

constexpr hm::index genes = 12;

scdbm random_model() {
  return tiny::with_random_parameters(
      scdbm(hm::negative_binomial(genes, 2.0), hm::bernoulli(3), hm::bernoulli(2)), 3);
}

}  // namespace

TEST_CASE("posterior statistics are the exact conditional expectations") {
  const auto counts = tiny::toy_counts(20, genes, 3);
  const auto model = random_model();
  const hm::hidden_enumeration<scdbm> hidden(model);
  const auto data = hm::posterior_of(hm::thread_executor(2), model, hidden, counts);
  hm::vector<double> flat = hm::vector<double>::Zero(model.parameters().size());
  for (hm::index i = 0; i < counts.cells(); ++i)
    hm::add_exact_data_statistics(model, hidden, counts.cell(i), 1.0 / 20, flat);
  for (hm::index m = 0; m < genes; ++m) {
    CHECK(data.pairs(m, 0) ==
          doctest::Approx(model.bias_of(flat, 0)[static_cast<std::size_t>(m)]).epsilon(1e-10));
    for (hm::index k = 0; k < 3; ++k)
      CHECK(data.pairs(m, k + 1) ==
            doctest::Approx(model.weights_of(flat, 0)(m, k)).epsilon(1e-10));
  }
  double mass = 0;
  for (const double q : data.state_mass) mass += q;
  CHECK(mass == doctest::Approx(1).epsilon(1e-12));

  double base = 0;
  for (const double b : hm::log_base_measures(model.visible(), counts)) base += b / 20;
  CHECK(data.log_likelihood + base ==
        doctest::Approx(hm::exact_fit(hm::serial_executor{}, model, hidden, counts).log_likelihood)
            .epsilon(1e-12));
}

TEST_CASE("given states instead of a posterior") {
  const auto counts = tiny::toy_counts(2, genes, 3);
  const hm::enumerated_states<double> states(hm::bernoulli(2));
  const std::vector<std::vector<hm::state_probability>> shares{{{1, 1.0}}, {{2, 0.25}, {3, 0.75}}};
  const auto data = hm::sum_posterior<double>(
      states, counts, std::span<const std::vector<hm::state_probability>>(shares));
  const auto x = hm::to_dense(counts);
  for (hm::index m = 0; m < genes; ++m) {
    CHECK(data.pairs(m, 0) == doctest::Approx(0.5 * (x(0, m) + x(1, m))));
    CHECK(data.pairs(m, 1) == doctest::Approx(0.5 * (x(0, m) + 0.75 * x(1, m))));
    CHECK(data.pairs(m, 2) == doctest::Approx(0.5 * x(1, m)));
  }
  CHECK(data.state_mass == std::vector<double>{0, 0.5, 0.125, 0.375});
  CHECK(data.hidden(1, 0) == 0.75);
}
