// SPDX-License-Identifier: MIT
#include "harmonium/models/variational/count_likelihood.hpp"

#include <doctest/doctest.h>

#include <boost/math/distributions/negative_binomial.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>
#include <vector>

#include "support/statistics.hpp"

namespace hm = harmonium;

namespace {

/// Genes of many kinds: counts from 0 to thousands, over- and hardly dispersed.
struct some_genes {
  std::vector<std::int32_t> columns;
  std::vector<double> values, mean, head;
  hm::vector<double> log_theta{hm::vector<double>(40)};
  hm::theta_table<double> table;

  some_genes() : mean(40), head(40) {
    const double counts[] = {0, 1, 2, 3, 8, 9, 40, 3000};
    for (std::int32_t m = 0; m < 40; ++m) {
      const auto at = static_cast<std::size_t>(m);
      mean[at] = std::exp(std::sin(m * 1.3) * 4 + (m % 8 == 7 ? 6 : 0));
      log_theta[m] = 3 * std::cos(m * 0.7);
      head[at] = std::sin(m * 0.9);
      if (const double x = counts[m % 8]; x > 0) {
        columns.push_back(m);
        values.push_back(x);
      }
    }
  }
  double count(hm::index m) const {
    for (std::size_t k = 0; k < columns.size(); ++k)
      if (columns[k] == m) return values[k];
    return 0;
  }
  double theta(hm::index m) const { return std::exp(log_theta[m]); }
};

template <class L>
struct row_result {
  hm::vector<double> mean_slope{hm::vector<double>::Zero(40)}, head_slope = mean_slope,
                                                               theta_slope = mean_slope;
  double value;

  explicit row_result(const some_genes& genes) {
    const auto table = hm::theta_table<double>::of(genes.log_theta.data(), 40);
    value = L::add_row(hm::likelihood_row<double>{{genes.columns, genes.values},
                                                  genes.mean,
                                                  genes.head.data(),
                                                  &table,
                                                  mean_slope.data(),
                                                  head_slope.data(),
                                                  theta_slope.data()});
  }
};

}  // namespace

TEST_CASE_TEMPLATE("a row is the sum of its genes, and its slopes are derivatives", L,
                   hm::negative_binomial_counts, hm::cell_negative_binomial_counts,
                   hm::poisson_counts, hm::zero_inflated_counts) {
  some_genes genes;
  const row_result<L> row(genes);
  double sum = 0;
  for (hm::index m = 0; m < 40; ++m)
    sum += L::log_probability(genes.count(m), genes.mean[static_cast<std::size_t>(m)],
                              genes.head[static_cast<std::size_t>(m)], genes.theta(m));
  CHECK(row.value == doctest::Approx(sum).epsilon(1e-12));

  const double h = 1e-5;
  for (hm::index m = 0; m < 40; ++m) {
    const auto at = static_cast<std::size_t>(m);
    // Of this gene alone: in a row the others' thousands would hide the digits.
    const auto slope = [&](double in_mean, double in_head, double in_theta) {
      const auto value = [&](double step) {
        return L::log_probability(genes.count(m), genes.mean[at] * std::exp(step * in_mean),
                                  genes.head[at] + step * in_head,
                                  genes.theta(m) * std::exp(step * in_theta));
      };
      return (value(h) - value(-h)) / (2 * h);
    };
    const double scale = 1e-6 * (1 + genes.count(m) + genes.mean[at]);
    CHECK(std::abs(row.mean_slope[m] - slope(1, 0, 0)) < scale);
    if constexpr (L::has_head) CHECK(std::abs(row.head_slope[m] - slope(0, 1, 0)) < scale);
    if constexpr (L::has_theta) CHECK(std::abs(row.theta_slope[m] - slope(0, 0, 1)) < scale);
  }
}

TEST_CASE("a product of more factors than a double has room for") {
  for (const double factor : {1e-30, 1e30, 0.7}) {
    CAPTURE(factor);
    hm::log_of_product log;
    log.add_log(1.5);
    for (int k = 0; k < 1000; ++k) log.times(factor);
    CHECK(log.value() == doctest::Approx(1.5 + 1000 * std::log(factor)).epsilon(1e-12));
  }
}

TEST_CASE("log probabilities against Boost") {
  for (const double theta : {0.1, 2.5, 300.0}) {
    for (const double mean : {0.01, 1.7, 250.0}) {
      const boost::math::negative_binomial truth(theta, theta / (theta + mean));
      const boost::math::poisson rare(mean);
      for (const double x : {0.0, 1.0, 7.0, 9.0, 120.0}) {
        const double own = std::log(boost::math::pdf(truth, x));
        if (own < -600) continue;  // Boost gives 0 or loses digits
        CHECK(hm::negative_binomial_counts::log_probability(x, mean, 0, theta) ==
              doctest::Approx(own).epsilon(1e-9));
        CHECK(hm::cell_negative_binomial_counts::log_probability(x, mean, std::log(theta), 1) ==
              doctest::Approx(own).epsilon(1e-9));
        const double lost = 0.3;
        const double mixed =
            std::log((x == 0 ? lost : 0) + (1 - lost) * boost::math::pdf(truth, x));
        CHECK(hm::zero_inflated_counts::log_probability(x, mean, std::log(lost / (1 - lost)),
                                                        theta) ==
              doctest::Approx(mixed).epsilon(1e-9));
        if (const double p = boost::math::pdf(rare, x); p > 1e-250)
          CHECK(hm::poisson_counts::log_probability(x, mean, 0, 1) ==
                doctest::Approx(std::log(p)).epsilon(1e-9));
      }
    }
  }
}

TEST_CASE_TEMPLATE("draws have the probabilities that it says", L, hm::negative_binomial_counts,
                   hm::cell_negative_binomial_counts, hm::poisson_counts,
                   hm::zero_inflated_counts) {
  hm::random_engine rng(11);
  const double mean = 3, head = -0.5, theta = 1.5;
  const auto sample = statistics::collect(20000, [&] { return L::draw(mean, head, theta, rng); });
  CHECK(statistics::counts_p(sample, [&](std::int64_t count) {
          double sum = 0;
          for (std::int64_t x = 0; x <= std::min<std::int64_t>(count, 2000); ++x)
            sum += std::exp(L::log_probability(static_cast<double>(x), mean, head, theta));
          return sum;
        }) > statistics::implausible);
}

TEST_CASE("floats see what doubles see") {
  const some_genes genes;
  const row_result<hm::negative_binomial_counts> exact(genes);
  std::vector<float> mean(genes.mean.begin(), genes.mean.end());
  std::vector<float> values(genes.values.begin(), genes.values.end());
  const hm::vector<float> log_theta = genes.log_theta.cast<float>();
  const auto table = hm::theta_table<float>::of(log_theta.data(), 40);
  hm::vector<float> mean_slope(40), theta_slope = hm::vector<float>::Zero(40);
  const double value =
      hm::negative_binomial_counts::add_row(hm::likelihood_row<float>{{genes.columns, values},
                                                                      mean,
                                                                      nullptr,
                                                                      &table,
                                                                      mean_slope.data(),
                                                                      nullptr,
                                                                      theta_slope.data()});
  CHECK(value == doctest::Approx(exact.value).epsilon(1e-5));
  for (hm::index m = 0; m < 40; ++m)
    CHECK(static_cast<double>(mean_slope[m]) == doctest::Approx(exact.mean_slope[m]).epsilon(1e-4));
}
