// SPDX-License-Identifier: MIT
/// @file
/// Negative binomial counts as normal scores, and back: the cumulative distribution function, and a
/// table of its normal quantiles.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/normal.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium::inline v0_2 {

/// The regularised incomplete beta function I_p(a, b) divided by its prefactor
/// p^a (1 - p)^b / (a B(a, b)), by its continued fraction. Converges fast for p below the mean
/// a / (a + b); about sqrt(a + b) terms near it.
/// @see DLMF 8.17.22; Lentz (1976), Applied Optics 15.
[[nodiscard]] inline double incomplete_beta_fraction(double a, double b, double p) noexcept {
  constexpr double tiny = 1e-300;
  double c = 1, d = 1 - (a + b) * p / (a + 1);
  if (std::abs(d) < tiny) d = tiny;
  d = 1 / d;
  double value = d;
  for (double k = 1; k < 1e6; k += 1) {
    const double even = k * (b - k) * p / ((a + 2 * k - 1) * (a + 2 * k));
    const double odd = -(a + k) * (a + b + k) * p / ((a + 2 * k) * (a + 2 * k + 1));
    for (const double numerator : {even, odd}) {
      d = 1 + numerator * d;
      if (std::abs(d) < tiny) d = tiny;
      c = 1 + numerator / c;
      if (std::abs(c) < tiny) c = tiny;
      d = 1 / d;
      value *= d * c;
    }
    if (std::abs(d * c - 1) < 1e-14) break;
  }
  return value;
}

/// P(X <= x) of a negative binomial count with the given mean and inverse dispersion.
/// Error 1e-13 for means up to 1000, 1e-11 up to 1e5, 1e-10 up to 1e6. Cost: one exponential for
/// x = 0, else a continued fraction (see `incomplete_beta_fraction`).
/// @param x     whole number; 0 is returned below 0
/// @param mean  >= 0
/// @param theta > 0
[[nodiscard]] inline double nb_cdf(double x, double mean, double theta) noexcept {
  if (x < 0) return 0;
  if (!(mean > 0)) return 1;
  if (x == 0) return math::exp(-theta * math::log1p(mean / theta));
  // P(X <= x) = I_p(theta, x + 1), p = theta / (theta + mean); the prefactor is a probability mass.
  const double p = theta / (theta + mean), q = mean / (theta + mean);
  const double mass = math::exp(nb_log_pmf(x, nb_natural_from_mean(mean, theta), theta));
  const double a = theta, b = x + 1;
  const double scaled = mass * (theta + x) * q;  // p^a q^b / B(a, b)
  const double value = p < (a + 1) / (a + b + 2)
                           ? scaled / a * incomplete_beta_fraction(a, b, p)
                           : 1 - scaled / b * incomplete_beta_fraction(b, a, q);
  return std::clamp(value, 0.0, 1.0);
}

/// The smallest x with P(X <= x) >= p. Cost: about `mean` steps up to means of 200, some forty
/// evaluations of the distribution function beyond.
/// @param p in [0, 1); @param mean >= 0; @param theta > 0
[[nodiscard]] inline double nb_quantile(double p, double mean, double theta) noexcept {
  if (!(mean > 0)) return 0;
  if (mean <= 200 && mean <= 1000 * theta) {
    double mass = math::exp(-theta * math::log1p(mean / theta)), sum = mass, x = 0;
    const double q = mean / (mean + theta);
    // Above the mean, what is left beyond the smallest mass is rounding.
    while (sum < p && (x < mean || mass > 1e-18)) {
      mass *= q * (theta + x) / (x + 1);
      sum += mass;
      x += 1;
    }
    return x;
  }
  double low = -1, high = std::floor(mean) + 1;
  while (nb_cdf(high, mean, theta) < p && high < 1e15) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const double middle = std::floor(low + (high - low) / 2);
    (nb_cdf(middle, mean, theta) >= p ? high : low) = middle;
  }
  return high;
}

/// The interval of normal scores that a count stands for: (Phi^-1(P(X < x)), Phi^-1(P(X <= x))],
/// cut at +-`score_limit`.
struct score_interval {
  double lower, upper;  ///< within +-`score_limit`, lower <= upper
};
inline constexpr double score_limit = 7;  ///< standard deviations

/// The interval of a count. @param x >= 0 @param mean > 0 @param theta > 0
[[nodiscard]] inline score_interval nb_score_interval(double x, double mean,
                                                      double theta) noexcept {
  const auto score = [](double p) {
    return std::clamp(math::normal_quantile(p), -score_limit, score_limit);
  };
  return {x > 0 ? score(nb_cdf(x - 1, mean, theta)) : -score_limit, score(nb_cdf(x, mean, theta))};
}

/// Normal scores of one negative binomial distribution: a monotone map between counts and the real
/// line, under which a standard normal number becomes a count of that distribution. Exact at every
/// count up to 24; beyond, nodes at steps of a tenth of the count (at most an eighth of the
/// standard deviation), with probabilities to 1e-4 relative and linear in between. Scores end at
/// +-`limit`. Cost: a few dozen nodes, each one multiplication where the counts are small, three
/// masses where they are large; up to 700 nodes where theta is 0.02 and the counts huge.
class nb_score_table {
 public:
  static constexpr double limit = score_limit;

  nb_score_table() = default;

