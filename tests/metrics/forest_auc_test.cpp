// SPDX-License-Identifier: MIT
#include "harmonium/metrics/forest_auc.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "support/two_samples.hpp"

namespace hm = harmonium;

namespace {
const hm::forest_auc small{.forest = {.trees = 60}};
}

TEST_CASE("fresh cells cannot be told apart, wrong ones can, copies from fresh cells only") {
  const auto fresh = support::against_toy_cells(small, support::fresh_cells());
  // Standard error at chance with 240 + 240 cells: 0.026; 120 + 120: 0.037.
  CHECK(std::abs(fresh.at("auc") - 0.5) < 5 * 0.026);
  CHECK(std::abs(fresh.at("auc_fresh") - 0.5) < 5 * 0.037);
  const auto wrong = support::against_toy_cells(small, support::wrong_cells());
  CHECK(wrong.at("auc") > 0.8);
  CHECK(wrong.at("auc_fresh") > 0.8);
  const auto again = support::against_toy_cells(small, support::wrong_cells());
  CHECK(again == wrong);
}

TEST_CASE("no pilot, no cell, fewer cells than folds") {
  const auto unknown = support::against_toy_cells(small, support::fresh_cells(), false);
  CHECK(unknown.at("auc") > 0);
  CHECK(std::isnan(unknown.at("auc_fresh")));
  CHECK(std::isnan(support::against_toy_cells(small, hm::count_matrix<>(15)).at("auc")));
  CHECK(std::isnan(support::against_toy_cells(small, tiny::toy_counts(2, 15, 1)).at("auc")));
  CHECK(support::against_toy_cells(small, tiny::toy_counts(3, 15, 1)).at("auc") >= 0);
  CHECK_THROWS_AS(
      (void)support::against_toy_cells(hm::forest_auc{.folds = 1}, support::fresh_cells()),
      std::invalid_argument);
}
