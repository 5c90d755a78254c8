// SPDX-License-Identifier: MIT
/// @file
/// Log-probabilities of the counts of many genes whose inverse dispersions stay.
#pragma once

#include <algorithm>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/wide_packs.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium::inline v0_2 {

/// Log base measures of small counts looked up per gene, those of others computed. The bits are
/// those of `nb_log_base_measure`. Cost: 8 bytes and a logarithm per gene and count looked up.
class nb_log_masses {
 public:
  /// @param theta   inverse dispersion of every gene
  /// @param largest counts up to this are looked up, the same for all genes
  /// @throws std::invalid_argument if `largest` is negative
  template <std::floating_point Scalar>
  explicit nb_log_masses(std::span<const Scalar> theta, index largest = 31)
      : known_(static_cast<double>(largest) + 1) {
    require(largest >= 0, "nb_log_masses", "the largest count must not be negative");
    assign(theta);
  }

  /// Other inverse dispersions, in the memory of these.
  template <std::floating_point Scalar>
  void assign(std::span<const Scalar> theta) {
    theta_.assign(theta.begin(), theta.end());
    base_.clear();
    base_.reserve(theta_.size() * static_cast<std::size_t>(known_));
    for (double x = 0; x < known_; x += 1)
      for (const double t : theta_) base_.push_back(nb_log_base_measure(x, t));
  }

  [[nodiscard]] std::size_t size() const noexcept { return theta_.size(); }

  /// log C(x + theta - 1, x) of one count of gene `m`.
  [[nodiscard]] double log_base_measure(std::size_t m, double x) const {
    return x < known_ ? base_[known_at(m, x)] : nb_log_base_measure(x, theta_[m]);
  }

  /// Sum over the genes of a cell. Cost: its non-zeros.
  /// @param cell a `cell_counts` or a dense span
  template <class Row>
  [[nodiscard]] double log_base_measure(const Row& cell) const {
    double sum = 0;
    row::for_each_nonzero(cell, [&](index m, auto x) {
      sum += log_base_measure(static_cast<std::size_t>(m), static_cast<double>(x));
    });
    return sum;
  }

  /// log p(x) of every gene.
  /// @param x         whole numbers >= 0
  /// @param eta       natural parameters < 0
  /// @param partition `nb_log_partition` of eta: all that a zero costs
  /// @param[out] out  all of length size(); may be `partition`
  void log_pmfs(std::span<const double> x, std::span<const double> eta,
                std::span<const double> partition, std::span<double> out) const {
    assert(x.size() == size() && eta.size() == size() && partition.size() == size());
    for (std::size_t m = 0; m < x.size(); ++m) {
      if (x[m] < known_) [[likely]]
        out[m] = (base_[known_at(m, x[m])] + eta[m] * x[m]) - partition[m];
      else
        out[m] = nb_log_pmf(x[m], eta[m], theta_[m]);
    }
  }

  /// The same where the partition is not known yet.
  void log_pmfs(std::span<const double> x, std::span<const double> eta,
                std::span<double> out) const {
    assert(eta.size() == size());
    packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
      packs::for_each<double, Bytes>(
          std::ssize(eta),
          [ natural = eta.data(), shape = theta_.data(), result = out.data() ]<class Pack>(index m)
              __attribute__((always_inline)) {
                nb_log_partition(Pack::load(natural + m), Pack::load(shape + m)).store(result + m);
              });
    });
    log_pmfs(x, eta, out, out);
  }

 private:
  [[nodiscard]] std::size_t known_at(std::size_t m, double x) const noexcept {
    return static_cast<std::size_t>(static_cast<std::int32_t>(x)) * theta_.size() + m;
  }

  std::vector<double> theta_;
  double known_;              ///< counts below are looked up
  std::vector<double> base_;  ///< all genes of count 0, then of 1, ...: most counts are small
};

}  // namespace harmonium::inline v0_2
