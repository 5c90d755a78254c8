// SPDX-License-Identifier: MIT
/// @file
/// Tails and quantiles that plans need, by Boost.Math (component `harmonium::planning`).
#pragma once

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/gamma.hpp"
#include "harmonium/core/matrix.hpp"

/// Probabilities and quantiles of known distributions. In double precision throughout: `long
/// double` differs between machines, so Boost is kept from it.
namespace harmonium::inline v0_2::tails {

/// Boost's policy that keeps to double precision.
using in_double = boost::math::policies::policy<boost::math::policies::promote_double<false>,
                                                boost::math::policies::promote_float<false>>;

/// P(X >= least) of a binomial X of `trials`.
/// @throws std::invalid_argument unless 0 <= probability <= 1 and trials >= 0.
[[nodiscard]] inline double binomial_at_least(index least, index trials, double probability) {
  require(probability >= 0 && probability <= 1, "tails::binomial_at_least",
          "a probability must be between 0 and 1, got " + std::to_string(probability));
  require(trials >= 0, "tails::binomial_at_least", "trials must not be negative");
  if (least <= 0) return 1;
  if (least > trials || probability == 0) return 0;
  if (probability == 1) return 1;
  return boost::math::ibeta(static_cast<double>(least), static_cast<double>(trials - least + 1),
                            probability, in_double());
}

/// P(X >= least) of a beta-binomial X: binomial with a probability that is beta(a, b).
/// Cost: one term for every count below `least`.
/// @throws std::invalid_argument unless a, b > 0 and trials >= 0.
[[nodiscard]] inline double beta_binomial_at_least(index least, index trials, double a, double b) {
  require(a > 0 && b > 0 && trials >= 0, "tails::beta_binomial_at_least",
          "shapes must be positive, trials not negative");
  if (least > trials) return least <= 0 ? 1 : 0;
  const auto n = static_cast<double>(trials);
  const auto log_beta = [](double x, double y) {
    return math::log_gamma(x) + math::log_gamma(y) - math::log_gamma(x + y);
  };
  double below = 0;
  for (index k = 0; k < least; ++k) {
    const auto x = static_cast<double>(k);
    below += math::exp(math::log_factorial(n) - math::log_factorial(x) -
                       math::log_factorial(n - x) + log_beta(x + a, n - x + b) - log_beta(a, b));
  }
  return below < 1 ? 1 - below : 0;
}

/// P(X >= least) of a negative binomial X with this mean and variance mean + mean^2 / shape.
/// @throws std::invalid_argument unless mean >= 0 and shape > 0.
[[nodiscard]] inline double negative_binomial_at_least(index least, double mean, double shape) {
  require(mean >= 0 && shape > 0, "tails::negative_binomial_at_least",
          "the mean must not be negative, the shape positive");
  if (least <= 0) return 1;
  if (mean == 0) return 0;
  return boost::math::ibeta(static_cast<double>(least), shape, mean / (mean + shape), in_double());
}

/// The logarithm of P(X = count) of a beta-binomial X, without checks: 0 <= count <= trials.
[[nodiscard]] inline double log_beta_binomial(double count, double trials, double a,
                                              double b) noexcept {
  using math::log_gamma;
  return math::log_factorial(trials) - math::log_factorial(count) -
         math::log_factorial(trials - count) + log_gamma(count + a) +
         log_gamma(trials - count + b) - log_gamma(trials + a + b) - log_gamma(a) - log_gamma(b) +
         log_gamma(a + b);
}

/// P(X_1 + ... + X_groups >= least) of independent beta-binomials of `trials` each, as cells of a
/// type from donors whose shares differ: binomial given a share that is beta(a, b) for each group.
/// Exact: probabilities of counts below `least` are convolved, by repeated squaring.
/// Cost: of order least^2 log(groups).
/// @param trials of each group
/// @throws std::invalid_argument unless a, b > 0, trials >= 0 and groups >= 1.
[[nodiscard]] inline double beta_binomials_at_least(index least, index trials, index groups,
                                                    double a, double b) {
  require(a > 0 && b > 0 && trials >= 0 && groups >= 1, "tails::beta_binomials_at_least",
          "shapes must be positive, trials not negative, groups at least 1");
  if (least <= 0) return 1;
  if (least > trials * groups) return 0;
  const index last = std::min(least - 1, trials);
  const auto n = static_cast<double>(trials);
  // From a count that is not too improbable, so that nothing underflows that matters.
  const index start = std::min(last, static_cast<index>(n * (a / (a + b))));
  const auto size = static_cast<std::size_t>(least);
  std::vector<double> factor(size, 0.0);
  const auto at = [&factor](index k) -> double& { return factor[static_cast<std::size_t>(k)]; };
  at(start) = math::exp(log_beta_binomial(static_cast<double>(start), n, a, b));
  for (index k = start; k < last; ++k) {
    const auto x = static_cast<double>(k);
    at(k + 1) = at(k) * (n - x) * (x + a) / ((x + 1) * (n - x - 1 + b));
  }
  for (index k = start; k > 0; --k) {
    const auto x = static_cast<double>(k);
    at(k - 1) = at(k) * x * (n - x + b) / ((n - x + 1) * (x - 1 + a));
  }
  std::vector<double> power, product(size);
  const auto multiply = [&](const std::vector<double>& x, const std::vector<double>& y) {
    std::fill(product.begin(), product.end(), 0.0);
    for (std::size_t i = 0; i < size; ++i)
      for (std::size_t j = 0; i + j < size; ++j) product[i + j] += x[i] * y[j];
  };
  for (index left = groups;;) {
    if (left % 2 == 1) {
      if (power.empty()) {
        power = factor;
      } else {
        multiply(power, factor);
        power = product;
      }
    }
    left /= 2;
    if (left == 0) break;
    multiply(factor, factor);
    std::swap(factor, product);
  }
  double below = 0;
  for (const double p : power) below += p;
  return below < 1 ? 1 - below : 0;
}

/// Quantile of a beta(a, b) variable.
[[nodiscard]] inline double beta_quantile(double a, double b, double probability) {
  return boost::math::ibeta_inv(a, b, probability, in_double());
}

/// Quantile of a chi-square variable.
[[nodiscard]] inline double chi_square_quantile(double freedom, double probability) {
  return quantile(boost::math::chi_squared_distribution<double, in_double>(freedom), probability);
}

/// Quantile of an F variable.
[[nodiscard]] inline double f_quantile(double above, double below, double probability) {
  return quantile(boost::math::fisher_f_distribution<double, in_double>(above, below), probability);
}

/// P(|T| > t) of a Student T.
[[nodiscard]] inline double t_two_sided(double freedom, double t) {
  const boost::math::students_t_distribution<double, in_double> null(freedom);
  return 2 * cdf(complement(null, std::abs(t)));
}

/// Power of a two-sided t test: P(|T| > critical value) of a non-central t.
/// @param alpha level of the test, between 0 and 1
[[nodiscard]] inline double t_test_power(double freedom, double noncentrality, double alpha) {
  const boost::math::students_t_distribution<double, in_double> null(freedom);
  const double limit = quantile(complement(null, alpha / 2));
  const double shift = std::abs(noncentrality);
  if (shift > 37) return 1;  // beyond it Boost's series underflow
  const boost::math::non_central_t_distribution<double, in_double> law(freedom, shift);
  return cdf(complement(law, limit)) + cdf(law, -limit);
}

/// P(Z > z) of a standard normal Z.
[[nodiscard]] inline double normal_above(double z) {
  const boost::math::normal_distribution<double, in_double> null;
  return cdf(complement(null, z));
}

/// Power of a two-sided z test whose statistic has mean `shift` and variance 1.
[[nodiscard]] inline double z_test_power(double shift, double alpha) {
  const boost::math::normal_distribution<double, in_double> null;
  const double limit = quantile(complement(null, alpha / 2));
  return cdf(complement(null, limit - std::abs(shift))) +
         cdf(complement(null, limit + std::abs(shift)));
}

}  // namespace harmonium::inline v0_2::tails
