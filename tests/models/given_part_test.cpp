// SPDX-License-Identifier: MIT
#include "harmonium/models/given_part.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <concepts>
#include <limits>
#include <stdexcept>
#include <vector>

#include "harmonium/units/poisson.hpp"
#include "support/tiny_parts.hpp"

namespace hm = harmonium;

namespace {

/// p(other part, hidden | batch) and p(batch) against sums over all states.
template <class Model>
void check_given_batch(const Model& model) {
  const hm::hidden_enumeration<Model> hidden(model);
  std::array<double, 3> mass{};
  tiny::for_each_visible([&](std::span<const double> x, std::size_t batch) {
    mass[batch] += std::exp(-tiny::summed_free_energy(model, x));
  });
  const double total = mass[0] + mass[1] + mass[2];
  for (std::size_t batch = 0; batch < 3; ++batch) {
    std::vector<double> state(3, 0.0);
    state[batch] = 1;
    CHECK(hm::log_likelihood_of_part<1>(model, hidden, state) ==
          doctest::Approx(std::log(mass[batch] / total)).epsilon(1e-9));
    const auto of_batch = hm::given_part<1>(model, std::span<const double>(state));
    static_assert(
        std::same_as<std::remove_cvref_t<decltype(of_batch.visible())>, hm::negative_binomial>);
    const hm::hidden_enumeration own(of_batch);
    tiny::for_each_visible([&](std::span<const double> x, std::size_t at) {
      if (at != batch || x[0] + x[1] > 8) return;
      const auto counts = x.first(2);
      const double claimed =
          hm::log_likelihood(of_batch, own, counts, of_batch.visible().log_base_measure(counts));
      const double summed = -tiny::summed_free_energy(model, x) - std::log(mass[batch]);
      CHECK(claimed == doctest::Approx(summed).epsilon(1e-9));
    });
  }
}

}  // namespace

TEST_CASE("a machine given one part is the conditional distribution of the others") {
  check_given_batch(tiny::towers(1));
  check_given_batch(tiny::towers_joined(2));
  check_given_batch(tiny::joined_first(3));
}

TEST_CASE("counts given, the batch is left, with its posterior") {
  const auto model = tiny::towers_joined(4);
  const std::vector<double> counts{4, 1};
  const auto batches = hm::given_part<0>(model, std::span<const double>(counts));
  const hm::hidden_enumeration own(batches);
  std::vector<double> weights;
  for (std::size_t batch = 0; batch < 3; ++batch) {
    std::vector<double> x{4, 1, 0, 0, 0}, state(3, 0.0);
    x[2 + batch] = state[batch] = 1;
    weights.push_back(std::exp(-tiny::summed_free_energy(model, x)));
  }
  for (std::size_t batch = 0; batch < 3; ++batch) {
    std::vector<double> state(3, 0.0);
    state[batch] = 1;
    CHECK(std::exp(hm::log_likelihood(batches, own, std::span<const double>(state), 0.0)) ==
          doctest::Approx(weights[batch] / (weights[0] + weights[1] + weights[2])).epsilon(1e-10));
  }
}

TEST_CASE("of three parts, two are left") {
  using model_type =
      hm::dbm<hm::parts<hm::poisson, hm::categorical, hm::negative_binomial>, hm::bernoulli>;
  const auto model = tiny::with_random_parameters(
      model_type(hm::parts(hm::poisson(2), hm::categorical(1, 2), hm::negative_binomial(1, 1.0)),
                 hm::bernoulli(2)),
      5);
  const std::vector<double> state{0, 1};
  const auto rest = hm::given_part<1>(model, std::span<const double>(state));
  static_assert(std::same_as<std::remove_cvref_t<decltype(rest.visible())>,
                             hm::parts<hm::poisson, hm::negative_binomial>>);
  CHECK(rest.weights(0).row(2) == model.weights(0).row(4));
  CHECK(rest.bias(0)[2] == model.bias(0)[4]);
  CHECK(rest.bias(1)[1] == model.bias(1)[1] + model.weights(0)(3, 1));
}

TEST_CASE("what is no state of the part is refused") {
  const auto model = tiny::towers(6);
  const std::vector<double> two{0, 1}, both{1, 1, 0};
  CHECK_THROWS_WITH_AS((void)hm::given_part<1>(model, std::span<const double>(two)),
                       "given_part: part 1 has 3 units, got a state of 2", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)hm::given_part<1>(model, std::span<const double>(both)),
                       "given_part: no state of part 1", std::domain_error);
}
