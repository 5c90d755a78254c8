// SPDX-License-Identifier: MIT
#include "harmonium/units/parts.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <span>
#include <stdexcept>
#include <vector>

#include "docs/geometric_units.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/poisson.hpp"
#include "harmonium/units/spin.hpp"
#include "support/unit_conformance.hpp"

namespace hm = harmonium;

namespace {

template <class S>
using counts_and_batch = hm::parts<hm::basic_negative_binomial<S>, hm::basic_categorical<S>>;
template <class S>
using binary_parts = hm::parts<hm::basic_bernoulli<S>, hm::basic_bernoulli<S>>;
using mixed_hidden = hm::parts<hm::bernoulli, hm::categorical>;

// What all parts are, the whole is.
static_assert(hm::unit_family<counts_and_batch<double>> &&
              !hm::hidden_unit_family<counts_and_batch<double>>);
static_assert(hm::sited_unit_family<binary_parts<double>> &&
              hm::zero_one_states<binary_parts<float>>);
static_assert(hm::enumerable_unit_family<mixed_hidden> && !hm::sited_unit_family<mixed_hidden>);
static_assert(hm::hidden_unit_family<hm::parts<hm::spin, hm::gaussian>> &&
              !hm::enumerable_unit_family<hm::parts<hm::spin, hm::gaussian>>);

}  // namespace

TEST_CASE_TEMPLATE("parts are a unit family", S, double, float) {
  support::check_unit_family<counts_and_batch<S>>(
      {.layers = {{counts_and_batch<S>(hm::basic_negative_binomial<S>(2, S(1.5)),
                                       hm::basic_categorical<S>(1, 3)),
                   {S(-1), S(-0.4), S(-0.3), S(-1), S(-0.8)}}}});
}

TEST_CASE_TEMPLATE("so are parts of a family of one's own", S, double, float) {
  using units = hm::parts<guide::basic_geometric<S>, hm::basic_gaussian<S>>;
  support::check_unit_family<units>(
      {.layers = {{units(guide::basic_geometric<S>(2), hm::basic_gaussian<S>(1)),
                   {S(-0.5), S(-2), S(-0.7)}}}});
}

TEST_CASE_TEMPLATE("hidden parts are enumerated", S, double, float) {
  support::check_unit_family<binary_parts<S>>(
      {.layers = {{binary_parts<S>(hm::basic_bernoulli<S>(2), hm::basic_bernoulli<S>(1)),
                   {S(0.3), S(-1), S(0.8)}}},
       .edge_means = {0, 1}});
}
TEST_CASE("hidden parts of two families are enumerated") {
  support::check_unit_family<mixed_hidden>(
      {.layers = {
           {mixed_hidden(hm::bernoulli(2), hm::categorical(1, 3)), {0.3, -1, 0.8, 0.1, -0.2}}}});
  const mixed_hidden units(hm::bernoulli(2), hm::categorical(2, 3));
  CHECK(units.states() == 36);
  std::vector<double> state(8);
  for (hm::index s = 0; s < 36; ++s) {
    units.write_state(s, state);
    CHECK(units.state_number(state) == s);
  }
  CHECK(hm::parts(hm::bernoulli(40), hm::bernoulli(40)).states() == hm::index{1} << 62);
  units.write_maximiser(std::span<const double>(std::vector<double>{1, -1, 0, 2, 1, -3, -2, -1}),
                        state);
  CHECK(state == std::vector<double>{1, 0, 0, 1, 0, 0, 0, 1});
}

TEST_CASE("every part keeps its own bound and says which unit has no such state") {
  const hm::parts units(hm::gaussian(1), hm::poisson(1), hm::categorical(1, 2),
                        hm::negative_binomial(2, 1.0));
  CHECK(units.size() == 6);
  CHECK(units.begin_of(2) == 2);
  CHECK(units.size_of(3) == 2);
  CHECK(units.natural_supremum() == 0);
  std::vector<double> suprema(6);
  hm::write_natural_suprema(units, std::span<double>(suprema));
  const double none = std::numeric_limits<double>::infinity();
  CHECK(suprema[0] == none);
  CHECK(suprema[3] == none);
  CHECK(suprema[4] == 0);
  CHECK(suprema[5] == 0);
  CHECK(units.unsupported_unit(std::vector<double>{-3.5, 2, 0, 1, 4, 0}) == -1);
  CHECK(units.unsupported_unit(std::vector<double>{-3.5, 2.5, 0, 1, 4, 0}) == 1);
  CHECK(units.unsupported_unit(std::vector<double>{-3.5, 2, 1, 1, 4, 0}) == 3);
  CHECK(units.unsupported_unit(std::vector<double>{-3.5, 2, 0, 1, 4, -1}) == 5);
}

TEST_CASE("a layer of parts is made of one size per part") {
  const auto units =
      hm::make_units<mixed_hidden>(hm::in_parts({2, hm::one_hot{.groups = 2, .categories = 3}}));
  CHECK(units.size() == 8);
  CHECK(units.part<1>().categories() == 3);
  CHECK_THROWS_WITH_AS((void)hm::make_units<mixed_hidden>(5),
                       "parts: 2 parts need a size each, as in in_parts({...}), got 0",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)hm::make_units<hm::bernoulli>(hm::in_parts({2, 3})),
                       "make_units: this layer is of one family, but 2 parts are asked for",
                       std::invalid_argument);
  CHECK_THROWS_AS((void)hm::make_units<hm::categorical>(hm::in_parts({2, 3})),
                  std::invalid_argument);
}

TEST_CASE("tables draw from the same distribution") {
  const counts_and_batch<double> units(hm::negative_binomial(2, 1.5), hm::categorical(1, 3));
  const std::vector<double> eta{-1, -0.4, 0.3, -1, 0.8};
  const auto tables = units.tabulate(eta);
  std::vector<double> mean(5), variance(5), sum(5, 0.0), state(5);
  units.mean(eta, mean);
  units.variance(eta, variance);
  hm::random_engine rng(7);
  constexpr int draws = 40000;
  for (int n = 0; n < draws; ++n) {
    tables(std::span<double>(state), rng);
    CHECK(units.supports(state));
    for (std::size_t m = 0; m < 5; ++m) sum[m] += state[m];
  }
  for (std::size_t m = 0; m < 5; ++m)
    CHECK(std::abs(sum[m] / draws - mean[m]) < 5 * std::sqrt(variance[m] / draws));
}