  /// @param mean  >= 0 and finite; 0 gives a table that knows the count 0 alone
  /// @param theta > 0 and finite
  nb_score_table(double mean, double theta) {
    std::vector<double> masses;  // P(previous node < X <= node)
    if (mean > 0) masses = nodes_and_masses(mean, theta);
    // From both ends, so that both tails keep their digits.
    std::vector<double> above(masses.size(), 0.0);
    for (std::size_t i = masses.size(); i-- > 1;) above[i - 1] = above[i] + masses[i];
    double below = 0;
    std::vector<double> candidates;
    candidates.swap(counts_);
    for (std::size_t i = 0; i + 1 < masses.size(); ++i) {
      below += masses[i];
      const double score = below < 0.5 ? math::normal_quantile(below)
                                       : -math::normal_quantile(std::min(0.5, above[i]));
      if (score > -limit && score < limit) add(candidates[i], score);
    }
    add(candidates.empty() ? 0 : candidates.back(), limit);
  }

  /// @param x whole number >= 0. Of counts beyond the table's end both bounds are `limit`.
  [[nodiscard]] score_interval interval(double x) const noexcept {
    return {x > 0 ? score(x - 1) : -limit, score(x)};
  }

  /// The count whose interval holds the score z.
  [[nodiscard]] double count(double z) const noexcept {
    const auto found = std::lower_bound(scores_.begin(), scores_.end(), z);
    const auto i = static_cast<std::size_t>(found - scores_.begin());
    if (i == scores_.size()) return counts_.back();
    if (i == 0) return counts_.front();
    const double x0 = counts_[i - 1], x1 = counts_[i];
    if (x1 - x0 == 1) return x1;
    const double share = (z - scores_[i - 1]) / (scores_[i] - scores_[i - 1]);
    return std::min(x1, std::max(x0 + 1, std::ceil(x0 + share * (x1 - x0))));
  }

  [[nodiscard]] std::size_t nodes() const noexcept { return counts_.size(); }
  /// The nodes, ascending whole numbers; between neighbours further apart than 1 scores are linear.
  [[nodiscard]] std::span<const double> counts() const noexcept { return counts_; }
  /// Highest score of each node's count, ascending; the last is `limit`.
  [[nodiscard]] std::span<const double> scores() const noexcept { return scores_; }

 private:
  /// Puts the nodes into `counts_`. @return the probability of each step.
  std::vector<double> nodes_and_masses(double mean, double theta) {
    const double deviation = std::sqrt(mean + mean * (mean / theta));
    const double q = mean / (mean + theta), eta = nb_natural_from_mean(mean, theta);
    const auto pmf = [&](double at) { return math::exp(nb_log_pmf(at, eta, theta)); };
    // Stirling's formula, whose constant one exact value gives: good where a step is wider than 1.
    const auto shape = [&](double at) {
      return (at + theta - 0.5) * math::log(at + theta) - (at + 0.5) * math::log(at) + eta * at +
             (1 / (at + theta) - 1 / at) / 12;
    };
    const double anchor = std::max(24.0, std::floor(mean));
    const double constant = nb_log_pmf(anchor, eta, theta) - shape(anchor);
    const auto density = [&](double at) { return math::exp(shape(at) + constant); };
    double x = 0, mass = math::exp(-theta * math::log1p(mean / theta));
    const bool by_recursion = mass > 1e-280;
    if (!by_recursion) {
      x = std::max(0.0, std::floor(mean - 9 * deviation));
      mass = pmf(x);
    }
    std::vector<double> masses{mass};
    counts_.push_back(x);
    for (;;) {
      const double step = x < 24 ? 1 : std::max(1.0, std::floor(std::min(x / 10, deviation / 8)));
      const double next = x + step;
      double step_mass;
      if (step > 1) {
        // Gauss-Legendre for the sum, as the integral from x + 1/2 to next + 1/2.
        constexpr double off = 0.77459666924148337704;  // root of 3 / 5
        const double middle = x + 0.5 + 0.5 * step, half = 0.5 * step;
        step_mass = half / 9 *
                    (5 * (density(middle - half * off) + density(middle + half * off)) +
                     8 * density(middle));
        mass = 0;
      } else {
        mass = by_recursion && mass > 0 ? mass * (q * (theta + x) / next) : pmf(next);
        step_mass = mass;
      }
      x = next;
      counts_.push_back(x);
      masses.push_back(step_mass);
      // Masses fall at least geometrically beyond the mean.
      const double ratio = q * (theta + x) / (x + 1);
      if (x > mean && step_mass / step < 1e-13 * (1 - ratio)) return masses;
    }
  }

  void add(double x, double score) {
    if (!scores_.empty() && !(score > scores_.back())) return;  // rounding in the upper tail
    counts_.push_back(x);
    scores_.push_back(score);
  }

  /// Phi^-1(P(X <= x)).
  [[nodiscard]] double score(double x) const noexcept {
    const auto found = std::lower_bound(counts_.begin(), counts_.end(), x);
    const auto i = static_cast<std::size_t>(found - counts_.begin());
    if (i == counts_.size()) return limit;
    if (counts_[i] == x) return scores_[i];
    if (i == 0) return -limit;
    const double share = (x - counts_[i - 1]) / (counts_[i] - counts_[i - 1]);
    return scores_[i - 1] + share * (scores_[i] - scores_[i - 1]);
  }

  std::vector<double> counts_;  ///< ascending whole numbers
  std::vector<double> scores_;  ///< Phi^-1(P(X <= count)), ascending
};

}  // namespace harmonium::inline v0_2
