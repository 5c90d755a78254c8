// SPDX-License-Identifier: MIT
#include "harmonium/likelihood/estimated_fit.hpp"

#include <doctest/doctest.h>

#include "harmonium/likelihood/exact_fit.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("likelihood for a given log Z") {
  const auto counts = tiny::toy_counts(23, 3, 4);
  const hm::thread_executor run(2);
  const auto shallow = tiny::rbm_of<hm::negative_binomial>(3);
  const hm::hidden_enumeration shallow_states(shallow);
  const auto exact = hm::exact_fit(run, shallow, shallow_states, counts);
  const auto fit = hm::estimated_fit(run, shallow, shallow_states.log_partition(), counts);
  CHECK(!fit.lower_bound);
  CHECK(fit.log_likelihood == doctest::Approx(exact.log_likelihood).epsilon(1e-12));

  const auto check_bound = [&](const auto& deep) {
    const hm::hidden_enumeration states(deep);
    const double whole = hm::exact_fit(run, deep, states, counts).log_likelihood;
    const auto bound = hm::estimated_fit(run, deep, states.log_partition(), counts);
    CHECK(bound.lower_bound);
    CHECK(bound.log_likelihood < whole);
    CHECK(bound.log_likelihood > whole - 0.2);
  };
  check_bound(tiny::deep_of<hm::negative_binomial>(4));
  check_bound(tiny::grouped_of<hm::negative_binomial>(5));
  check_bound(tiny::deepest_of<hm::negative_binomial>(6));
}
