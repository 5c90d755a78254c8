// SPDX-License-Identifier: MIT
/// @file
/// What the decoder's means become counts by: negative binomial (dispersion per gene, or per gene
/// and cell), Poisson, zero-inflated negative binomial. With their gradients, for whole rows at a
/// time, where a zero costs one logarithm and an exponential is not needed.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/core/draw/poisson.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/gamma.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/sparse_products.hpp"
#include "harmonium/core/wide_packs.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/poisson.hpp"

namespace harmonium::inline v0_2 {

/// Inverse dispersions of all genes, with what a row asks of them again and again.
template <std::floating_point Scalar>
struct theta_table {
  vector<Scalar> theta, inverse;  ///< length genes; theta, and one over it

  /// @param log_theta length genes
  static theta_table of(const Scalar* log_theta, index genes) {
    theta_table table{vector<Scalar>(genes), vector<Scalar>(genes)};
    for (index m = 0; m < genes; ++m) {
      table.theta[m] = math::exp(log_theta[m]);
      table.inverse[m] = math::exp(-log_theta[m]);
    }
    return table;
  }
};

/// One cell before its likelihood, and where the slopes go. Slopes are derivatives of log p.
template <std::floating_point Scalar>
struct likelihood_row {
  sparse_row<Scalar> counts;                   ///< non-zeros of the cell
  std::span<const Scalar> mean;                ///< length genes, > 0
  const Scalar* head = nullptr;                ///< length genes, if the likelihood has a head
  const theta_table<Scalar>* table = nullptr;  ///< if it has a theta per gene
  Scalar* mean_slope = nullptr;                ///< in log mean, overwritten
  Scalar* head_slope = nullptr;                ///< in the head, overwritten
  Scalar* theta_slope = nullptr;               ///< in log theta, added to
};

/// A distribution of counts about the decoder's means.
/// Law: `add_row` returns the sum of `log_probability` over the genes of a row (up to rounding),
/// and its slopes are the derivatives of that; draws have the probabilities that `log_probability`
/// says.
template <class L>
concept count_likelihood = requires(const likelihood_row<double>& row, random_engine& rng) {
  { L::has_head } -> std::convertible_to<bool>;
  { L::has_theta } -> std::convertible_to<bool>;
  { L::add_row(row) } -> std::same_as<double>;
  { L::log_probability(1.0, 1.0, 1.0, 1.0) } -> std::same_as<double>;
  { L::draw(1.0, 1.0, 1.0, rng) } -> std::same_as<std::int64_t>;
};

/// A product of many positive factors as a logarithm, at one logarithm per few hundred of them.
class log_of_product {
 public:
  void times(double factor) noexcept {
    product_ *= factor;
    if (!(product_ > 1e-200 && product_ < 1e200)) {
      sum_ += math::log(product_);
      product_ = 1;
    }
  }
  void add_log(double log) noexcept { sum_ += log; }
  [[nodiscard]] double value() const noexcept { return sum_ + math::log(product_); }

 private:
  double product_ = 1, sum_ = 0;
};

/// The part of log p, and of its slopes, that zeros have as well: x = 0 everywhere.
/// @return -sum_m theta_m log(1 + mean_m / theta_m)
template <std::floating_point Scalar>
double add_zero_counts(std::span<const Scalar> means, const Scalar* thetas, const Scalar* inverses,
                       Scalar* mean_slopes, Scalar* theta_slopes) {
  double sum = 0;
  packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
    const Scalar* const mean = means.data();
    const Scalar* const theta = thetas;
    const Scalar* const inverse = inverses;
    Scalar* const mean_slope = mean_slopes;
    Scalar* const theta_slope = theta_slopes;
    sum = packs::sum_in_lanes<Scalar, Bytes>(
        static_cast<index>(means.size()), [=
    ]<class P>(index m, Scalar * lane) __attribute__((always_inline)) {
          const P mu = P::load(mean + m);
          const P u = mu * P::load(inverse + m);
          const P zero_log = P::load(theta + m) * log1p(u);
          const P share = mu / (P::all(1) + u);  // mu theta / (theta + mu)
          (P{} - share).store(mean_slope + m);
          (P::load(theta_slope + m) + (share - zero_log)).store(theta_slope + m);
          (P::load(lane) - zero_log).store(lane);
        });
  });
  return sum;
}

