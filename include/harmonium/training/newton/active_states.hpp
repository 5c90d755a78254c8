// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// The states of the first hidden layer that count in one Newton step of an M-step.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Probabilities of some states, their features phi = [1, h_1], and the visible units' means and
/// variances in each of them.
class active_states {
 public:
  /// A non-zero entry of phi.
  struct feature {
    index column;  ///< 0: the constant; k + 1: unit k
    double value;
  };

  /// @param units of the first hidden layer
  explicit active_states(index units = 0) : units_(units), begin_(1, 0) {}

  /// Adds a state. @return its place
  template <class Scalar>
  index add(double probability, std::span<const Scalar> h) {
    features_.push_back({0, 1.0});
    for (std::size_t k = 0; k < h.size(); ++k)
      if (h[k] != Scalar(0))
        features_.push_back({static_cast<index>(k) + 1, static_cast<double>(h[k])});
    begin_.push_back(features_.size());
    probability_.push_back(probability);
    return size() - 1;
  }

  /// Room for the moments of all states, which the caller fills in.
  void resize_moments(index genes) {
    means.resize(size(), genes);
    variances.resize(size(), genes);
  }

  /// The `most` most probable states, in falling order: those that couple the genes.
  void find_coupling(index most) {
    coupling_.resize(probability_.size());
    std::iota(coupling_.begin(), coupling_.end(), index{0});
    std::sort(coupling_.begin(), coupling_.end(), [&](index s, index r) {
      const double a = probability(s), b = probability(r);
      return a > b || (a == b && s < r);
    });
    coupling_.resize(std::min(coupling_.size(), static_cast<std::size_t>(most)));
  }

  [[nodiscard]] index size() const noexcept { return std::ssize(probability_); }
  [[nodiscard]] index units() const noexcept { return units_; }
  [[nodiscard]] double probability(index s) const noexcept {
    return probability_[static_cast<std::size_t>(s)];
  }
  [[nodiscard]] std::span<const feature> features(index s) const noexcept {
    const auto u = static_cast<std::size_t>(s);
    return std::span(features_).subspan(begin_[u], begin_[u + 1] - begin_[u]);
  }
  [[nodiscard]] const std::vector<index>& coupling() const noexcept { return coupling_; }

  matrix<double> means, variances;  ///< states x genes

 private:
  index units_;
  std::vector<double> probability_;
  std::vector<feature> features_;   ///< of one state after the other
  std::vector<std::size_t> begin_;  ///< where a state's features begin
  std::vector<index> coupling_;
};

}  // namespace harmonium::inline v0_2
