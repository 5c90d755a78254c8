// SPDX-License-Identifier: MIT
#include "harmonium/likelihood/mean_field.hpp"
#include "harmonium/models/input_factors.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "harmonium/core/rows.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("one hidden layer: the exact conditional mean in one pass") {
  const auto model = tiny::rbm_of<hm::negative_binomial>(1);
  hm::vector<double> x(3), input(3), expected(3);
  x << 2, 0, 5;
  const auto row = hm::as_span(std::as_const(x));
  auto means = model.make_state();
  hm::mean_field_workspace work(model);
  const auto result = hm::mean_field(model, row, means, work);
  CHECK(result.converged);
  CHECK(result.sweeps == 1);
  model.first_hidden_input(row, hm::as_span(input));
  model.units<1>().mean(hm::as_span(std::as_const(input)), hm::as_span(expected));
  CHECK(means[1] == expected);
}

TEST_CASE("several layers: a fixed point, the same with damping, or a stop at the cap") {
  const auto model = tiny::deepest_of<hm::negative_binomial>(2);
  hm::vector<double> x(3);
  x << 1, 3, 0;
  const auto row = hm::as_span(std::as_const(x));
  auto means = model.make_state(), damped = means;
  hm::mean_field_workspace work(model);
  const auto result = hm::mean_field(model, row, means, work,
                                     {.max_sweeps = 500, .tolerance = 1e-12, .damping = 0});
  CHECK(result.converged);
  for (std::size_t l = 1; l < model.layers; ++l) {
    auto at = means;
    at[0] = x;
    hm::vector<double> input(model.size(l)), mean(model.size(l));
    model.layer_input(at, l, hm::as_span(input));
    if (l == 1) model.units<1>().mean(hm::as_span(std::as_const(input)), hm::as_span(mean));
    if (l == 2) model.units<2>().mean(hm::as_span(std::as_const(input)), hm::as_span(mean));
    if (l == 3) model.units<3>().mean(hm::as_span(std::as_const(input)), hm::as_span(mean));
    CHECK((mean - means[l]).cwiseAbs().maxCoeff() < 1e-10);
  }
  const auto slow = hm::mean_field(model, row, damped, work,
                                   {.max_sweeps = 2000, .tolerance = 1e-13, .damping = 0.5});
  CHECK(slow.converged);
  CHECK(slow.sweeps > result.sweeps);
  for (std::size_t l = 1; l < model.layers; ++l)
    CHECK((damped[l] - means[l]).cwiseAbs().maxCoeff() < 1e-10);
  const auto capped = hm::mean_field(model, row, means, work, {.max_sweeps = 1, .tolerance = 0});
  CHECK(!capped.converged);
  CHECK(capped.sweeps == 1);
}

TEST_CASE("the factor-two rule doubles what a layer hears, not its bias") {
  const auto model = tiny::rbm_of<hm::negative_binomial>(3);
  hm::vector<double> x(3), input(3), expected(3);
  x << 1, 0, 2;
  const auto row = hm::as_span(std::as_const(x));
  auto means = model.make_state();
  hm::mean_field_workspace work(model);
  hm::input_factors<std::remove_cvref_t<decltype(model)>> factors;
  factors.factor[1] = 2;
  hm::mean_field(model, row, means, work, {}, factors);
  model.first_hidden_input(row, hm::as_span(input));
  for (hm::index k = 0; k < 3; ++k) {
    const double b = model.bias(1)[static_cast<std::size_t>(k)];
    input[k] = b + 2 * (input[k] - b);
  }
  model.units<1>().mean(hm::as_span(std::as_const(input)), hm::as_span(expected));
  CHECK(means[1] == expected);
}

TEST_CASE("what the means were before does not matter, not even NaN") {
  const auto model = tiny::deepest_of<hm::negative_binomial>(2);
  hm::vector<double> x(3);
  x << 1, 3, 0;
  const auto row = hm::as_span(std::as_const(x));
  auto zeros = model.make_state(), garbage = zeros;
  for (std::size_t l = 1; l < model.layers; ++l)
    garbage[l].setConstant(std::numeric_limits<double>::quiet_NaN());
  hm::mean_field_workspace work(model);
  hm::mean_field(model, row, zeros, work);
  hm::mean_field(model, row, garbage, work);
  for (std::size_t l = 1; l < model.layers; ++l) CHECK(garbage[l] == zeros[l]);
}

TEST_CASE("means of many rows, in blocks, are those of each row alone") {
  const auto check = [](const auto& model) {
    using model_type = std::remove_cvref_t<decltype(model)>;
    for (const hm::index rows : {1, 64, 65, 130}) {
      const auto counts = tiny::toy_counts(rows, 3, 5);
      const auto dense = hm::to_dense(counts);
      const hm::serial_executor run;
      const auto of_counts = hm::hidden_means(run, model, counts);
      const auto of_dense = hm::hidden_means(run, model, hm::dense_rows<double>(dense));
      CHECK(of_counts == hm::hidden_means(hm::thread_executor(3), model, counts));
      hm::mean_field_workspace<model_type> work(model);
      auto means = model.make_state();
      double furthest = 0;
      for (hm::index i = 0; i < rows; ++i) {
        hm::mean_field(model, counts.cell(i), means, work);
        for (hm::index k = 0; k < of_counts.cols(); ++k) {
          furthest = std::max(furthest, std::abs(of_counts(i, k) - means[1][k]));
          furthest = std::max(furthest, std::abs(of_dense(i, k) - means[1][k]));
        }
      }
      CHECK(furthest < 1e-12);
    }
  };
  check(tiny::rbm_of<hm::negative_binomial>(1));
  check(tiny::deepest_of<hm::negative_binomial>(2));
}
