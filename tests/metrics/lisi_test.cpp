// SPDX-License-Identifier: MIT
#include "harmonium/metrics/lisi.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "support/two_samples.hpp"

namespace hm = harmonium;

TEST_CASE("weights have the entropy of the perplexity") {
  const std::vector<double> distances{0.5, 0.7, 1.1, 1.2, 2, 3, 4, 4.5, 5};
  for (const double perplexity : {2.0, 3.0, 7.5}) {
    double sum = 0, entropy = 0;
    for (const double w : hm::perplexity_weights(distances, perplexity)) {
      sum += w;
      entropy -= w * std::log(w);
    }
    CHECK(sum == doctest::Approx(1).epsilon(1e-14));
    CHECK(std::abs(entropy - std::log(perplexity)) < 2e-5);
  }
  for (const double w : hm::perplexity_weights(std::vector<double>{2, 2, 2, 2}, 2))
    CHECK(w == 0.25);
}

TEST_CASE("points at one place: the inverse Simpson index of the others' labels") {
  const hm::matrix<double> same = hm::matrix<double>::Zero(5, 2);
  const std::vector<hm::index> labels{0, 0, 0, 0, 1};
  const auto scores = hm::lisi_scores(same, labels, 30);
  REQUIRE(scores.size() == 5);
  CHECK(scores[0] == doctest::Approx(1 / (0.75 * 0.75 + 0.25 * 0.25)).epsilon(1e-14));
  CHECK(scores[4] == doctest::Approx(1).epsilon(1e-14));
}

TEST_CASE("far apart is 1, three labels mix to 3") {
  hm::matrix<double> line(90, 1);
  std::vector<hm::index> blocks, mixed;
  for (hm::index i = 0; i < 90; ++i) {
    line(i, 0) = static_cast<double>(i) + 1000.0 * static_cast<double>(i / 30);
    blocks.push_back(i / 30);
    mixed.push_back(i % 3);
  }
  for (const double score : hm::lisi_scores(line, blocks, 8))
    CHECK(score == doctest::Approx(1).epsilon(1e-12));
  for (const double score : hm::lisi_scores(line, mixed, 8)) CHECK(score > 2.4);  // own one misses
}

TEST_CASE("fresh cells mix, wrong ones less") {
  const hm::lisi metric{.perplexity = 10};
  const auto fresh = support::against_toy_cells(metric, support::fresh_cells());
  const auto wrong = support::against_toy_cells(metric, support::wrong_cells());
  CHECK(fresh.at("lisi") > 1.7);
  CHECK(fresh.at("lisi_fresh") > 1.7);
  CHECK(wrong.at("lisi") < fresh.at("lisi") - 0.1);
}

TEST_CASE("few cells, none, no pilot, bad arguments") {
  const hm::lisi metric;
  CHECK(support::against_toy_cells(metric, tiny::toy_counts(1, 15, 1)).at("lisi") == 1);
  CHECK(std::isnan(support::against_toy_cells(metric, hm::count_matrix<>(15)).at("lisi")));
  const auto unknown = support::against_toy_cells(metric, support::fresh_cells(), false);
  CHECK(unknown.at("lisi") > 1.7);
  CHECK(std::isnan(unknown.at("lisi_fresh")));
  const hm::matrix<double> two = hm::matrix<double>::Zero(2, 1);
  CHECK_THROWS_AS((void)hm::lisi_scores(two, std::vector<hm::index>{0}, 3), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::lisi_scores(two, std::vector<hm::index>{0, -1}, 3),
                  std::invalid_argument);
  CHECK_THROWS_AS((void)hm::lisi_scores(two, std::vector<hm::index>{0, 1}, 0.5),
                  std::invalid_argument);
}
