// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Negative binomial units on the way from one state of the first hidden layer to the next. A
/// gene's input changes by one weight w, which needs neither exponential nor logarithm of its own:
/// with r = e^eta and u = 1 - r, it makes them r e^w and u - r (e^w - 1).
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include "harmonium/core/chain_sums.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/core/wide_packs.hpp"

namespace harmonium::inline v0_2 {

template <std::floating_point Scalar>
class basic_negative_binomial;

/// Carries negative binomial units by e^eta and 1 - e^eta, in double. Each step adds a rounding
/// error of the size that eta itself has. A local variable, as it is made of `scratch_vector`.
template <std::floating_point Scalar>
class nb_steps {
 public:
  using number = double;

  nb_steps(const basic_negative_binomial<Scalar>& units, weight_view<Scalar> weights)
      : genes_(units.size()), theta_(genes_), factor_(weights.size()), growth_(weights.size()) {
    for (index m = 0; m < genes_; ++m) {
      theta_[m] = static_cast<double>(units.inverse_dispersion()[m]);
      for (index k = 0; k < weights.cols(); ++k) {
        const auto e = math::exponentials(static_cast<double>(weights(m, k)));
        factor_[k * genes_ + m] = e.power;
        growth_[k * genes_ + m] = e.minus_one;
      }
    }
  }

  /// First e^eta of every gene, then 1 - e^eta.
  [[nodiscard]] index row_size() const noexcept { return 2 * genes_; }

  void start(std::span<const Scalar> eta, std::span<double> row) const {
    for (std::size_t m = 0; m < eta.size(); ++m) {
      const auto e = math::exponentials(static_cast<double>(eta[m]));
      row[m] = e.power;
      row[eta.size() + m] = -e.minus_one;
    }
  }
  void set_unit(std::span<const double> from, index unit, std::span<double> to) const {
    packs::widest(
        genes_, [&]<int Bytes>() __attribute__((always_inline)) {
          packs::for_each<double, Bytes>(
              genes_, [
                power = from.data(), rest = from.data() + genes_,
                factor = factor_.data() + unit * genes_, growth = growth_.data() + unit * genes_,
                new_power = to.data(), new_rest = to.data() +
                genes_
              ]<class P>(index m) __attribute__((always_inline)) {
                const P old = P::load(power + m);
                (P::load(rest + m) - old * P::load(growth + m)).store(new_rest + m);
                (old * P::load(factor + m)).store(new_power + m);
              });
        });
  }
  [[nodiscard]] double log_partition(std::span<const double> row) const {
    double sum = 0;
    packs::widest(
        genes_, [&]<int Bytes>() __attribute__((always_inline)) {
          sum = packs::sum_in_chains<Bytes>(
              genes_, [ theta = theta_.data(), rest = row.data() + genes_ ]<class P>(index m)
                          __attribute__((always_inline)) {
                            return -P::load(theta + m) * math::log(P::load(rest + m));
                          });
        });
    return sum;
  }
  void moments(std::span<const double> row, std::span<double> mean,
               std::span<double> variance) const {
    packs::widest(
        genes_, [&]<int Bytes>() __attribute__((always_inline)) {
          packs::for_each<double, Bytes>(
              genes_, [
                theta = theta_.data(), power = row.data(), rest = row.data() + genes_,
                mean = mean.data(), variance = variance.data()
              ]<class P>(index m) __attribute__((always_inline)) {
                const P r = P::load(rest + m);
                const P mu = P::load(theta + m) * P::load(power + m) / r;
                mu.store(mean + m);
                (mu / r).store(variance + m);
              });
        });
  }

 private:
  index genes_;
  scratch_vector<double> theta_;
  scratch_vector<double> factor_, growth_;  ///< e^w and e^w - 1, hidden units x genes
};

}  // namespace harmonium::inline v0_2
