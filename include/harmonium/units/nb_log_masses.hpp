// SPDX-License-Identifier: MIT
/// @file
/// Log-probabilities of the counts of many genes whose inverse dispersions stay.
#pragma once

#include <algorithm>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <span>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium {

/// Log base measures of small counts looked up per gene, those of others computed. The bits are
/// those of `nb_log_base_measure`. Cost: 8 bytes and a logarithm per gene and count looked up.
class nb_log_masses {
 public:
  /// @param theta   inverse dispersion of every gene
  /// @param largest counts up to this are looked up, the same for all genes
  /// @throws std::invalid_argument if `largest` is negative
  template <std::floating_point Scalar>
  explicit nb_log_masses(std::span<const Scalar> theta, index largest = 31)
      : theta_(theta.begin(), theta.end()), width_(static_cast<std::size_t>(largest) + 1) {
    require(largest >= 0, "nb_log_masses", "the largest count must not be negative");
    base_.reserve(theta_.size() * width_);
    for (const double t : theta_)
      for (std::size_t x = 0; x < width_; ++x)
        base_.push_back(nb_log_base_measure(static_cast<double>(x), t));
  }

  [[nodiscard]] std::size_t size() const noexcept { return theta_.size(); }

  /// log C(x + theta - 1, x) of one count of gene `m`.
  [[nodiscard]] double log_base_measure(std::size_t m, double x) const {
    return x < static_cast<double>(width_) ? base_[m * width_ + static_cast<std::size_t>(x)]
                                           : nb_log_base_measure(x, theta_[m]);
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
  /// @param[out] out  all of length size()
  void log_pmfs(std::span<const double> x, std::span<const double> eta,
                std::span<const double> partition, std::span<double> out) const {
    assert(x.size() == size() && eta.size() == size() && partition.size() == size());
    const auto known = static_cast<double>(width_);
    for (std::size_t m = 0; m < x.size(); ++m) {
      if (x[m] < known) [[likely]] {
        const double base = base_[m * width_ + static_cast<std::size_t>(static_cast<int>(x[m]))];
        out[m] = (base + eta[m] * x[m]) - partition[m];
      } else {
        out[m] = nb_log_pmf(x[m], eta[m], theta_[m]);
      }
    }
  }

 private:
  std::vector<double> theta_;
  std::size_t width_;  ///< counts looked up per gene
  std::vector<double> base_;
};

}  // namespace harmonium
