// SPDX-License-Identifier: MIT
/// @file
/// Does a sample come from a distribution? P-values for tests; seeds are fixed, so that a test
/// passes or fails for good, and asks for p > `implausible`.
#pragma once

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace statistics {

/// A correct sampler falls below this in one of a million tests.
inline constexpr double implausible = 1e-6;

/// Cumulative distribution function of the gamma distribution with scale 1. Boost 1.74 gives up for
/// huge shapes (its series does not converge above the mean); from 1e8 on Edgeworth's expansion
/// with the skewness term is right to 1e-8.
inline double gamma_cdf(double shape, double x) {
  using in_double = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
  if (shape < 1e8) return boost::math::gamma_p(shape, x, in_double());
  const double root = std::sqrt(shape);
  const double z = (x - shape) / root;
  const double density = 0.3989422804014327 * std::exp(-z * z / 2);
  return std::erfc(-z / std::sqrt(2.0)) / 2 - density * (z * z - 1) / (3 * root);
}

/// Cumulative distribution function of the Poisson distribution.
inline auto poisson_cdf(double rate) {
  return [rate](std::int64_t count) { return 1 - gamma_cdf(static_cast<double>(count) + 1, rate); };
}

/// P-value of Pearson's chi-square for counts against expected counts of the same total.
inline double chi_square_p(const std::vector<double>& observed,
                           const std::vector<double>& expected) {
  double statistic = 0;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    const double difference = observed[i] - expected[i];
    statistic += difference * difference / expected[i];
  }
  return boost::math::gamma_q(static_cast<double>(observed.size() - 1) / 2, statistic / 2);
}

/// P-value of whole numbers >= 0 against a cumulative distribution function of std::int64_t. Bins
/// end at its quantiles: `bins` of about equal mass, and finer ones in both tails, each with at
/// least 20 expected numbers.
template <class Cdf>
double counts_p(const std::vector<std::int64_t>& sample, Cdf cdf, int bins = 50) {
  const auto size = static_cast<double>(sample.size());
  std::vector<double> levels;
  for (int j = 1; j < bins; ++j) levels.push_back(static_cast<double>(j) / bins);
  for (double tail = 0.5 / bins; tail * size >= 40; tail /= 2) {
    levels.push_back(tail);
    levels.push_back(1 - tail);
  }
  std::sort(levels.begin(), levels.end());

  std::vector<std::int64_t> ends;  // a bin is (previous end, end]
  for (const double level : levels) {
    std::int64_t low = 0, high = std::int64_t{1} << 52;
    while (low < high) {  // smallest count whose cdf reaches the level
      const std::int64_t middle = low + (high - low) / 2;
      if (cdf(middle) >= level)
        high = middle;
      else
        low = middle + 1;
    }
    ends.push_back(low);
  }
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());

  std::vector<double> expected, observed;
  std::vector<std::int64_t> kept;
  double before = 0;
  for (const std::int64_t end : ends) {
    const double until = cdf(end);
    if ((until - before) * size < 20 || (1 - until) * size < 20) continue;
    kept.push_back(end);
    expected.push_back((until - before) * size);
    before = until;
  }
  expected.push_back((1 - before) * size);
  observed.assign(expected.size(), 0);
  for (const std::int64_t count : sample)
    ++observed[static_cast<std::size_t>(std::lower_bound(kept.begin(), kept.end(), count) -
                                        kept.begin())];
  return chi_square_p(observed, expected);
}

/// P-value of the Kolmogorov-Smirnov test against a continuous cumulative distribution function
/// (asymptotic, with the correction of Stephens 1970).
template <class Cdf>
double kolmogorov_p(std::vector<double> sample, Cdf cdf) {
  std::sort(sample.begin(), sample.end());
  const auto size = static_cast<double>(sample.size());
  double distance = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double probability = cdf(sample[i]);
    const auto rank = static_cast<double>(i);
    distance = std::max({distance, probability - rank / size, (rank + 1) / size - probability});
  }
  const double root = std::sqrt(size);
  const double lambda = (root + 0.12 + 0.11 / root) * distance;
  if (lambda < 0.2) return 1;
  double p = 0;
  for (int k = 1; k <= 100; ++k)
    p += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * lambda * lambda);
  return std::clamp(p, 0.0, 1.0);
}

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
