// SPDX-License-Identifier: MIT
#include "harmonium/core/draw/negative_binomial_tables.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <random>

#include "support/fingerprint.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;
namespace draw = harmonium::draw;

namespace {

template <class Scalar>
draw::negative_binomial_tables tables_of(const std::vector<Scalar>& eta,
                                         const std::vector<Scalar>& theta) {
  return {std::span<const Scalar>(eta), std::span<const Scalar>(theta)};
}

/// Every word is `first`, then `second`.
struct two_words {
  using result_type = std::uint64_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }
  result_type operator()() { return calls++ == 0 ? first : second; }
  std::uint64_t first, second;
  int calls = 0;
};

}  // namespace

TEST_CASE_TEMPLATE("counts of every mean and dispersion", Engine, hm::random_engine,
                   std::mt19937_64) {
  std::vector<double> means, theta, eta;
  for (const double t : {1e-3, 0.01, 0.3, 1.6, 30.0, 1e6})
    for (const double mean : {1e-3, 0.4, 5.0, 29.0, 120.0, 1e4}) {
      means.push_back(mean);
      theta.push_back(t);
      eta.push_back(-std::log1p(t / mean));
    }
  const auto tables = tables_of(eta, theta);
  constexpr std::size_t draws = 30000;
  std::vector<std::vector<std::int64_t>> samples(tables.size());
  std::vector<double> row(tables.size());
  Engine rng(61);
  for (std::size_t i = 0; i < draws; ++i) {
    tables(std::span<double>(row), rng);
    for (std::size_t m = 0; m < row.size(); ++m)
      samples[m].push_back(static_cast<std::int64_t>(row[m]));
  }
  for (std::size_t m = 0; m < row.size(); ++m) {
    CAPTURE(theta[m]);
    CAPTURE(means[m]);
    CHECK(statistics::counts_p(samples[m], statistics::negative_binomial_cdf(means[m], theta[m])) >
          statistics::implausible);
    const statistics::moments of(samples[m], means[m], means[m] + means[m] * means[m] / theta[m]);
    CHECK(std::abs(of.mean_z) < 5);
  }
}

TEST_CASE("what 32 bits leave open, further bits decide") {
  // Mean 0.3: four slots. Within slot 0 the outcome changes once as the bits grow.
  const double theta = 2, eta = -std::log1p(theta / 0.05);
  const auto tables = tables_of<double>({eta}, {theta});
  const auto count = [&](std::uint32_t half, std::uint64_t next) {
    double out = -1;
    two_words rng{half, next};
    tables(std::span<double>(&out, 1), rng);
    return out;
  };
  const std::uint32_t slot = 1;  // count 1 is rare: the slot is filled up with zeros
  std::uint32_t low = slot << 30, high = (slot << 30) + ((1u << 30) - 1);
  REQUIRE(count(low, 0) == 1);
  REQUIRE(count(high, 0) == 0);
  while (high - low > 1) {
    const std::uint32_t middle = low + (high - low) / 2;
    (count(middle, 0) == 1 ? low : high) = middle;
  }
  CHECK(count(low - 1, ~0ull) == 1);
  CHECK(count(low, ~0ull) == 0);
  CHECK(count(high, ~0ull) == 0);
  // The threshold is 4 P(X = 1), here seen through 30 + 18 bits.
  const double p = theta * std::exp(eta) * std::pow(1 - std::exp(eta), theta);
  const double share = static_cast<double>(low - (slot << 30)) / 0x1p30;
  CHECK(share <= 4 * p);
  CHECK(4 * p <= share + 0x1p-30);
  std::uint64_t below = 0, above = (1u << 18) - 1;
  while (above - below > 1) {
    const std::uint64_t middle = (below + above) / 2;
    (count(low, middle) == 1 ? below : above) = middle;
  }
  CHECK(std::abs(share + static_cast<double>(above) * 0x1p-48 - 4 * p) < 0x1p-47);
}

TEST_CASE("counts without zeros are those of a row") {
  // More genes than are drawn at a time, with and without a table, some never counted.
  std::vector<double> eta, theta;
  for (int m = 0; m < 300; ++m) {
    theta.push_back(0.2 + m % 5);
    const double mean = m % 17 == 0 ? 1e4 : 0.01 * (1 + m % 7) * (1 + m);
    eta.push_back(m % 11 == 0 ? -745 : -std::log1p(theta.back() / mean));
  }
  const auto tables = tables_of(eta, theta);
  std::vector<double> row(tables.size());
  std::vector<std::int32_t> genes(tables.size()), counts(tables.size());
  hm::random_engine rows(5), lists(5);
  for (int i = 0; i < 300; ++i) {
    tables(std::span<double>(row), rows);
    const std::size_t kept = tables.nonzeros(genes.data(), counts.data(), lists);
    REQUIRE(rows == lists);
    std::size_t next = 0;
    for (std::size_t m = 0; m < row.size(); ++m) {
      if (row[m] == 0) continue;
      REQUIRE(next < kept);
      CHECK(genes[next] == static_cast<std::int32_t>(m));
      CHECK(counts[next++] == row[m]);
    }
    CHECK(next == kept);
  }
  const auto huge = tables_of<double>({-1e-12}, {1.0});
  CHECK_THROWS_AS(
      [&] {
        for (int i = 0; i < 20; ++i) huge.nonzeros(genes.data(), counts.data(), lists);
      }(),
      std::overflow_error);
}

TEST_CASE("inadmissible parameters are refused; float counts too") {
  for (const double eta : {0.0, 0.5, std::nan("")})
    CHECK_THROWS_AS(tables_of<double>({-1, eta}, {1, 1}), std::domain_error);
  CHECK_THROWS_AS(tables_of<double>({-1}, {0}), std::domain_error);
  const auto tables = tables_of<float>({-0.7f, -700, -1e-3f}, {1, 1, 1});
  hm::random_engine rng(3);
  std::vector<float> row(3);
  tables(std::span<float>(row), rng);
  CHECK(row[1] == 0);
  CHECK(tables.bytes() < 2 * 3 * 200);
}

TEST_CASE("the same bits from every compiler") {
  std::vector<double> theta, eta;
  for (int m = 0; m < 600; ++m) {
    theta.push_back(0.1 + 0.01 * m);
    eta.push_back(-0.02 - 0.001 * ((m * 37) % 600));
  }
  const auto tables = tables_of(eta, theta);
  hm::random_engine rng(7);
  fingerprint all;
  std::vector<double> row(600);
  for (int i = 0; i < 50; ++i) {
    tables(std::span<double>(row), rng);
    for (const double x : row) all.add(x);
  }
  CHECK(all.value() == 507006021507823446u);
}
