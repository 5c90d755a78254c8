// SPDX-License-Identifier: MIT
#include "harmonium/training/prior/atlas.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/training/train_harmonium.hpp"
#include "support/atlas_cells.hpp"

namespace hm = harmonium;

TEST_CASE("a trained harmonium is an atlas of its genes") {
  const auto truth = support::make_atlas(30, 1);
  const auto pilot = support::make_pilot(truth, 120, 2);
  hm::random_engine rng(3);
  const hm::harmonium_options<> options{
      .em = {.components = 3}, .residual = {.rank = 4}, .fits = 1};
  const auto trained = hm::train_harmonium(hm::serial_executor{}, pilot.counts, options, rng);
  const auto known = hm::atlas_of(trained, truth.ids, truth.symbols);
  CHECK(known.components() == 3);
  CHECK(known.mean == trained.generator.states().mean);
  CHECK(known.theta == trained.dispersion.gene);
  CHECK(known.loadings.cols() == 4);
  const auto& root = trained.generator.residual().parts().roots[1];
  const hm::matrix<double> covariance = root * root.transpose();
  CHECK((known.factor_covariances[1] - covariance).cwiseAbs().maxCoeff() < 1e-12);
  CHECK_THROWS_WITH_AS(hm::atlas_of(trained, {"one"}, {"one"}),
                       doctest::Contains("name its 30 genes"), std::invalid_argument);
}

TEST_CASE("an atlas in the order of the pilot's genes") {
  auto known = support::make_atlas(4, 1);
  known.loadings(2, 0) = 0.5;
  const std::vector<std::string> ids{"id2", "new", "other"}, symbols{"x", "y", "symbol0"};
  const auto prior = hm::prior_for(known, ids, symbols);
  CHECK(prior.genes() == 3);
  CHECK(prior.by_id == 1);
  CHECK(prior.by_symbol == 1);
  CHECK(prior.known == std::vector<char>{1, 0, 1});
  CHECK(prior.mean.col(0) == known.mean.col(2));
  CHECK(prior.mean.col(2) == known.mean.col(0));
  CHECK(prior.loadings(0, 0) == 0.5);
  CHECK(prior.own_variances[1] == 1);
  CHECK(prior.weights.sum() == doctest::Approx(1));
}

TEST_CASE("an atlas without a gene of the pilot says which genes it has") {
  const auto known = support::make_atlas(4, 1);
  const std::vector<std::string> ids{"mouse"}, symbols{"Mouse"};
  CHECK_THROWS_WITH_AS(hm::prior_for(known, ids, symbols), doctest::Contains("id0 (symbol0)"),
                       std::invalid_argument);
}

TEST_CASE("parts that do not fit together are named") {
  const auto refuses = [](auto&& spoil, const char* text) {
    auto known = support::make_atlas(4, 1);
    spoil(known);
    CHECK_THROWS_WITH_AS(hm::check(known, "here"), doctest::Contains(text), std::invalid_argument);
  };
  refuses([](hm::atlas& a) { a.weights[1] = 0; }, "positive weight");
  refuses([](hm::atlas& a) { a.mean(0, 2) = -1; }, "means of the atlas");
  refuses([](hm::atlas& a) { a.theta.conservativeResize(3); }, "inverse dispersion");
  refuses([](hm::atlas& a) { a.own_variances[0] = 0; }, "own variance");
  refuses([](hm::atlas& a) { a.factor_covariances.pop_back(); }, "covariance");
  refuses([](hm::atlas& a) { a.factor_covariances[0].resize(2, 2); }, "rank x rank");
  refuses([](hm::atlas& a) { a = {}; }, "no components");
}
