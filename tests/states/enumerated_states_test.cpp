// SPDX-License-Identifier: MIT
#include "harmonium/states/enumerated_states.hpp"

#include <doctest/doctest.h>

#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"

namespace hm = harmonium;

namespace {

template <class Units>
void check_products(const Units& units) {
  const hm::enumerated_states<double> states(units);
  CHECK(states.size() == units.states());
  std::vector<double> weights(static_cast<std::size_t>(units.size())), state(weights.size());
  for (std::size_t k = 0; k < weights.size(); ++k) weights[k] = static_cast<double>(1 << k);
  std::vector<double> out(static_cast<std::size_t>(states.size()));
  states.products<double>(weights, out);
  for (hm::index s = 0; s < states.size(); ++s) {
    units.write_state(s, std::span(state));
    double direct = 0;
    for (std::size_t k = 0; k < state.size(); ++k) {
      CHECK(states[s][k] == state[k]);
      direct += state[k] * weights[k];
    }
    CHECK(out[static_cast<std::size_t>(s)] == direct);  // powers of two: no rounding
    const hm::index parent = states.parent(s);
    if (parent < 0) continue;
    CHECK(parent < s);
    for (std::size_t k = 0; k < state.size(); ++k) {
      const bool set = std::cmp_equal(k, states.unit(s));
      CHECK(states[s][k] - states[parent][k] == (set ? 1 : 0));
    }
  }
}

}  // namespace

TEST_CASE("states, parents and linear functions") {
  check_products(hm::bernoulli(5));
  check_products(hm::categorical(2, 3));
  check_products(hm::bernoulli(1));
}

TEST_CASE("every Bernoulli state but the first has a parent") {
  const hm::enumerated_states<double> states(hm::bernoulli(4));
  CHECK(states.parent(0) == -1);
  for (hm::index s = 1; s < 16; ++s) CHECK(states.parent(s) == s - (s & -s));
}

TEST_CASE("any list of states") {
  hm::matrix<double> list(3, 2);
  list << 0, 2, 1, 2, 1, 0;
  const hm::enumerated_states<double> states(list);
  CHECK(states.parent(1) == 0);
  CHECK(states.unit(1) == 0);
  CHECK(states.parent(2) == -1);
  std::vector<double> out(3);
  states.products<double>(std::vector<double>{10, 1}, out);
  CHECK(out == std::vector<double>{2, 12, 10});
}
