// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// How a visible layer goes from one state of the first hidden layer to another that has a single
/// unit more. A family with a faster way than by its natural parameters names the class of that way
/// as its member `steps_type`, in its own header.
#pragma once

#include <algorithm>
#include <span>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/scratch.hpp"

namespace harmonium::inline v0_2 {

/// Carries a visible layer from one state of the first hidden layer to the next by its natural
/// parameters; serves every family. A local variable, as it is made of `scratch_vector`.
template <class Units>
class natural_steps {
 public:
  using scalar = typename Units::scalar;
  using number = scalar;  ///< what a row is made of

  natural_steps(const Units& units, weight_view<scalar> weights)
      : units_(&units), by_unit_(weights.size()) {
    as_matrix(by_unit_, weights.cols(), weights.rows()) = weights.transpose();
  }

  /// Numbers that stand for a state: its natural parameters.
  [[nodiscard]] index row_size() const noexcept { return units_->size(); }

  void start(std::span<const scalar> eta, std::span<scalar> row) const {
    std::copy(eta.begin(), eta.end(), row.begin());
  }
  void set_unit(std::span<const scalar> from, index unit, std::span<scalar> to) const {
    const scalar* w = by_unit_.data() + unit * row_size();
    for (std::size_t m = 0; m < to.size(); ++m) to[m] = from[m] + w[m];
  }
  [[nodiscard]] double log_partition(std::span<const scalar> row) const {
    return static_cast<double>(units_->log_partition(row));
  }
  /// Means and variances, each length units.size().
  void moments(std::span<const scalar> row, std::span<double> mean,
               std::span<double> variance) const {
    scratch_vector<scalar> out(row_size());
    units_->mean(row, as_span(out));
    for (index m = 0; m < out.size(); ++m)
      mean[static_cast<std::size_t>(m)] = static_cast<double>(out[m]);
    units_->variance(row, as_span(out));
    for (index m = 0; m < out.size(); ++m)
      variance[static_cast<std::size_t>(m)] = static_cast<double>(out[m]);
  }

 private:
  const Units* units_;
  scratch_vector<scalar> by_unit_;  ///< weights, hidden units x genes
};

template <class Units>
struct visible_steps_of {
  using type = natural_steps<Units>;
};
template <class Units>
requires requires {
  typename Units::steps_type;
}
struct visible_steps_of<Units> {
  using type = typename Units::steps_type;
};
/// The family's own way, or `natural_steps`.
template <class Units>
using visible_steps = typename visible_steps_of<Units>::type;

}  // namespace harmonium::inline v0_2
