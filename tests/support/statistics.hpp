// SPDX-License-Identifier: MIT
/// @file
/// Does a sample come from a distribution? P-values for tests; seeds are fixed, so that a test
/// passes or fails for good, and asks for p > `implausible`. What needs Boost is compiled once, in
/// statistics.cpp.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace statistics {

/// A correct sampler falls below this in one of a million tests.
inline constexpr double implausible = 1e-6;

/// Cumulative distribution function of the gamma distribution with scale 1. Boost 1.74 gives up for
/// huge shapes (its series does not converge above the mean); from 1e8 on Edgeworth's expansion
/// with the skewness term is right to 1e-8.
double gamma_cdf(double shape, double x);

/// Cumulative distribution function of the Poisson distribution.
inline auto poisson_cdf(double rate) {
  return [rate](std::int64_t count) { return 1 - gamma_cdf(static_cast<double>(count) + 1, rate); };
}

/// Cumulative distribution function of the negative binomial distribution with variance
/// mean + mean^2 / theta.
std::function<double(std::int64_t)> negative_binomial_cdf(double mean, double theta);

/// P-value of Pearson's chi-square for counts against expected counts of the same total.
double chi_square_p(const std::vector<double>& observed, const std::vector<double>& expected);

/// P-value of whole numbers >= 0 against a cumulative distribution function of std::int64_t. Bins
/// end at its quantiles: `bins` of about equal mass, and finer ones in both tails, each with at
/// least 20 expected numbers.
double counts_p(const std::vector<std::int64_t>& sample,
                const std::function<double(std::int64_t)>& cdf, int bins = 50);

/// P-value of the Kolmogorov-Smirnov test against a continuous cumulative distribution function
/// (asymptotic, with the correction of Stephens 1970).
double kolmogorov_p(std::vector<double> sample, const std::function<double(double)>& cdf);

/// Sample mean and variance, and how many standard errors they are from what they should be. The
/// standard error of the variance comes from the sample's own fourth moment.
struct moments {
  double mean = 0, variance = 0;
  double mean_z = 0, variance_z = 0;

  template <class T>
  moments(const std::vector<T>& sample, double true_mean, double true_variance) {
    const auto size = static_cast<double>(sample.size());
    double first = 0, second = 0, fourth = 0;
    for (const T value : sample) {
      const double d = static_cast<double>(value) - true_mean;
      first += d;
      second += d * d;
      fourth += d * d * d * d;
    }
    first /= size, second /= size, fourth /= size;
    mean = true_mean + first;
    variance = second;  // about the true mean
    mean_z = first / std::sqrt(true_variance / size);
    variance_z = (second - true_variance) / std::sqrt((fourth - second * second) / size);
  }
};

/// Calls `draw` `size` times.
template <class Draw>
auto collect(std::size_t size, Draw draw) {
  std::vector<decltype(draw())> sample;
  sample.reserve(size);
  for (std::size_t i = 0; i < size; ++i) sample.push_back(draw());
  return sample;
}

}  // namespace statistics
