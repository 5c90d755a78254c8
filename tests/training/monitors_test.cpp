// SPDX-License-Identifier: MIT
#include "harmonium/training/monitors.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "harmonium/likelihood/base_measures.hpp"
#include "harmonium/likelihood/estimated_fit.hpp"
#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/likelihood/mean_field_bound.hpp"
#include "harmonium/likelihood/mean_field_reference.hpp"
#include "harmonium/models/rbm.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("figures against their definitions") {
  const auto counts = tiny::toy_counts(17, 3, 1);
  const auto model = tiny::rbm_of<hm::negative_binomial>(2);
  using model_type = std::remove_cvref_t<decltype(model)>;
  const hm::hidden_enumeration<model_type> hidden(model);
  const auto dense = hm::to_dense(counts);

  const auto base = hm::log_base_measures(model.visible(), counts);
  double free = 0, error = 0;
  for (hm::index i = 0; i < counts.cells(); ++i) {
    const hm::vector<double> x = dense.row(i);
    CHECK(base[i] == doctest::Approx(model.visible().log_base_measure(hm::as_span(x))));
    free += hm::free_energy(model, counts.cell(i), base[i]) / 17;
    hm::vector<double> input(3), h(3), eta(3), mean(3);
    model.first_hidden_input(counts.cell(i), hm::as_span(input));
    model.units<1>().mean(hm::as_span(std::as_const(input)), hm::as_span(h));
    model.visible_input(hm::as_span(std::as_const(h)), hm::as_span(eta));
    model.visible().mean(hm::as_span(std::as_const(eta)), hm::as_span(mean));
    error += (x - mean).cwiseAbs().sum() / 17 / 3;
  }
  const auto fit = hm::exact_fit(hm::thread_executor(2), model, hidden, counts);
  CHECK(fit.free_energy == doctest::Approx(free).epsilon(1e-12));
  CHECK(fit.log_likelihood == doctest::Approx(-free - hidden.log_partition()).epsilon(1e-12));
  CHECK(hm::reconstruction_error(hm::thread_executor(2), model, counts) ==
        doctest::Approx(error).epsilon(1e-12));
  CHECK(hm::weight_norm(model, 0) ==
        doctest::Approx(std::sqrt(model.weights(0).squaredNorm() / 9)).epsilon(1e-12));
  CHECK(hm::exact_fit(hm::serial_executor{}, model, hidden, hm::count_matrix<>(3)).free_energy ==
        0);
}

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

TEST_CASE("the reference has the cells' average hidden means") {
  const auto counts = tiny::toy_counts(30, 3, 5);
  const auto model = tiny::deep_of<hm::negative_binomial>(7);
  const auto reference =
      hm::mean_field_reference(hm::thread_executor(2), model, counts, /*inside=*/0.1);
  hm::vector<double> average = hm::vector<double>::Zero(3), mean(3);
  hm::mean_field_workspace work(model);
  auto means = model.make_state();
  for (hm::index i = 0; i < counts.cells(); ++i) {
    hm::mean_field(model, counts.cell(i), means, work);
    average += means[1] / 30;
  }
  model.units<1>().mean(hm::as_span(reference[1]), hm::as_span(mean));
  for (hm::index k = 0; k < 3; ++k)
    CHECK(mean[k] == doctest::Approx(0.9 * average[k] + 0.1 * 0.5).epsilon(1e-12));
}
