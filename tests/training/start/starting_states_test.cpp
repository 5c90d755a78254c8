// SPDX-License-Identifier: MIT
#include "harmonium/training/start/starting_states.hpp"

#include <doctest/doctest.h>

#include <set>

#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"

namespace hm = harmonium;

namespace {

/// Two clusters far apart on the first component.
hm::matrix<double> two_clusters() {
  hm::matrix<double> scores(20, 2);
  for (hm::index i = 0; i < 20; ++i) {
    scores(i, 0) = i % 2 == 0 ? -10 : 10;
    scores(i, 1) = 0.1 * static_cast<double>(i % 5) - 0.2;
  }
  return scores;
}

}  // namespace

TEST_CASE("a one-hot group starts from clusters") {
  hm::random_engine rng(1);
  const auto shares = hm::starting_states(hm::serial_executor{},
                                          hm::enumerated_states<double>(hm::categorical(1, 2)),
                                          two_clusters(), {}, rng);
  for (std::size_t i = 2; i < 20; ++i) CHECK(shares[i][0].state == shares[i - 2][0].state);
  CHECK(shares[0][0].state != shares[1][0].state);
}

TEST_CASE("Bernoulli units start from signs of projections, the same for all executors") {
  hm::random_engine first(2), second(2);
  const hm::enumerated_states<double> states(hm::bernoulli(4));
  const auto one = hm::starting_states(hm::serial_executor{}, states, two_clusters(), {}, first);
  const auto two = hm::starting_states(hm::thread_executor(3), states, two_clusters(), {}, second);
  std::set<hm::index> seen;
  for (std::size_t i = 0; i < 20; ++i) {
    CHECK(one[i].size() == 1);
    CHECK(one[i][0].state == two[i][0].state);
    CHECK(one[i][0].probability == 1);
    seen.insert(one[i][0].state);
  }
  CHECK(seen.size() > 1);
  CHECK(first == second);
}

TEST_CASE("cells without any difference share a state") {
  hm::random_engine rng(3);
  const hm::matrix<double> nothing = hm::matrix<double>::Zero(3, 2);
  const auto shares = hm::starting_states(
      hm::serial_executor{}, hm::enumerated_states<double>(hm::bernoulli(2)), nothing, {}, rng);
  for (const auto& cell : shares) CHECK(cell[0].state == 0);
}

TEST_CASE("projected states are those that the enumeration finds best") {
  hm::random_engine draws(3);
  hm::matrix<double> scores(40, 3);
  for (hm::index i = 0; i < scores.size(); ++i) scores.data()[i] = hm::draw::normal(draws);
  const hm::bernoulli units(4);
  const hm::enumerated_states<double> all(units);
  hm::random_engine a(9), b(9);
  const auto shares = hm::starting_states(hm::serial_executor{}, all, scores, {}, a);
  const auto states = hm::projected_states<double>(units, scores, {}, b);
  for (hm::index i = 0; i < 40; ++i) {
    const auto best = all[shares[static_cast<std::size_t>(i)].front().state];
    for (hm::index k = 0; k < 4; ++k) CHECK(states(i, k) == best[static_cast<std::size_t>(k)]);
  }
  CHECK(a() == b());
}
