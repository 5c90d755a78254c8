// SPDX-License-Identifier: MIT
#include "harmonium/likelihood/mean_field_bound.hpp"

#include <doctest/doctest.h>

#include "harmonium/likelihood/base_measures.hpp"
#include "harmonium/likelihood/mean_field.hpp"
#include "harmonium/models/rbm.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("with one hidden layer the bound is the figure itself") {
  const auto counts = tiny::toy_counts(23, 3, 4);
  const auto shallow = tiny::rbm_of<hm::negative_binomial>(3);
  // The posterior of one hidden layer is a product: there the bound is no bound but the figure.
  const auto base = hm::log_base_measures(shallow.visible(), counts);
  auto means = shallow.make_state();
  hm::mean_field_workspace work(shallow);
  hm::mean_field(shallow, counts.cell(5), means, work);
  CHECK(hm::mean_field_bound(shallow, counts.cell(5), base[5], means) ==
        doctest::Approx(-hm::free_energy(shallow, counts.cell(5), base[5])).epsilon(1e-12));
}

TEST_CASE("bounds of many rows are those of each") {
  const auto check = [](const auto& model) {
    for (const hm::index rows : {0, 1, 64, 150}) {
      const auto counts = tiny::toy_counts(rows, 3, 4);
      const auto base = hm::log_base_measures(model.visible(), counts);
      const auto bounds = hm::mean_field_bounds(hm::serial_executor{}, model, counts, base);
      CHECK(bounds == hm::mean_field_bounds(hm::thread_executor(3), model, counts, base));
      REQUIRE(bounds.size() == rows);
      auto means = model.make_state();
      hm::mean_field_workspace work(model);
      for (hm::index i = 0; i < rows; ++i) {
        hm::mean_field(model, counts.cell(i), means, work);
        CHECK(bounds[i] == hm::mean_field_bound(model, counts.cell(i), base[i], means));
      }
    }
  };
  check(tiny::deep_of<hm::negative_binomial>(4));
  check(tiny::grouped_of<hm::negative_binomial>(5));
  check(tiny::deepest_of<hm::negative_binomial>(6));
}
