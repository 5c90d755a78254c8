// SPDX-License-Identifier: MIT
#include "harmonium/metrics/adjusted_rand.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "support/score.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

std::vector<hm::index> alternating(std::size_t cells) {
  std::vector<hm::index> labels(cells);
  for (std::size_t i = 0; i < cells; ++i) labels[i] = static_cast<hm::index>(i % 2);
  return labels;
}

// Knows the answer: even and odd rows.
struct told {
  std::vector<hm::index> operator()(hm::matrix_view<double> points, hm::index) const {
    return alternating(static_cast<std::size_t>(points.rows()));
  }
};

}  // namespace

TEST_CASE("clear clusters are found again, wrong labels are not") {
  const auto real = tiny::toy_counts(100, 30, 1), made = tiny::toy_counts(80, 30, 2);
  const auto right =
      support::score(hm::adjusted_rand{}, real, alternating(100), made, alternating(80));
  CHECK(right.at("adjusted_rand") > 0.9);
  CHECK(right.at("rand") > 0.95);
  CHECK(right.at("mutual_information") > 0.85);
  CHECK(right.at("adjusted_rand_reference") > 0.9);

  hm::random_engine rng(4);
  auto wrong = alternating(80);
  hm::draw::shuffle(std::span(wrong), rng);
  const auto chance = support::score(hm::adjusted_rand{}, real, alternating(100), made, wrong);
  CHECK(std::abs(chance.at("adjusted_rand")) < 0.1);
  CHECK(chance.at("adjusted_rand_reference") == right.at("adjusted_rand_reference"));
}

TEST_CASE("another clustering is another template argument") {
  const auto cells = tiny::toy_counts(30, 6, 1);
  const auto figures = support::score(hm::basic_adjusted_rand<told>{}, cells, alternating(30),
                                      cells, alternating(30));
  CHECK(figures.at("adjusted_rand") == 1);
  CHECK(figures.at("rand_reference") == 1);
}

TEST_CASE("no label, no cell, one cluster") {
  const auto cells = tiny::toy_counts(10, 6, 1);
  const std::vector<hm::index> none(10, -1), one(10, 0);
  for (const auto& [name, value] : support::score(hm::adjusted_rand{}, cells, none, cells, none))
    CHECK(std::isnan(value));
  const auto empty = support::score(hm::adjusted_rand{}, cells, one, hm::count_matrix<>(6), {});
  CHECK(std::isnan(empty.at("adjusted_rand")));
  CHECK(empty.at("adjusted_rand_reference") == 1);  // one cluster, and asked for one
  CHECK_THROWS_AS((void)support::score(hm::adjusted_rand{.components = 0}, cells, one, cells, one),
                  std::invalid_argument);
}
