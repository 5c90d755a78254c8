// SPDX-License-Identifier: MIT
// The unit family of docs/add-a-unit-family.md, which quotes this file.
#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "docs/geometric_units.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/testing/check_unit.hpp"
#include "harmonium/training/train.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

using guide::basic_geometric;

TEST_CASE_TEMPLATE("geometric units obey the laws of their concept", S, float, double) {
  using units = basic_geometric<S>;
  const auto found = hm::testing::check_unit<units>(
      {.layers = {{units(1), {S(-0.1)}}, {units(1), {S(-2)}}, {units(2), {S(-0.5), S(-4)}}},
       .extremes = {{units(2), {S(-700), S(-1e-6)}}},
       .edge_means = {S(0)},
       .whole_numbers = true});
  CHECK(found.text() == "");  // a line for each law that does not hold; or found.or_throw()
}

TEST_CASE("geometric units are negative binomial units with theta = 1") {
  const std::vector<double> eta{-0.3, -1e-8, -40};
  const basic_geometric<double> geometric(3);
  const hm::negative_binomial same(3, 1.0);
  std::vector<double> mean(3), want(3);
  geometric.mean(eta, mean);
  same.mean(eta, want);
  for (std::size_t i = 0; i < 3; ++i) CHECK(mean[i] == doctest::Approx(want[i]).epsilon(1e-14));
  CHECK(geometric.log_partition(eta) == doctest::Approx(same.log_partition(eta)).epsilon(1e-14));
}

TEST_CASE("what has no distribution is refused") {
  std::vector<double> state(1);
  hm::random_engine rng(1);
  const basic_geometric<double> units(1);
  CHECK_THROWS_AS(units.sample(std::vector<double>{0}, state, rng), std::domain_error);
  CHECK_THROWS_AS(basic_geometric<double>(-1), std::invalid_argument);
}

TEST_CASE("a family is all that a model needs") {
  hm::random_engine rng(7);
  const hm::tissue tissue =
      hm::simulate_tissue({.cells = 150, .genes = 40, .markers_per_type = 4}, rng);
  using model = hm::rbm<basic_geometric<double>, hm::bernoulli>;
  const hm::thread_executor run(2);
  const model trained = hm::train<model>(run, tissue.counts, {.hidden = {3}}, rng);
  const auto cells = hm::sampled(trained, hm::exact{}).generate(run, 4000, rng);

  const auto want = hm::gene_means(tissue.counts);
  const auto got = hm::gene_means(cells);
  double off = 0;
  for (hm::index m = 0; m < want.size(); ++m) off += std::abs(got[m] - want[m]);
  CHECK(off < 0.1 * want.sum());
}
