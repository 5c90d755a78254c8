// SPDX-License-Identifier: MIT
#include "harmonium/metrics/gene_trends.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "harmonium/core/draw/negative_binomial.hpp"
#include "support/score.hpp"

namespace hm = harmonium;

namespace {

// Gene j has mean 0.2 + 0.1 j, in every cell.
hm::count_matrix<> genes_of(double theta, std::uint64_t seed) {
  hm::count_matrix<> counts(100);
  hm::random_engine rng(seed);
  for (int i = 0; i < 400; ++i) {
    for (hm::index j = 0; j < 100; ++j)
      counts.push_back(j,
                       hm::draw::negative_binomial(0.2 + 0.1 * static_cast<double>(j), theta, rng));
    counts.finish_cell();
  }
  return counts;
}

std::map<std::string, double> trends(const hm::count_matrix<>& real,
                                     const hm::count_matrix<>& made) {
  return support::score(hm::gene_trends{}, real,
                        std::vector<hm::index>(static_cast<std::size_t>(real.cells()), 0), made,
                        std::vector<hm::index>(static_cast<std::size_t>(made.cells()), 0));
}

}  // namespace

TEST_CASE("medians of groups, joined by lines") {
  const std::vector<double> x{5, 1, 2, 3, 4, 9}, y{50, 10, 20, 300, 40, 90};
  const hm::binned_trend trend(x, y, 2);  // 1 2 3 and 4 5 9
  REQUIRE(trend.knots().size() == 2);
  CHECK(trend.knots()[0] == 2);
  CHECK(trend.knots()[1] == 5);
  CHECK(trend(2) == 20);
  CHECK(trend(5) == 50);
  CHECK(trend(3) == doctest::Approx(30).epsilon(1e-15));
  CHECK(trend.covers(4));
  CHECK(!trend.covers(5.5));

  const hm::binned_trend tied(std::vector<double>{1, 1, 1}, std::vector<double>{2, 3, 7}, 9);
  CHECK(tied.knots().size() == 3);
  CHECK(tied(1) == 7);
  CHECK(!hm::binned_trend({}, {}, 3).covers(0));
  CHECK_THROWS_AS((void)hm::binned_trend(x, {}, 3), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::binned_trend(x, y, 0), std::invalid_argument);
}

TEST_CASE("the right dispersion keeps the trends, another moves them as the formulas say") {
  const auto real = genes_of(1, 1);
  const auto fresh = trends(real, genes_of(1, 2));
  CHECK(fresh.at("variance") < 0.1);
  CHECK(std::abs(fresh.at("variance_bias")) < 0.05);
  CHECK(fresh.at("zeros") < 0.02);
  // theta 1e6 is Poisson: variance m instead of m + m^2, zeros e^-m instead of 1 / (1 + m).
  double variance = 0, zeros = 0;
  for (int j = 0; j < 100; ++j) {
    const double m = 0.2 + 0.1 * j;
    variance -= std::log1p(m) / 100;
    zeros += (std::exp(-m) - 1 / (1 + m)) / 100;
  }
  const auto poisson = trends(real, genes_of(1e6, 3));
  CHECK(poisson.at("variance_bias") == doctest::Approx(variance).epsilon(0.05));
  CHECK(poisson.at("variance") == doctest::Approx(-variance).epsilon(0.05));
  CHECK(poisson.at("zeros_bias") == doctest::Approx(zeros).epsilon(0.1));
}

TEST_CASE("constant genes, no counts, other means, no cell") {
  hm::count_matrix<> constant(2), blank(2), other(2);
  for (int i = 0; i < 4; ++i) {
    constant.push_back(0, 3);
    constant.finish_cell();
    blank.finish_cell();
    other.push_back(1, 100 + i);
    other.finish_cell();
  }
  CHECK(std::isnan(trends(constant, constant).at("variance")));
  CHECK(trends(constant, constant).at("zeros") == 0);
  for (const auto& [name, value] : trends(constant, blank)) CHECK(std::isnan(value));
  for (const auto& [name, value] : trends(constant, other)) CHECK(std::isnan(value));
  for (const auto& [name, value] : trends(constant, hm::count_matrix<>(2)))
    CHECK(std::isnan(value));
}
