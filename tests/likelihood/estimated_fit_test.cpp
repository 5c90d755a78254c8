// SPDX-License-Identifier: MIT
#include "harmonium/likelihood/estimated_fit.hpp"

#include <doctest/doctest.h>

#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/likelihood/mean_field.hpp"
#include "harmonium/likelihood/mean_field_bound.hpp"
#include "harmonium/models/rbm.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("likelihood for a given log Z") {
  const auto counts = tiny::toy_counts(23, 3, 4);
  const hm::thread_executor run(2);
  const auto shallow = tiny::rbm_of<hm::negative_binomial>(3);
  const hm::hidden_enumeration shallow_states(shallow);
  const auto exact = hm::exact_fit(run, shallow, shallow_states, counts);
  const auto known = hm::log_partition_sides::exactly(shallow_states.log_partition());
  const auto fit = hm::estimated_fit(run, shallow, known, counts);
  CHECK(!fit.mean_field_bound);
  CHECK(fit.lower == doctest::Approx(exact.log_likelihood).epsilon(1e-12));
  CHECK(fit.upper == fit.lower);
  CHECK(fit.lower_error == 0);
  // A log Z that may be larger by 3 makes a likelihood that may be smaller by 3.
  const double log_z = shallow_states.log_partition();
  const auto wide = hm::estimated_fit(
      run, shallow,
      {.lower = log_z - 2, .upper = log_z + 3, .lower_error = 0.1, .upper_error = 0.2}, counts);
  CHECK(wide.lower == doctest::Approx(exact.log_likelihood - 3).epsilon(1e-12));
  CHECK(wide.upper == doctest::Approx(exact.log_likelihood + 2).epsilon(1e-12));
  CHECK(wide.lower_error == 0.2);
  CHECK(wide.upper_error == 0.1);
  // The posterior of one hidden layer is a product: there the bound is no bound but the figure.
  const auto base = hm::log_base_measures(shallow.visible(), counts);
  auto means = shallow.make_state();
  hm::mean_field_workspace work(shallow);
  hm::mean_field(shallow, counts.cell(5), means, work);
  CHECK(hm::mean_field_bound(shallow, counts.cell(5), base[5], means) ==
        doctest::Approx(-hm::free_energy(shallow, counts.cell(5), base[5])).epsilon(1e-12));

  const auto check_bound = [&](const auto& deep) {
    const hm::hidden_enumeration states(deep);
    const double whole = hm::exact_fit(run, deep, states, counts).log_likelihood;
    const auto known_deep = hm::log_partition_sides::exactly(states.log_partition());
    const auto bound = hm::estimated_fit(run, deep, known_deep, counts);
    CHECK(bound.mean_field_bound);
    CHECK(bound.lower < whole);
    CHECK(bound.lower > whole - 0.2);
  };
  check_bound(tiny::deep_of<hm::negative_binomial>(4));
  check_bound(tiny::grouped_of<hm::negative_binomial>(5));
  check_bound(tiny::deepest_of<hm::negative_binomial>(6));
}
