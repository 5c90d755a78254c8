// SPDX-License-Identifier: MIT
#include "harmonium/analysis/random_forest.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "harmonium/analysis/roc_auc.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/math/elementary.hpp"

namespace hm = harmonium;

namespace {

using kinds = std::vector<std::uint8_t>;
const hm::serial_executor serial;

struct two_kinds {
  hm::matrix<double> points;
  kinds of;
};

// Half the points of each kind; those of kind 1 are shifted along the first feature.
two_kinds shifted(hm::index count, hm::index features, double shift, std::uint64_t seed) {
  hm::random_engine rng(seed);
  two_kinds made{hm::matrix<double>(count, features), kinds(static_cast<std::size_t>(count))};
  for (hm::index i = 0; i < count; ++i) {
    made.of[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(i % 2);
    for (hm::index d = 0; d < features; ++d)
      made.points(i, d) = hm::draw::normal(rng) + (d == 0 && i % 2 == 1 ? shift : 0);
  }
  return made;
}

}  // namespace

TEST_CASE("one tree with all features takes the split of least impurity") {
  // Feature 1 separates the kinds at 2.5, feature 0 does not. Every bootstrap sample that holds
  // both kinds is split on feature 1.
  hm::matrix<double> points(6, 2);
  points << 1, 1, 5, 2, 3, 2, 2, 3, 4, 4, 0, 4;
  const kinds of{0, 0, 0, 1, 1, 1};
  hm::random_engine rng(1);
  const hm::random_forest forest(serial, points, of, {.trees = 50, .features_per_split = 2}, rng);
  int whole = 0;
  for (const hm::decision_tree& tree : forest.trees()) {
    if (tree.nodes.size() == 1) continue;  // one kind was drawn
    CHECK(tree.nodes.size() == 3);
    // Feature 1 is pure for sure; feature 0 may be by luck, with the same purity.
    if (tree.nodes[0].feature == 1) {
      ++whole;
      CHECK(tree.nodes[0].threshold > 1);
      CHECK(tree.nodes[0].threshold < 4);
    }
    CHECK(tree.nodes[1].share + tree.nodes[2].share == 1);
  }
  CHECK(whole > 30);
  CHECK(forest.predict(points)[0] < 0.2);
  CHECK(forest.predict(points)[5] > 0.8);
}

TEST_CASE("exclusive or is learnt, which no single threshold can") {
  hm::random_engine rng(2);
  const auto draw_points = [&] {
    two_kinds made{hm::matrix<double>(400, 2), kinds(400)};
    for (hm::index i = 0; i < 400; ++i) {
      for (hm::index d = 0; d < 2; ++d) made.points(i, d) = hm::draw::uniform(-1, 1, rng);
      made.of[static_cast<std::size_t>(i)] = made.points(i, 0) * made.points(i, 1) > 0 ? 1 : 0;
    }
    return made;
  };
  const auto train = draw_points(), test = draw_points();
  const hm::random_forest forest(serial, train.points, train.of, {.trees = 60}, rng);
  CHECK(hm::roc_auc(forest.predict(test.points), test.of) > 0.98);
}

TEST_CASE("unseen points are told apart as well as can be, unrelated kinds not at all") {
  hm::random_engine rng(3);
  const auto train = shifted(600, 9, 2, 4), test = shifted(2000, 9, 2, 5);
  const hm::random_forest forest(serial, train.points, train.of, {}, rng);
  // The best possible area is Phi(2 / sqrt(2)) = 0.921.
  const double area = hm::roc_auc(forest.predict(test.points), test.of);
  CHECK(area > 0.87);  // scikit-learn 1.2 on such points: 0.901, standard deviation 0.007
  CHECK(area < 0.935);

  const auto same = shifted(600, 9, 0, 6), others = shifted(2000, 9, 0, 7);
  const hm::random_forest idle(serial, same.points, same.of, {}, rng);
  // Standard error of the area at chance: sqrt(2001 / (12 * 1000 * 1000)) = 0.013.
  CHECK(std::abs(hm::roc_auc(idle.predict(others.points), others.of) - 0.5) < 5 * 0.013);
}

TEST_CASE("threads change nothing, another seed does") {
  const auto train = shifted(100, 4, 1, 8);
  hm::random_engine a(1), b(1), c(2);
  const hm::random_forest one(serial, train.points, train.of, {.trees = 30}, a);
  const hm::random_forest four(hm::thread_executor(4), train.points, train.of, {.trees = 30}, b);
  const hm::random_forest other(serial, train.points, train.of, {.trees = 30}, c);
  CHECK(one.predict(train.points) == four.predict(train.points));
  CHECK(one.predict(train.points) != other.predict(train.points));
  CHECK(a == b);
}

TEST_CASE("constant features, equal points, one kind") {
  hm::random_engine rng(9);
  auto train = shifted(60, 3, 6, 10);
  train.points.col(1).setConstant(4);
  train.points.col(2).setConstant(-1);
  const hm::random_forest forest(serial, train.points, train.of, {.features_per_split = 1}, rng);
  CHECK(hm::roc_auc(forest.predict(train.points), train.of) > 0.99);

  const hm::matrix<double> equal = hm::matrix<double>::Ones(40, 2);
  const hm::random_forest none(serial, equal, kinds(train.of.begin(), train.of.begin() + 40), {},
                               rng);
  CHECK(none.trees()[0].nodes.size() == 1);
  CHECK(none.predict(equal)[0] == none.predict(equal)[39]);
  CHECK(std::abs(none.predict(equal)[0] - 0.5) < 0.05);

  const hm::random_forest single(serial, equal, kinds(40, 1), {.trees = 3}, rng);
  CHECK(single.predict(equal)[0] == 1);
}

TEST_CASE("a bootstrap sample has as many draws as there are points") {
  // Of two points, two draws hold both in half of the trees, the second alone in a quarter.
  hm::matrix<double> points(2, 1);
  points << 1, 2;
  hm::random_engine rng(11);
  constexpr hm::index trees = 4000;
  const hm::random_forest forest(serial, points, kinds{0, 1}, {.trees = trees}, rng);
  const double four_errors = 4 * std::sqrt(0.75 * 0.25 / static_cast<double>(trees));
  CHECK(std::abs(forest.predict(points)[1] - 0.75) < four_errors);
  CHECK(std::abs(forest.predict(points)[0] - 0.25) < four_errors);
}

TEST_CASE("larger leaves make smaller trees") {
  const auto train = shifted(200, 4, 0.5, 11);
  hm::random_engine a(1), b(1);
  const hm::random_forest full(serial, train.points, train.of, {.trees = 5}, a);
  const hm::random_forest small(serial, train.points, train.of, {.trees = 5, .least_to_split = 40},
                                b);
  CHECK(3 * small.trees()[0].nodes.size() < full.trees()[0].nodes.size());
}

TEST_CASE("preconditions of the forest") {
  auto train = shifted(10, 2, 1, 12);
  hm::random_engine rng(1);
  const auto fit = [&](const hm::matrix<double>& points, const kinds& of,
                       const hm::random_forest_options& options = {}) {
    return hm::random_forest(serial, points, of, options, rng);
  };
  CHECK_THROWS_AS((void)fit(hm::matrix<double>(0, 2), {}), std::invalid_argument);
  CHECK_THROWS_AS((void)fit(train.points, kinds(9, 0)), std::invalid_argument);
  CHECK_THROWS_AS((void)fit(train.points, kinds(10, 2)), std::invalid_argument);
  CHECK_THROWS_AS((void)fit(train.points, train.of, {.trees = 0}), std::invalid_argument);
  CHECK_THROWS_AS((void)fit(train.points, train.of, {.least_to_split = 1}), std::invalid_argument);
  CHECK_THROWS_AS((void)fit(train.points, train.of).predict(hm::matrix<double>::Ones(1, 3)),
                  std::invalid_argument);
  train.points(3, 1) = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS((void)fit(train.points, train.of), std::domain_error);
}
