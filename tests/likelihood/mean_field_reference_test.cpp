// SPDX-License-Identifier: MIT
#include "harmonium/likelihood/mean_field_reference.hpp"

#include <doctest/doctest.h>

#include "harmonium/likelihood/mean_field.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

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
