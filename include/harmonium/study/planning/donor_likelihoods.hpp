// SPDX-License-Identifier: MIT
/// @file
/// Likelihoods of types' frequencies over a lattice, of independent cells and of cells by donor
/// (component `harmonium::planning`).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/analysis/mixing_law.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/gamma.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/study/planning/frequency_law.hpp"
#include "harmonium/study/planning/share_variation.hpp"

namespace harmonium::inline v0_2 {

namespace detail {

/// Likelihood of a Poisson count over the lattice, between the points where it matters.
struct lattice_likelihood {
  index begin = 0;
  std::vector<double> values;  ///< the largest is 1

  lattice_likelihood(double count, double exposure) {
    using lattice = log_frequency_lattice;
    take([&](index i) { return count * lattice::at(i) - exposure * math::exp(lattice::at(i)); });
  }

  /// Of any likelihood. @param log_of its logarithm at a point of the lattice
  template <class LogOf>
  explicit lattice_likelihood(LogOf&& log_of) {
    take(log_of);
  }

  template <class LogOf>
  void take(LogOf&& log_of) {
    using lattice = log_frequency_lattice;
    std::vector<double> logs;
    for (index i = 0; i < lattice::points; ++i) logs.push_back(log_of(i));
    const double most = *std::max_element(logs.begin(), logs.end());
    const auto matters = [most](double log) { return !(log < most - 25); };
    const auto first = std::find_if(logs.begin(), logs.end(), matters);
    const auto last = std::find_if(logs.rbegin(), logs.rend(), matters).base();
    begin = first - logs.begin();
    for (auto log = first; log != last; ++log) values.push_back(math::exp(*log - most));
  }

  /// The likelihood under a tabulated law.
  [[nodiscard]] double under(const std::vector<double>& law) const {
    double sum = 0;
    const double* p = law.data() + begin;
    for (std::size_t i = 0; i < values.size(); ++i) sum += values[i] * p[i];
    return sum;
  }
};

/// Likelihoods of what each donor has of each type, over frequency and deviation: beta-binomial.
/// Either deviations have a law over types, or correlations within donors have (as nearly one
/// value for all in a Dirichlet law, where rare types deviate most); which of the two is weighed
/// on the same counts, both as likely before. Either law is learned from all types, from an assumed
/// one on, which weighs as much as `weight` types. One donor shows nothing of it: then deviations
/// have the assumed law.
class donor_likelihoods {
 public:
  static constexpr double weight = 3;
  static constexpr std::size_t levels = share_deviations::size + share_correlations::size;
  using lattice = log_frequency_lattice;

