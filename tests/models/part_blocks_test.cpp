// SPDX-License-Identifier: MIT
#include "harmonium/models/part_blocks.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <concepts>
#include <vector>

#include "harmonium/likelihood/annealed.hpp"
#include "harmonium/models/concepts.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/poisson.hpp"
#include "support/tiny_parts.hpp"

namespace hm = harmonium;

static_assert(std::same_as<tiny::two_towers_joined,
                           hm::dbm<hm::parts<hm::negative_binomial, hm::categorical>,
                                   hm::parts<hm::bernoulli, hm::bernoulli>, hm::bernoulli>>);
static_assert(hm::layered_model<tiny::two_towers_joined> &&
              hm::collapsible<tiny::two_towers_joined>);
static_assert(hm::linked_by_parts<tiny::two_towers_joined, 0> &&
              !hm::linked_by_parts<tiny::two_towers_joined, 1>);
static_assert(!hm::has_linked_parts<tiny::joined_at_once>);
static_assert(
    hm::has_linked_parts<
        hm::partitioned<hm::part<hm::poisson, hm::bernoulli>, hm::part<hm::gaussian, hm::bernoulli>,
                        hm::joined<hm::parts<hm::bernoulli, hm::bernoulli>, hm::bernoulli>>>);

namespace {

/// Everything that enumeration says of the model, against the sum over all its states.
template <class Model>
void check_against_all_states(const Model& model) {
  const hm::hidden_enumeration<Model> hidden(model);
  const auto exact = hm::exact_model_statistics(model, hidden);
  hm::vector<double> summed = hm::vector<double>::Zero(exact.size());
  std::vector<double> of_first(static_cast<std::size_t>(hidden.states()), 0.0);
  double total = 0;
  auto state = model.make_state();
  tiny::for_each_visible([&](std::span<const double> x, std::size_t) {
    std::copy(x.begin(), x.end(), state[0].data());
    double of_x = 0;
    tiny::for_each_hidden(model, state, [&] {
      const double mass = std::exp(-model.energy(state));
      of_x += mass;
      of_first[static_cast<std::size_t>(
          model.template units<1>().state_number(hm::as_span(std::as_const(state[1]))))] += mass;
      for (std::size_t l = 0; l < Model::layers; ++l) {
        hm::row::add<double>(hm::as_span(std::as_const(state[l])), mass, model.bias_of(summed, l));
        if (l + 1 < Model::layers)
          hm::row::add_outer<double>(hm::as_span(std::as_const(state[l])),
                                     hm::as_span(std::as_const(state[l + 1])), mass,
                                     model.weights_of(summed, l));
      }
    });
    total += of_x;
    if (x[0] + x[1] < 6)
      CHECK(hm::log_unnormalised(model, hidden, x, model.visible().log_base_measure(x)) ==
            doctest::Approx(std::log(of_x)).epsilon(1e-12));
  });
  CHECK(hidden.log_partition() == doctest::Approx(std::log(total)).epsilon(1e-10));
  for (hm::index s = 0; s < hidden.states(); ++s)
    CHECK(hidden.probability(s) ==
          doctest::Approx(of_first[static_cast<std::size_t>(s)] / total).epsilon(1e-9));
  for (hm::index i = 0; i < exact.size(); ++i) {
    CAPTURE(i);
    CHECK(exact[i] == doctest::Approx(summed[i] / total).epsilon(1e-9));
  }
}

}  // namespace

TEST_CASE("enumeration of machines of parts is the sum over all states") {
  check_against_all_states(tiny::towers(1));
  check_against_all_states(tiny::towers_joined(2));
  check_against_all_states(tiny::joined_first(3));
}

TEST_CASE("conditionals are minus the derivative of the energy") {
  const auto model = tiny::towers_joined(4);
  auto state = model.make_state();
  state[0] << 3, 1, 0, 1, 0;
  state[1] << 1, 0, 1, 1;
  state[2] << 0, 1;
  for (std::size_t l = 0; l < 3; ++l) {
    hm::vector<double> input(model.size(l));
    model.layer_input(state, l, hm::as_span(input));
    // Linear but for the base measure: a difference of energies is the derivative.
    for (hm::index k = 0; k < model.size(l); ++k) {
      auto moved = state;
      moved[l][k] += 1;
      const auto base = [&](const auto& of) {
        return l == 0 ? model.visible().log_base_measure(hm::as_span(of[0])) : 0.0;
      };
      CHECK(-(model.energy(moved) - model.energy(state)) - (base(moved) - base(state)) ==
            doctest::Approx(input[k]).epsilon(1e-12));
    }
  }
}

TEST_CASE("the free energy of one hidden layer is the sum over it") {
  const auto model = tiny::towers(5);
  tiny::for_each_visible([&](std::span<const double> x, std::size_t) {
    if (x[0] + x[1] > 8) return;
    CHECK(hm::free_energy(model, x, model.visible().log_base_measure(x)) ==
          doctest::Approx(tiny::summed_free_energy(model, x)).epsilon(1e-12));
  });
}

TEST_CASE("parts without a joining layer are independent machines") {
  const auto model = tiny::towers(6);
  const hm::hidden_enumeration whole(model);
  hm::dbm<hm::negative_binomial, hm::bernoulli> counts(model.visible().part<0>(), hm::bernoulli(2));
  hm::dbm<hm::categorical, hm::bernoulli> batch(model.visible().part<1>(), hm::bernoulli(2));
  for (hm::index m = 0; m < 2; ++m) {
    counts.bias(0)[static_cast<std::size_t>(m)] = model.bias(0)[static_cast<std::size_t>(m)];
    counts.weights(0).row(m) = model.weights(0).row(m).head(2);
  }
  for (hm::index m = 0; m < 3; ++m) {
    batch.bias(0)[static_cast<std::size_t>(m)] = model.bias(0)[static_cast<std::size_t>(m + 2)];
    batch.weights(0).row(m) = model.weights(0).row(m + 2).tail(2);
  }
  for (std::size_t k = 0; k < 2; ++k) {
    counts.bias(1)[k] = model.bias(1)[k];
    batch.bias(1)[k] = model.bias(1)[k + 2];
  }
  CHECK(whole.log_partition() == doctest::Approx(hm::hidden_enumeration(counts).log_partition() +
                                                 hm::hidden_enumeration(batch).log_partition())
                                     .epsilon(1e-12));
}

TEST_CASE("weights between parts of different number are zero") {
  auto model = tiny::with_random_parameters(tiny::towers_joined(7), 8);
  CHECK(model.weights(0)(0, 2) != 0);
  hm::keep_parts(model);
  for (hm::index m = 0; m < 5; ++m)
    for (hm::index k = 0; k < 4; ++k) CHECK((model.weights(0)(m, k) == 0) == ((m < 2) != (k < 2)));
  CHECK(model.weights(1).cwiseAbs().minCoeff() > 0);
  const auto linked = hm::linked_units<0>(model);
  CHECK(linked.size() == 5);
  CHECK(linked[1].begin == 0);
  CHECK(linked[1].end == 2);
  CHECK(linked[2].begin == 2);
  CHECK(hm::linked_units<1>(model).empty());
}

TEST_CASE("annealing finds log Z of a machine of parts") {
  const auto model = tiny::towers_joined(9);
  const hm::hidden_enumeration hidden(model);
  hm::random_engine rng(10);
  const auto found = hm::annealed_log_partition(hm::serial_executor{}, model,
                                                {.runs = 400, .temperatures = 100}, rng);
  CHECK(std::abs(found.log_partition - hidden.log_partition()) < 5 * found.standard_error);
}
