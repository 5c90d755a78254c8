// SPDX-License-Identifier: MIT
#include "harmonium/core/draw/negative_binomial_rows.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "support/fingerprint.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;
namespace draw = harmonium::draw;

namespace {

/// Inversion in double precision of a 64-bit word.
std::int64_t inverted(double eta, double theta, std::uint64_t word) {
  const double zero = hm::math::exp(theta * hm::math::log1mexp(eta));
  return draw::invert_negative_binomial(draw::uniform_of(word), zero, 0, hm::math::exp(eta), theta);
}

}  // namespace

TEST_CASE_TEMPLATE("rows of genes with natural parameters", Engine, hm::random_engine,
                   std::mt19937_64) {
  std::vector<double> means, theta, eta;
  for (const double t : {1e-3, 0.3, 1.6, 1e6})
    for (const double mean : {1e-3, 0.4, 5.0, 29.0, 1e4}) {
      means.push_back(mean);
      theta.push_back(t);
      eta.push_back(-std::log1p(t / mean));
    }
  std::vector<std::vector<std::int64_t>> samples(eta.size());
  std::vector<double> row(eta.size());
  Engine rng(63);
  for (int i = 0; i < 30000; ++i) {
    draw::negative_binomials<double>(eta, theta, row, rng);
    for (std::size_t m = 0; m < row.size(); ++m)
      samples[m].push_back(static_cast<std::int64_t>(row[m]));
  }
  for (std::size_t m = 0; m < row.size(); ++m) {
    CAPTURE(theta[m]);
    CAPTURE(means[m]);
    CHECK(statistics::counts_p(samples[m], statistics::negative_binomial_cdf(means[m], theta[m])) >
          statistics::implausible);
  }
}

TEST_CASE("rows refuse what single draws refuse") {
  hm::random_engine rng(1);
  const std::vector<double> good{-1, -2};
  std::vector<double> row(2);
  for (const double wrong : {0.0, 0.3, std::nan("")}) {
    CHECK_THROWS_AS(draw::negative_binomials<double>(std::vector<double>{-1, wrong},
                                                     std::vector<double>{1, 1}, row, rng),
                    std::domain_error);
    CHECK_THROWS_AS(
        draw::negative_binomials<double>(good, std::vector<double>{1, -wrong}, row, rng),
        std::domain_error);
  }
}

TEST_CASE("the filter tells what inversion in double precision tells, with every kernel") {
  hm::random_engine rng(5);
  draw::inversion_filter filter;
  std::vector<double> eta(500), theta(500), mean(500);  // not a multiple of any width
  long told = 0, left_open = 0, suited = 0;
  for (int repeat = 0; repeat < 400; ++repeat) {
    std::vector<std::uint32_t> bits(eta.size());
    for (std::size_t m = 0; m < eta.size(); ++m) {
      theta[m] = std::exp(draw::uniform(-8.0, 15.0, rng));
      mean[m] = std::exp(draw::uniform(-12.0, 5.0, rng));
      eta[m] = -std::log1p(theta[m] / mean[m]);
      bits[m] = static_cast<std::uint32_t>(rng());
      // Also uniform numbers just below and just above a sum of probabilities, and the extremes.
      const double edge =
          statistics::negative_binomial_cdf(mean[m], theta[m])(static_cast<std::int64_t>(m % 7));
      if (m % 5 == 0 && edge < 1)
        bits[m] = static_cast<std::uint32_t>(edge * 0x1p32) + static_cast<std::uint32_t>(m % 3) - 1;
      if (m % 97 == 0) bits[m] = m % 2 == 0 ? 0 : 0xffffffff;
    }
    std::vector<double> first;
    for (const hm::kernel each : hm::available_kernels()) {
      const hm::kernel_scope scope(each);
      std::vector<double> row(eta.size());
      std::vector<bool> is_open(eta.size());
      for (const std::size_t m :
           filter(std::span<const double>(eta), std::span<const double>(theta),
                  std::span<const std::uint32_t>(bits), std::span<double>(row))) {
        is_open[m] = true;
        row[m] = -1;
      }
      if (first.empty())
        first = row;
      else
        CHECK(row == first);
      if (each != hm::available_kernels().front()) continue;
      for (std::size_t m = 0; m < row.size(); ++m) {
        const bool is_random = m % 5 != 0 && m % 97 != 0;
        const bool suits = mean[m] < 20 && theta[m] < 1e5 && mean[m] < 500 * theta[m] && is_random;
        suited += suits;
        left_open += suits && is_open[m];
        if (is_open[m]) continue;
        ++told;
        const std::uint64_t lowest = std::uint64_t{bits[m]} << 32;
        CAPTURE(eta[m]);
        CAPTURE(theta[m]);
        CAPTURE(bits[m]);
        CHECK(static_cast<std::int64_t>(row[m]) == inverted(eta[m], theta[m], lowest));
        CHECK(static_cast<std::int64_t>(row[m]) == inverted(eta[m], theta[m], lowest | 0xffffffff));
      }
    }
  }
  CHECK(told > 100000);
  // Otherwise it would be of no use.
  CHECK(static_cast<double>(left_open) < 0.02 * static_cast<double>(suited));
  MESSAGE("told ", told, ", left open ", left_open, " of ", suited);
}

TEST_CASE("a row takes from the engine what its genes need, in order") {
  const std::vector<double> eta{-0.5, -2, -1e-4, -30},
      theta{1, 0.3, 2, 5};  // the third has no inversion
  std::vector<double> row(4);
  hm::random_engine rng(3), copy(3);
  draw::negative_binomials<double>(eta, theta, row, rng);
  const std::uint64_t words[2] = {copy(), copy()};
  CHECK(row[0] == static_cast<double>(inverted(eta[0], theta[0], words[0] << 32)));
  CHECK(row[1] == static_cast<double>(inverted(eta[1], theta[1], words[0])));
  CHECK(row[3] == static_cast<double>(inverted(eta[3], theta[3], words[1])));
  const double mean = theta[2] / std::expm1(-eta[2]);
  CHECK(row[2] == static_cast<double>(draw::negative_binomial_mixture(mean, theta[2], copy)));
  CHECK(rng == copy);
}

TEST_CASE("the same bits from every compiler") {
  hm::random_engine rng(7);
  std::vector<double> theta, eta, row(300);
  for (int m = 0; m < 300; ++m) {
    theta.push_back(0.1 + 0.01 * m);
    eta.push_back(-0.02 - 0.001 * ((m * 37) % 300));
  }
  fingerprint rows;
  for (int i = 0; i < 20; ++i) {
    draw::negative_binomials<double>(eta, theta, row, rng);
    for (const double x : row) rows.add(x);
  }
  CHECK(rows.value() == 1611928304545198715u);
}
