// SPDX-License-Identifier: MIT
#include "harmonium/study/planning/frequency_posterior.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "harmonium/core/draw/gamma.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/uniform.hpp"

namespace hm = harmonium;

namespace {

std::vector<hm::index> pilot_of(const std::vector<double>& frequencies, int cells,
                                hm::random_engine& rng) {
  std::vector<hm::index> counts(frequencies.size(), 0);
  for (int i = 0; i < cells; ++i) {
    double u = hm::draw::uniform(rng);
    std::size_t type = 0;
    while (type + 1 < counts.size() && u >= frequencies[type]) u -= frequencies[type++];
    ++counts[type];
  }
  return counts;
}

}  // namespace

TEST_CASE("draws are frequencies, and equal bits come from equal engines") {
  const std::vector<hm::index> counts{5, 40, 55};
  hm::random_engine rng(3), again(3);
  const auto one = hm::estimate_frequencies(counts, {.draws = 300}, rng);
  const auto other = hm::estimate_frequencies(counts, {.draws = 300}, again);
  CHECK(one.draws == other.draws);
  CHECK(rng == again);
  CHECK(rng.position() == 1);
  for (hm::index d = 0; d < 300; ++d) {
    CHECK(one.draws.row(d).minCoeff() > 0);
    CHECK(one.draws.row(d).sum() + one.unseen[static_cast<std::size_t>(d)] == doctest::Approx(1));
  }
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(one.lower[k] < one.mean[k]);
    CHECK(one.mean[k] < one.upper[k]);
  }
}

TEST_CASE("of few donors whose shares differ, intervals hold the population's frequencies") {
  // 25 pilots of 6 donors with 150 cells each, shares Dirichlet with correlation 0.05. Types of a
  // pilot depend on each other: five standard errors of 0.9 for 25 are 0.3.
  const std::vector<double> truth{0.05, 0.15, 0.3, 0.5};
  constexpr int pilots = 25, donors = 6;
  const double all = 1 / 0.05 - 1;
  int holds = 0, holds_independent = 0;
  double deviation = 0;
  for (std::uint64_t e = 0; e < pilots; ++e) {
    hm::random_engine rng(41, e);
    hm::frequency_options how;
    how.draws = 200;
    hm::matrix<double> by_donor = hm::matrix<double>::Zero(donors, 4);
    std::vector<hm::index> counts(4, 0);
    for (int d = 0; d < donors; ++d) {
      std::vector<double> shares;
      for (const double p : truth) shares.push_back(hm::draw::gamma(p * all, rng));
      const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
      for (double& share : shares) share /= sum;
      const auto own = pilot_of(shares, 150, rng);
      for (std::size_t t = 0; t < 4; ++t) {
        by_donor(d, static_cast<hm::index>(t)) = static_cast<double>(own[t]);
        counts[t] += own[t];
      }
    }
    const auto independent = hm::estimate_frequencies(counts, how, rng);
    CHECK(independent.variation.size() == 0);
    how.by_donor = by_donor;
    const auto found = hm::estimate_frequencies(counts, how, rng);
    REQUIRE(found.variation.rows() == 200);
    for (std::size_t t = 0; t < 4; ++t) {
      if (found.lower[t] <= truth[t] && truth[t] <= found.upper[t]) ++holds;
      if (independent.lower[t] <= truth[t] && truth[t] <= independent.upper[t]) ++holds_independent;
    }
    deviation += found.variation.col(2).mean() / pilots;
  }
  CHECK(holds >= 4 * pilots * 0.6);
  CHECK(holds_independent < holds - 4 * pilots * 0.2);
  // The third type's deviation is sqrt(0.05 * 0.7 / 0.3) = 0.34; six donors show it to 30 %, all
  // pilots to 6 %, and those of the other types (0.97, 0.53, 0.22) draw it up.
  CHECK(deviation > 0.25);
  CHECK(deviation < 0.5);
}

