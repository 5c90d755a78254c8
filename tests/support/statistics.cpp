// SPDX-License-Identifier: MIT
#include "support/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/negative_binomial.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace statistics {

double gamma_cdf(double shape, double x) {
  using in_double = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
  if (shape < 1e8) return boost::math::gamma_p(shape, x, in_double());
  const double root = std::sqrt(shape);
  const double z = (x - shape) / root;
  const double density = 0.3989422804014327 * std::exp(-z * z / 2);
  return std::erfc(-z / std::sqrt(2.0)) / 2 - density * (z * z - 1) / (3 * root);
}

std::function<double(std::int64_t)> negative_binomial_cdf(double mean, double theta) {
  const boost::math::negative_binomial_distribution<double> exact(theta, theta / (theta + mean));
  return [exact](std::int64_t count) { return cdf(exact, static_cast<double>(count)); };
}

double chi_square_p(const std::vector<double>& observed, const std::vector<double>& expected) {
  double statistic = 0;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    const double difference = observed[i] - expected[i];
    statistic += difference * difference / expected[i];
  }
  return boost::math::gamma_q(static_cast<double>(observed.size() - 1) / 2, statistic / 2);
}

double counts_p(const std::vector<std::int64_t>& sample,
                const std::function<double(std::int64_t)>& cdf, int bins) {
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

double kolmogorov_p(std::vector<double> sample, const std::function<double(double)>& cdf) {
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

}  // namespace statistics