  /// @param expected, exposure  cells beside the pilot's that tell of a type, and among how many
  donor_likelihoods(const matrix<double>& by_donor, std::span<const double> expected,
                    std::span<const double> exposure) {
    const index types = by_donor.cols();
    vector<double> cells = vector<double>::Zero(by_donor.rows());
    index donors = 0;
    for (index d = 0; d < by_donor.rows(); ++d) {
      for (index t = 0; t < types; ++t) cells[d] += by_donor(d, t);
      if (cells[d] > 0) ++donors;
    }
    const auto counted = static_cast<double>(donors);
    matrix<double> marginal(types, static_cast<index>(levels));
    const vector<double> none = vector<double>::Zero(by_donor.rows());
    for (index t = 0; t <= types; ++t) {  // the last is a type without cells
      const vector<double> own = t < types ? vector<double>(by_donor.col(t)) : none;
      matrix<double> logs(lattice::points, static_cast<index>(levels));
      for (index i = 0; i < lattice::points; ++i)
        for (std::size_t k = 0; k < levels; ++k) {
          const double mean = std::min(math::exp(lattice::at(i)), 1 - 1e-9);
          const double all = 1 / share_law{mean, deviation(k, i)}.correlation() - 1;
          const double first = mean * all, second = (1 - mean) * all;
          double sum = t < types ? expected[static_cast<std::size_t>(t)] * lattice::at(i) -
                                       exposure[static_cast<std::size_t>(t)] * mean
                                 : 0.0;
          // tails::log_beta_binomial without what is the same for all frequencies and deviations.
          sum +=
              counted * (math::log_gamma(all) - math::log_gamma(first) - math::log_gamma(second));
          for (index d = 0; d < by_donor.rows(); ++d)
            if (cells[d] > 0)
              sum += math::log_gamma(own[d] + first) + math::log_gamma(cells[d] - own[d] + second) -
                     math::log_gamma(cells[d] + all);
          logs(i, static_cast<index>(k)) = sum;
        }
      if (t < types) {
        const double most = logs.maxCoeff();
        for (index k = 0; k < logs.cols(); ++k) {
          marginal(t, k) = 0;
          for (index i = 0; i < logs.rows(); ++i)
            marginal(t, k) += math::exp(std::max(-700.0, logs(i, k) - most));
        }
      }
      logs_.push_back(std::move(logs));
    }
    const std::vector<char> is_used(static_cast<std::size_t>(types), donors > 1 ? 1 : 0);
    constexpr auto half = static_cast<index>(share_deviations::size);
    const auto learned = [&](index from, std::span<const double> before, double& evidence) {
      const matrix<double> own = marginal.middleCols(from, half);
      const auto law = mixing_law(own, is_used, 100, before, weight).law();
      evidence = 0;
      for (index t = 0; t < types; ++t) {
        double sum = 0;
        for (index k = 0; k < half; ++k) sum += law[static_cast<std::size_t>(k)] * own(t, k);
        evidence += math::log(std::max(sum, 1e-300));
      }
      return law;
    };
    double of_deviations = 0, of_correlations = 0;
    const auto deviations = learned(0, assumed_share_deviations(), of_deviations),
               correlations = learned(half, assumed_share_correlations(), of_correlations);
    const double first =
        donors > 1 ? 1 / (1 + math::exp(std::clamp(of_correlations - of_deviations, -700.0, 700.0)))
                   : 1.0;
    for (const double p : deviations) law_.push_back(first * p);
    for (const double p : correlations) law_.push_back((1 - first) * p);
  }

  /// The logarithm of a type's likelihood of a frequency, averaged over its deviation. @param type
  /// one more than the last: a type without cells
  [[nodiscard]] double log_of(index type, index i) const {
    const auto& logs = logs_[static_cast<std::size_t>(type)];
    double most = logs(i, 0), sum = 0;
    for (index k = 1; k < logs.cols(); ++k) most = std::max(most, logs(i, k));
    for (index k = 0; k < logs.cols(); ++k)
      sum += law_[static_cast<std::size_t>(k)] * math::exp(std::max(-700.0, logs(i, k) - most));
    return most + math::log(sum);
  }

  /// A deviation of a type whose frequency is known. @param u uniform between 0 and 1
  [[nodiscard]] double deviation_at(index type, index i, double u) const {
    const auto& logs = logs_[static_cast<std::size_t>(type)];
    double most = logs(i, 0), sum = 0;
    for (index k = 1; k < logs.cols(); ++k) most = std::max(most, logs(i, k));
    std::array<double, levels> cumulated{};
    for (std::size_t k = 0; k < cumulated.size(); ++k)
      cumulated[k] = sum +=
          law_[k] * math::exp(std::max(-700.0, logs(i, static_cast<index>(k)) - most));
    std::size_t k = 0;
    while (k + 1 < cumulated.size() && u * sum >= cumulated[k]) ++k;
    return deviation(k, i);
  }

 private:
  /// At a point of the lattice.
  [[nodiscard]] static double deviation(std::size_t level, index i) {
    if (level < share_deviations::size) return share_deviations::at(level);
    const double mean = std::min(math::exp(lattice::at(i)), 1 - 1e-9);
    return std::sqrt(share_correlations::at(level - share_deviations::size) * (1 - mean) / mean);
  }

  std::vector<matrix<double>> logs_;  // per type: points of the lattice x levels
  std::vector<double> law_;           // of levels: deviations, then correlations
};

}  // namespace detail

}  // namespace harmonium::inline v0_2
