// SPDX-License-Identifier: MIT
#include "harmonium/core/draw/categorical.hpp"

#include <doctest/doctest.h>

#include <numeric>
#include <random>

#include "support/fingerprint.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;
namespace draw = harmonium::draw;

namespace {

constexpr int size = 100000;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// P-value of drawn classes against weights, of which none is 0.
template <class Draw>
double classes_p(const std::vector<double>& weights, Draw draw_one) {
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<double> observed(weights.size(), 0), expected;
  for (const double weight : weights) expected.push_back(size * weight / total);
  for (int i = 0; i < size; ++i) ++observed[static_cast<std::size_t>(draw_one())];
  return statistics::chi_square_p(observed, expected);
}

}  // namespace

TEST_CASE_TEMPLATE("classes come by their weights", Engine, hm::random_engine, std::mt19937_64) {
  Engine rng(71);
  const std::vector<double> weights{3, 1, 0.5, 10, 0.01};
  const std::span<const double> view(weights);
  CHECK(classes_p(weights, [&] { return draw::categorical(view, rng); }) > statistics::implausible);
  const std::vector<float> single(weights.begin(), weights.end());
  CHECK(classes_p(weights, [&] { return draw::categorical(std::span<const float>(single), rng); }) >
        statistics::implausible);

  for (const double shift : {0.0, -5000.0, 1e6}) {  // log weights of any size
    std::vector<double> logs;
    for (const double weight : weights) logs.push_back(std::log(weight) + shift);
    const std::span<const double> log_view(logs);
    CHECK(classes_p(weights, [&] { return draw::categorical_log(log_view, rng); }) >
          statistics::implausible);
  }
}

TEST_CASE("impossible classes never come") {
  hm::random_engine rng(72);
  const std::vector<double> weights{0, 1e-300, 0, 1e-300, 0};
  const std::vector<double> logs{-infinity, -3, -infinity, -3, -infinity};
  std::vector<double> seen(5, 0);
  for (int i = 0; i < 2000; ++i) {
    ++seen[static_cast<std::size_t>(draw::categorical(std::span<const double>(weights), rng))];
    ++seen[static_cast<std::size_t>(draw::categorical_log(std::span<const double>(logs), rng))];
  }
  CHECK(seen[0] + seen[2] + seen[4] == 0);
  CHECK(std::abs(seen[1] - 2000) < 5 * std::sqrt(1000.0));
}

TEST_CASE("weights that are none are refused") {
  hm::random_engine rng(73);
  for (const std::vector<double>& weights :
       {std::vector<double>{}, {0, 0}, {1, -1e-9}, {1, std::nan("")}, {1, infinity}}) {
    const std::span<const double> view(weights);
    CHECK_THROWS_AS(draw::categorical(view, rng), std::domain_error);
    CHECK_THROWS_AS(draw::systematic(view, 3, rng), std::domain_error);
  }
  for (const std::vector<double>& logs :
       {std::vector<double>{}, {-infinity, -infinity}, {1, std::nan("")}, {1, infinity}})
    CHECK_THROWS_AS(draw::categorical_log(std::span<const double>(logs), rng), std::domain_error);
}

TEST_CASE_TEMPLATE("systematic counts are within 1 of their share, sum up, and average to it",
                   Engine, hm::random_engine, std::mt19937_64) {
  Engine rng(74);
  const std::vector<double> weights{0, 3, 1, 0.5, 10, 0.01, 0};
  const double total = 14.51;
  for (const hm::index n : {0, 1, 7, 1000}) {
    std::vector<double> sums(weights.size(), 0);
    const int rounds = 20000;
    for (int i = 0; i < rounds; ++i) {
      const auto counts = draw::systematic(std::span<const double>(weights), n, rng);
      REQUIRE(std::accumulate(counts.begin(), counts.end(), hm::index{0}) == n);
      for (std::size_t c = 0; c < counts.size(); ++c) {
        const double share = static_cast<double>(n) * weights[c] / total;
        REQUIRE(std::abs(static_cast<double>(counts[c]) - share) < 1 + 1e-9);
        sums[c] += static_cast<double>(counts[c]);
      }
    }
    CHECK(sums.front() + sums.back() == 0);
    for (std::size_t c = 0; c < weights.size(); ++c) {
      const double share = static_cast<double>(n) * weights[c] / total;
      CHECK(std::abs(sums[c] / rounds - share) <= 5 * 0.5 / std::sqrt(rounds));
    }
  }
  CHECK_THROWS_AS(draw::systematic(std::span<const double>(weights), -1, rng),
                  std::invalid_argument);
}

TEST_CASE("the same bits from every compiler") {
  hm::random_engine rng(7);
  const std::vector<double> weights{3, 1, 0.5, 10, 0.01}, logs{0.1, -0.7, -30, 0.12, -2.5};
  fingerprint all;
  for (hm::index i = 0; i < 20000; ++i) {
    all.add(draw::categorical(std::span<const double>(weights), rng));
    all.add(draw::categorical_log(std::span<const double>(logs), rng));
    for (const auto count : draw::systematic(std::span<const double>(weights), i, rng))
      all.add(count);
  }
  CHECK(all.value() == 0xcf858538ecd444cbu);
}
