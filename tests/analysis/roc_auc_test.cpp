// SPDX-License-Identifier: MIT
#include "harmonium/analysis/roc_auc.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace hm = harmonium;

using kinds = std::vector<std::uint8_t>;

TEST_CASE("the area is the share of pairs in the right order, ties counting half") {
  const std::vector<double> scores{0.1, 0.4, 0.35, 0.8, 0.4};
  const kinds of{0, 0, 1, 1, 1};
  // Pairs: .35 > .1; .35 < .4; .8 > .1, .4; .4 > .1; .4 = .4.
  CHECK(hm::roc_auc(scores, of) == doctest::Approx(4.5 / 6).epsilon(1e-15));
  CHECK(hm::roc_auc(std::vector<double>{1, 2, 3}, kinds{0, 0, 1}) == 1);
  CHECK(hm::roc_auc(std::vector<double>{1, 2, 3}, kinds{1, 1, 0}) == 0);
  CHECK(hm::roc_auc(std::vector<double>{2, 2, 2}, kinds{1, 0, 0}) == 0.5);
}

TEST_CASE("one kind alone has no area") {
  CHECK(std::isnan(hm::roc_auc(std::vector<double>{1, 2}, kinds{1, 1})));
  CHECK(std::isnan(hm::roc_auc({}, {})));
  CHECK_THROWS_AS((void)hm::roc_auc(std::vector<double>{1}, kinds{1, 0}), std::invalid_argument);
}

TEST_CASE("folds hold each kind evenly") {
  kinds of(100, 0);
  for (std::size_t i = 0; i < 31; ++i) of[i * 3] = 1;
  hm::random_engine rng(1);
  const auto parts = hm::stratified_folds(of, 3, rng);
  std::vector<int> zeros(3), ones(3);
  for (std::size_t i = 0; i < 100; ++i)
    ++(of[i] == 1 ? ones : zeros)[static_cast<std::size_t>(parts[i])];
  CHECK(zeros == std::vector<int>{23, 23, 23});
  CHECK(ones == std::vector<int>{11, 10, 10});
  hm::random_engine other(2);
  CHECK(hm::stratified_folds(of, 3, other) != parts);
  CHECK_THROWS_AS((void)hm::stratified_folds(of, 0, rng), std::invalid_argument);
}