/// What a count x > 0 adds to that: log C(x + theta - 1, x) + x log(mu / (theta + mu)), and slopes.
struct counted_gene {
  double mean_slope;   ///< x theta / (theta + mu)
  double theta_slope;  ///< in log theta
};
/// The part of one count, whose logarithm goes into `log`.
inline counted_gene add_count(double x, double mean, double theta, log_of_product& log) {
  const double share = theta / (theta + mean);
  const double odds = mean / (theta + mean);
  if (x <= 8) {
    // (theta)_x / x! odds^x and psi(x + theta) - psi(theta) in one go.
    double factor = odds, inverses = 1 / theta;
    factor *= theta;
    for (double i = 1; i < x; i += 1) {
      factor *= odds * ((theta + i) / (i + 1));
      inverses += 1 / (theta + i);
    }
    log.times(factor);
    return {x * share, theta * inverses - x * share};
  }
  log.add_log(nb_log_base_measure(x, theta) + x * math::log(odds));
  return {x * share, theta * math::digamma_difference(x, theta) - x * share};
}

/// Negative binomial with one inverse dispersion per gene: that of the Boltzmann machines, with
/// e^eta = mean / (mean + theta).
struct negative_binomial_counts {
  static constexpr bool has_head = false;
  static constexpr bool has_theta = true;

  template <std::floating_point Scalar>
  static double add_row(const likelihood_row<Scalar>& row) {
    const theta_table<Scalar>& table = *row.table;
    const double zeros = add_zero_counts(row.mean, table.theta.data(), table.inverse.data(),
                                         row.mean_slope, row.theta_slope);
    log_of_product log;
    for (std::size_t k = 0; k < row.counts.values.size(); ++k) {
      const index m = row.counts.columns[k];
      const auto more = add_count(static_cast<double>(row.counts.values[k]),
                                  static_cast<double>(row.mean[static_cast<std::size_t>(m)]),
                                  static_cast<double>(table.theta[m]), log);
      row.mean_slope[m] += static_cast<Scalar>(more.mean_slope);
      row.theta_slope[m] += static_cast<Scalar>(more.theta_slope);
    }
    return zeros + log.value();
  }

  /// log p(x) in nats.
  static double log_probability(double x, double mean, double /*head*/, double theta) {
    return nb_log_pmf(x, nb_natural_from_mean(mean, theta), theta);
  }
  static std::int64_t draw(double mean, double /*head*/, double theta, random_engine& rng) {
    return draw::negative_binomial(mean, theta, rng);
  }
};

/// Negative binomial whose log inverse dispersion is the decoder's second output: one per gene and
/// cell.
struct cell_negative_binomial_counts {
  static constexpr bool has_head = true;
  static constexpr bool has_theta = false;

  template <std::floating_point Scalar>
  static double add_row(const likelihood_row<Scalar>& row) {
    const auto genes = static_cast<index>(row.mean.size());
    const auto table = theta_table<Scalar>::of(row.head, genes);
    std::fill_n(row.head_slope, genes, Scalar(0));
    auto own = row;
    own.table = &table;
    own.theta_slope = row.head_slope;
    return negative_binomial_counts::add_row(own);
  }
  static double log_probability(double x, double mean, double head, double /*theta*/) {
    return negative_binomial_counts::log_probability(x, mean, 0, math::exp(head));
  }
  static std::int64_t draw(double mean, double head, double /*theta*/, random_engine& rng) {
    return draw::negative_binomial(mean, math::exp(head), rng);
  }
};

