// SPDX-License-Identifier: MIT
#include "harmonium/states/visible_walk.hpp"
#include "harmonium/units/visible_steps.hpp"

#include <doctest/doctest.h>

#include "support/tiny_models.hpp"

namespace hm = harmonium;

namespace {

template <class Model>
void check_walk(const Model& model, double tolerance) {
  using scalar = typename Model::scalar;
  const hm::enumerated_states<scalar> states(model.template units<1>());
  const auto terms = hm::visible_log_partitions(hm::serial_executor{}, model, states);
  CHECK(terms == hm::visible_log_partitions(hm::thread_executor(3), model, states));
  const hm::visible_steps<typename Model::visible_units> steps(model.visible(), model.weights(0));
  const auto genes = static_cast<std::size_t>(model.size(0));
  hm::vector<scalar> eta(model.size(0)), direct(model.size(0));
  std::vector<double> mean(genes), variance(genes);
  hm::index seen = 0;
  hm::walk_visible(
      model, steps, states, 0, states.size(), [&](hm::index s, const auto& by, const auto& row) {
        CHECK(s == seen++);
        model.visible_input(states[s], hm::as_span(eta));
        const auto input = hm::as_span(std::as_const(eta));
        CHECK(terms[s] == doctest::Approx(static_cast<double>(model.visible().log_partition(input)))
                              .epsilon(tolerance));
        by.moments(row, mean, variance);
        model.visible().mean(input, hm::as_span(direct));
        for (std::size_t m = 0; m < genes; ++m)
          CHECK(mean[m] == doctest::Approx(static_cast<double>(direct[static_cast<hm::index>(m)]))
                               .epsilon(tolerance));
        model.visible().variance(input, hm::as_span(direct));
        for (std::size_t m = 0; m < genes; ++m)
          CHECK(variance[m] ==
                doctest::Approx(static_cast<double>(direct[static_cast<hm::index>(m)]))
                    .epsilon(tolerance));
      });
  CHECK(seen == states.size());
}

}  // namespace

TEST_CASE("walking gives what every state gives alone") {
  check_walk(tiny::rbm_of<hm::negative_binomial>(1), 1e-12);
  check_walk(tiny::grouped_of<hm::negative_binomial>(2), 1e-12);
  check_walk(tiny::rbm_of<hm::gaussian>(3), 1e-12);
  check_walk(tiny::rbm_of<hm::categorical>(4), 1e-12);
  // More states than a block of 64, and means near the limit.
  using large = hm::dbm<hm::negative_binomial, hm::bernoulli>;
  auto model = tiny::with_random_parameters(large(hm::negative_binomial(3), hm::bernoulli(8)), 5);
  check_walk(model, 1e-12);
  for (hm::index m = 0; m < 3; ++m) {
    double highest = 0;
    for (hm::index k = 0; k < 8; ++k) highest += std::max(0.0, model.weights(0)(m, k));
    model.bias(0)[static_cast<std::size_t>(m)] = -highest - 1e-6;
  }
  check_walk(model, 1e-8);  // eta itself is known to 1e-15 / 1e-6
}

TEST_CASE("float models walk in double") {
  using model = hm::dbm<hm::basic_negative_binomial<float>, hm::basic_bernoulli<float>>;
  model m(hm::basic_negative_binomial<float>(2, 1.5F), hm::basic_bernoulli<float>(3));
  for (float& p : m.parameters()) p = -0.3F;
  check_walk(m, 1e-5);
}
