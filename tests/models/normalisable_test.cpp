// SPDX-License-Identifier: MIT
#include "harmonium/models/normalisable.hpp"

#include <doctest/doctest.h>

#include <Eigen/Eigenvalues>
#include <cmath>
#include <stdexcept>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/rectified_gaussian.hpp"

namespace hm = harmonium;

namespace {

hm::vector<double> deviations(hm::index size, double first) {
  hm::vector<double> sigma(size);
  for (hm::index i = 0; i < size; ++i) sigma[i] = first + 0.3 * static_cast<double>(i);
  return sigma;
}

using three = hm::dbm<hm::gaussian, hm::gaussian, hm::gaussian>;

three gaussian_stack(std::uint64_t seed, double strength) {
  three model(hm::gaussian(deviations(4, 0.6)), hm::gaussian(deviations(3, 0.8)),
              hm::gaussian(deviations(2, 0.9)));
  hm::random_engine rng(seed);
  for (auto& p : model.parameters()) p = strength * hm::draw::uniform(-1.0, 1.0, rng);
  return model;
}

/// Smallest eigenvalue of the precision matrix of all layers together.
double smallest_eigenvalue(const three& model) {
  Eigen::MatrixXd precision = Eigen::MatrixXd::Zero(9, 9);
  const Eigen::Index begin[] = {0, 4, 7};
  hm::index at = 0;
  for (const auto* sigma :
       {&model.units<0>().standard_deviation(), &model.units<1>().standard_deviation(),
        &model.units<2>().standard_deviation()})
    for (const double s : *sigma) precision(at, at) = 1 / (s * s), ++at;
  for (std::size_t l = 0; l < 2; ++l) {
    const auto w = model.weights(l);
    precision.block(begin[l], begin[l + 1], w.rows(), w.cols()) = -w;
    precision.block(begin[l + 1], begin[l], w.cols(), w.rows()) = -w.transpose();
  }
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(precision).eigenvalues().minCoeff();
}

}  // namespace

TEST_CASE("Gaussian stacks normalise where the precision matrix is positive definite") {
  int both[2] = {0, 0};
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    auto model = gaussian_stack(seed, 0.1 + 0.02 * static_cast<double>(seed));
    const bool holds = smallest_eigenvalue(model) > 0;
    CAPTURE(seed);
    CHECK(hm::is_normalisable(model) == holds);
    ++both[holds ? 1 : 0];
    const auto before = model.parameters();
    hm::make_normalisable(model, 1e-3);
    CHECK(hm::is_normalisable(model, 0.99e-3));
    CHECK(smallest_eigenvalue(model) > 0);
    if (!holds) {
      CHECK(!hm::is_normalisable(model, 1.1e-3));  // no weaker than needed
      CHECK_THROWS_AS(hm::require_normalisable(gaussian_stack(seed, 9), "test"), std::domain_error);
      // All weights by the same factor, no bias.
      const double factor = model.weights(0)(0, 0) / before[9];
      CHECK(factor < 1);
      CHECK(model.weights(1)(2, 1) == doctest::Approx(before[before.size() - 1] * factor));
      CHECK(model.bias(0)[0] == before[0]);
    }
  }
  CHECK(both[0] > 10);
  CHECK(both[1] > 10);
}

TEST_CASE("factor analysis: the bound is that of I - W' S W") {
  hm::dbm<hm::gaussian, hm::gaussian> model(hm::gaussian(1, 2.0), hm::gaussian(1, 3.0));
  model.weights(0)(0, 0) = 1 / 6.0 - 1e-9;
  CHECK(hm::is_normalisable(model));
  CHECK(!hm::is_normalisable(model, 1e-6));
  model.weights(0)(0, 0) = -(1 / 6.0 + 1e-9);
  CHECK(!hm::is_normalisable(model));
}

TEST_CASE("between states that are not negative, negative weights are free") {
  hm::dbm<hm::relu, hm::relu> both(hm::relu(1), hm::relu(1));
  both.weights(0)(0, 0) = -50;
  CHECK(hm::is_normalisable(both));
  both.weights(0)(0, 0) = 1.01;
  CHECK(!hm::is_normalisable(both));

  hm::dbm<hm::negative_binomial, hm::relu> counts(hm::negative_binomial(2), hm::relu(1));
  counts.weights(0)(0, 0) = -3;
  CHECK(hm::is_normalisable(counts));
  counts.weights(0)(1, 0) = 1e-9;
  CHECK(!hm::is_normalisable(counts));
  hm::make_normalisable(counts);
  CHECK(counts.weights(0)(0, 0) == -3);
  CHECK(counts.weights(0)(1, 0) == 0);
}

TEST_CASE("bounded layers ask for nothing and cut a run of Gaussian layers") {
  hm::dbm<hm::gaussian, hm::bernoulli, hm::gaussian> model(hm::gaussian(1), hm::bernoulli(1),
                                                           hm::gaussian(1));
  model.weights(0)(0, 0) = 100;
  model.weights(1)(0, 0) = 100;
  CHECK(hm::is_normalisable(model));
  hm::make_normalisable(model);
  CHECK(model.weights(0)(0, 0) == 100);
}
