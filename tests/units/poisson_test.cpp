// SPDX-License-Identifier: MIT
#include "harmonium/units/poisson.hpp"

#include <doctest/doctest.h>

#include "support/accuracy.hpp"
#include "support/unit_conformance.hpp"

namespace hm = harmonium;

template class hm::basic_poisson<float>;
template class hm::basic_poisson<double>;

TEST_CASE_TEMPLATE("Poisson units obey the laws of their concept", S, float, double) {
  using units = hm::basic_poisson<S>;
  support::check_unit_family<units>({.layers = {{units(1), {S(-2)}},
                                                {units(1), {S(0)}},
                                                {units(1), {S(6)}},
                                                {units(3), {S(-1), S(1), S(3)}}},
                                     .extremes = {{units(2), {S(-700), S(34.4)}}},
                                     .edge_means = {S(0)},
                                     .whole_numbers = true});
}

// Computed with mpmath 1.3 at 60 digits from the doubles given.
TEST_CASE("log-pmf of many counts") {
  struct row {
    double x, rate, want;
  };
  constexpr row rows[] = {
      {0.0, 3.5, -3.5},
      {1.0, 1e-09, -20.723265837946411094},
      {3.0, 3.5, -1.5334705637419510137},
      {9.0, 10.0, -2.078561643135058455},
      {100.0, 90.5, -3.7043904849754464019},
      {2000000.0, 2000100.0, -8.1757673608032406569},
      {2000000.0, 1000000.0, -386302.53438733475228},
      {1000000000000000.0, 1000000000000000.0, -18.188326730660015455},
  };
  for (const row& r : rows) {
    CAPTURE(r.x);
    CHECK(support::relative_error(hm::poisson_log_pmf(r.x, r.rate), r.want) < 1e-13);
  }
}

TEST_CASE("a rate too large to draw from is refused") {
  std::vector<double> state(1);
  hm::random_engine rng(1);
  CHECK_THROWS_AS(hm::poisson(1).sample(std::vector<double>{35}, state, rng), std::domain_error);
  CHECK_THROWS_AS(hm::poisson(-1), std::invalid_argument);
}