/// Poisson.
struct poisson_counts {
  static constexpr bool has_head = false;
  static constexpr bool has_theta = false;

  template <std::floating_point Scalar>
  static double add_row(const likelihood_row<Scalar>& row) {
    double sum = 0;
    for (std::size_t m = 0; m < row.mean.size(); ++m) {
      row.mean_slope[m] = -row.mean[m];
      sum -= static_cast<double>(row.mean[m]);
    }
    for (std::size_t k = 0; k < row.counts.values.size(); ++k) {
      const index m = row.counts.columns[k];
      const auto x = static_cast<double>(row.counts.values[k]);
      const auto mean = static_cast<double>(row.mean[static_cast<std::size_t>(m)]);
      row.mean_slope[m] += row.counts.values[k];
      sum += x * math::log(mean) - math::log_factorial(x);
    }
    return sum;
  }
  static double log_probability(double x, double mean, double /*head*/, double /*theta*/) {
    return poisson_log_pmf(x, mean);
  }
  static std::int64_t draw(double mean, double /*head*/, double /*theta*/, random_engine& rng) {
    return draw::poisson(mean, rng);
  }
};

/// Negative binomial, of whose counts a share 1 / (1 + e^-head) is lost to zero.
struct zero_inflated_counts {
  static constexpr bool has_head = true;
  static constexpr bool has_theta = true;

  template <std::floating_point Scalar>
  static double add_row(const likelihood_row<Scalar>& row) {
    double sum = 0;
    log_of_product log;
    std::size_t next = 0;
    const auto& counts = row.counts;
    for (std::size_t m = 0; m < row.mean.size(); ++m) {
      const auto at = static_cast<index>(m);
      const auto mean = static_cast<double>(row.mean[m]);
      const auto theta = static_cast<double>(row.table->theta[at]);
      const auto lost = static_cast<double>(row.head[m]);
      const double zero_log = -theta * math::log1p(mean / theta);
      const double share = mean * theta / (theta + mean);
      if (next < counts.columns.size() && std::cmp_equal(counts.columns[next], m)) {
        const auto more = add_count(static_cast<double>(counts.values[next++]), mean, theta, log);
        sum += zero_log - math::softplus(lost);
        row.mean_slope[m] = static_cast<Scalar>(more.mean_slope - share);
        row.theta_slope[m] += static_cast<Scalar>(more.theta_slope + share + zero_log);
        row.head_slope[m] = static_cast<Scalar>(-math::sigmoid(lost));
      } else {
        // log(pi + (1 - pi) e^zero_log); `drawn` is the probability that the zero was not lost.
        const double drawn = math::sigmoid(zero_log - lost);
        sum += math::softplus(zero_log - lost) - math::softplus(-lost);
        row.mean_slope[m] = static_cast<Scalar>(-drawn * share);
        row.theta_slope[m] += static_cast<Scalar>(drawn * (share + zero_log));
        row.head_slope[m] = static_cast<Scalar>(math::sigmoid(-lost) - drawn);
      }
    }
    return sum + log.value();
  }
  static double log_probability(double x, double mean, double head, double theta) {
    const double own = negative_binomial_counts::log_probability(x, mean, 0, theta);
    return x > 0 ? own - math::softplus(head) : math::softplus(own - head) - math::softplus(-head);
  }
  static std::int64_t draw(double mean, double head, double theta, random_engine& rng) {
    const bool is_lost = draw::uniform(rng) < math::sigmoid(head);
    return is_lost ? 0 : draw::negative_binomial(mean, theta, rng);
  }
};

static_assert(count_likelihood<negative_binomial_counts> &&
              count_likelihood<cell_negative_binomial_counts> && count_likelihood<poisson_counts> &&
              count_likelihood<zero_inflated_counts>);

}  // namespace harmonium::inline v0_2