TEST_CASE("one donor shows nothing of how donors differ") {
  const std::vector<hm::index> counts{50, 150, 800};
  hm::matrix<double> one(1, 3);
  one << 50, 150, 800;
  hm::random_engine rng(3), again(3);
  const auto plain = hm::estimate_frequencies(counts, {}, again);
  const auto found = hm::estimate_frequencies(counts, {.by_donor = one}, rng);
  CHECK(rng == again);
  CHECK(found.upper[1] - found.lower[1] > 2 * (plain.upper[1] - plain.lower[1]));
  std::vector<double> deviations;
  for (hm::index d = 0; d < 1000; ++d) deviations.push_back(found.variation(d, 1));
  std::sort(deviations.begin(), deviations.end());
  CHECK(deviations[500] > 0.24);  // a step of the grid from the assumed 0.35
  CHECK(deviations[500] < 0.46);
  hm::matrix<double> other = one;
  other(0, 0) = 49;
  CHECK_THROWS_AS((void)hm::estimate_frequencies(counts, {.by_donor = other}, rng),
                  std::invalid_argument);
}

TEST_CASE("the smallest of counts that are about equal is not taken at its word") {
  // 20 types of 5 %: the smallest of 20 Poisson counts of mean 10 is about 5.
  const std::vector<hm::index> counts{5,  7,  8,  8,  9,  9,  9,  10, 10, 10,
                                      10, 10, 11, 11, 11, 12, 12, 12, 13, 13};
  hm::random_engine rng(5);
  const auto found = hm::estimate_frequencies(counts, {}, rng);
  CHECK(found.mean[0] > 0.040);  // the raw share is 0.025
  CHECK(found.mean[0] < 0.052);
  // A type that stands apart keeps its count: it is an outlier, not bad luck.
  std::vector<hm::index> apart(20, 100);
  apart[0] = 5;
  const auto outlier = hm::estimate_frequencies(apart, {}, rng);
  CHECK(outlier.mean[0] == doctest::Approx(5.0 / 1905).epsilon(0.3));
}

TEST_CASE("what is expected counts as so many cells") {
  const std::vector<hm::index> counts{0, 60, 140};
  hm::random_engine rng(6);
  const auto without = hm::estimate_frequencies(counts, {}, rng);
  const auto with = hm::estimate_frequencies(counts, {.expected = {{0, 0.05, 1000}}}, rng);
  CHECK(without.mean[0] < 0.02);
  // 50 of 1200 cells, so to speak.
  CHECK(with.mean[0] == doctest::Approx(50.0 / 1200).epsilon(0.15));
  CHECK(*std::max_element(with.unseen.begin(), with.unseen.end()) == 0);  // types are listed
}

TEST_CASE("intervals of the rarest type's frequency hold the truth as often as they say") {
  // 150 tissues of 6 to 15 types with lognormal frequencies, pilots of 200 cells. Five standard
  // errors of a share of 0.9 are 0.12.
  int holds = 0, tissues = 0;
  double log_ratio = 0;
  for (std::uint64_t i = 0; i < 150; ++i) {
    hm::random_engine rng(11, i);
    std::vector<double> f(6 + hm::draw::below(10, rng));
    double sum = 0;
    for (double& x : f) sum += x = std::exp(0.8 * hm::draw::normal(rng));
    for (double& x : f) x /= sum;
    auto counts = pilot_of(f, 200, rng);
    std::vector<double> truth;
    std::vector<hm::index> seen;
    for (std::size_t k = 0; k < f.size(); ++k)
      if (counts[k] > 0) {
        truth.push_back(f[k]);
        seen.push_back(counts[k]);
      }
    const auto found = hm::estimate_frequencies(seen, {.draws = 200}, rng);
    // Of the type with the least cells in the pilot, the choice that misleads.
    const auto k =
        static_cast<std::size_t>(std::min_element(seen.begin(), seen.end()) - seen.begin());
    ++tissues;
    if (found.lower[k] <= truth[k] && truth[k] <= found.upper[k]) ++holds;
    log_ratio += std::log(found.mean[k] / truth[k]);
  }
  CHECK(holds > 0.78 * tissues);
  CHECK(std::abs(log_ratio / tissues) < 0.2);
}

TEST_CASE("what cannot be") {
  hm::random_engine rng(1);
  const std::vector<hm::index> none{0, 0}, negative{3, -1}, fine{3, 4};
  CHECK_THROWS_AS((void)hm::estimate_frequencies(none, {}, rng), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::estimate_frequencies(negative, {}, rng), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::estimate_frequencies(fine, {.draws = 0}, rng), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::estimate_frequencies(fine, {.expected = {{2, 0.1}}}, rng),
                  std::invalid_argument);
  CHECK_THROWS_AS((void)hm::estimate_frequencies(fine, {.expected = {{0, 1.5}}}, rng),
                  std::invalid_argument);
}
