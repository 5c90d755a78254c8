// SPDX-License-Identifier: MIT
#include "harmonium/training/monitors.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("figures against their definitions") {
  const auto counts = tiny::toy_counts(17, 3, 1);
  const auto model = tiny::rbm_of<hm::negative_binomial>(2);
  const auto dense = hm::to_dense(counts);
  double error = 0;
  for (hm::index i = 0; i < counts.cells(); ++i) {
    const hm::vector<double> x = dense.row(i);
    hm::vector<double> input(3), h(3), eta(3), mean(3);
    model.first_hidden_input(counts.cell(i), hm::as_span(input));
    model.units<1>().mean(hm::as_span(std::as_const(input)), hm::as_span(h));
    model.visible_input(hm::as_span(std::as_const(h)), hm::as_span(eta));
    model.visible().mean(hm::as_span(std::as_const(eta)), hm::as_span(mean));
    error += (x - mean).cwiseAbs().sum() / 17 / 3;
  }
  CHECK(hm::reconstruction_error(hm::thread_executor(2), model, counts) ==
        doctest::Approx(error).epsilon(1e-12));
  CHECK(hm::reconstruction_error(hm::serial_executor{}, model, hm::dense_rows<double>(dense)) ==
        doctest::Approx(error).epsilon(1e-12));
  CHECK(hm::weight_norm(model, 0) ==
        doctest::Approx(std::sqrt(model.weights(0).squaredNorm() / 9)).epsilon(1e-12));
}
