// SPDX-License-Identifier: MIT
// Gradients of these parts are tested as a whole, in evidence_bound_test.cpp.
#include "harmonium/models/variational/hidden_layer.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace hm = harmonium;

namespace {

/// One hidden layer of `inputs` x `units` with given parameters.
struct one_layer {
  std::vector<hm::hidden_block> layers;
  hm::vector<double> parameters, statistics;

  one_layer(hm::index inputs, hm::index units) {
    const hm::index weights = inputs * units;
    layers.push_back({{0, weights, inputs, units}, weights + units, weights + 2 * units, 0});
    parameters = hm::vector<double>::LinSpaced(weights + 3 * units, -1, 1);
    parameters.segment(weights + units, units).setOnes();
    parameters.tail(units).setConstant(0.25);
    statistics = hm::vector<double>::Zero(2 * units);
  }
};

}  // namespace

TEST_CASE("normalisation, running moments, and evaluation with them") {
  const hm::index rows = 40, units = 3;
  one_layer net(2, units);
  hm::matrix<double> x(rows, 2);
  for (hm::index i = 0; i < rows; ++i)
    x.row(i) << std::sin(static_cast<double>(i)), std::cos(2.0 * static_cast<double>(i));
  std::vector<hm::layer_trace<double>> traces;
  const hm::serial_executor run;
  hm::forward(run, net.layers, net.parameters.data(), x, 0.0, {}, traces);
  for (hm::index u = 0; u < units; ++u) {
    const auto column = traces[0].normalised.col(u);
    CHECK(std::abs(column.mean()) < 1e-12);
    // 1 / (1 + epsilon / variance)
    CHECK(column.squaredNorm() / rows == doctest::Approx(1).epsilon(0.1));
  }
  for (int step = 0; step < 3000; ++step) hm::update_running(net.layers, traces, net.statistics);
  const auto evaluated = hm::evaluate_layers(run, net.layers, net.parameters, net.statistics, x);
  // Running variances are unbiased ones: n / (n - 1) apart.
  CHECK((evaluated - traces[0].out).cwiseAbs().maxCoeff() < 0.05);
}

TEST_CASE("dropout drops its share and keeps the mean") {
  const hm::index rows = 2000;
  one_layer net(1, 4);
  net.parameters.head(8).setZero();  // every unit is the shift, 0.25
  const hm::matrix<double> x = hm::matrix<double>::Ones(rows, 1);
  hm::random_engine rng(3);
  const hm::random_streams streams(rng);
  std::vector<hm::random_engine> engines;
  for (std::uint64_t i = 0; i < rows; ++i) engines.push_back(streams[i]);
  std::vector<hm::layer_trace<double>> traces;
  const auto& out = hm::forward(hm::serial_executor{}, net.layers, net.parameters.data(), x, 0.3,
                                std::span<hm::random_engine>(engines), traces);
  double dropped = 0;
  for (hm::index k = 0; k < out.size(); ++k) {
    const double value = out.data()[k];
    CHECK((value == 0 || value == doctest::Approx(0.25 / 0.7)));
    dropped += value == 0 ? 1 : 0;
  }
  // 8000 units: a standard error of 0.005.
  CHECK(std::abs(dropped / 8000 - 0.3) < 0.026);
}

TEST_CASE("a batch of one cell is normalised to the shift") {
  one_layer net(2, 3);
  std::vector<hm::layer_trace<double>> traces;
  const hm::matrix<double> x = hm::matrix<double>::Ones(1, 2);
  const auto& out =
      hm::forward(hm::serial_executor{}, net.layers, net.parameters.data(), x, 0.0, {}, traces);
  CHECK(out == hm::matrix<double>::Constant(1, 3, 0.25));
}
