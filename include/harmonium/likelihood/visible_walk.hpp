// SPDX-License-Identifier: MIT
/// @file
/// The visible layer's log-partition and moments for many states of the first hidden layer. From a
/// state to one with a single unit more, a gene's input changes by one weight, which for negative
/// binomial genes needs neither exponential nor logarithm of its own: with r = e^eta and
/// u = 1 - r, a weight w makes them r e^w and u - r (e^w - 1).
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <utility>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/core/simd.hpp"
#include "harmonium/likelihood/enumerated_states.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium {

/// What a unit family needs in order to be carried from state to state: any family by its natural
/// parameters. A local variable, as it is made of `scratch_vector`.
template <class Units>
class visible_steps {
 public:
  using scalar = typename Units::scalar;
  using number = scalar;  ///< what a row is made of

  visible_steps(const Units& units, weight_view<scalar> weights)
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

/// Negative binomial units by e^eta and 1 - e^eta, in double. Each step adds a rounding error of
/// the size that eta itself has.
template <std::floating_point Scalar>
class visible_steps<basic_negative_binomial<Scalar>> {
 public:
  using number = double;

  visible_steps(const basic_negative_binomial<Scalar>& units, weight_view<Scalar> weights)
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
    const genes_view old_power(from.data(), genes_), old_rest(from.data() + genes_, genes_);
    Eigen::Map<Eigen::ArrayXd> power(to.data(), genes_), rest(to.data() + genes_, genes_);
    rest = old_rest - old_power * genes_view(growth_.data() + unit * genes_, genes_);
    power = old_power * genes_view(factor_.data() + unit * genes_, genes_);
  }
  [[nodiscard]] double log_partition(std::span<const double> row) const {
    const double* const rest = row.data() + genes_;
    return simd::sum(static_cast<std::size_t>(genes_), [&](auto lanes, std::size_t m) {
      using pack = simd::pack<lanes()>;
      return -pack::load(theta_.data() + m) * math::log(pack::load(rest + m));
    });
  }
  void moments(std::span<const double> row, std::span<double> mean,
               std::span<double> variance) const {
    const genes_view theta(theta_.data(), genes_), power(row.data(), genes_),
        rest(row.data() + genes_, genes_);
    Eigen::Map<Eigen::ArrayXd> mu(mean.data(), genes_), v(variance.data(), genes_);
    mu = theta * power / rest;
    v = mu / rest;
  }

 private:
  using genes_view = Eigen::Map<const Eigen::ArrayXd>;

  index genes_;
  scratch_vector<double> theta_;
  scratch_vector<double> factor_, growth_;  ///< e^w and e^w - 1, hidden units x genes
};

/// Visits states [begin, end) in order: `visit(s, steps, row)`. Only states in that range serve as
/// parents, so that the result depends on `begin` but on nothing else.
template <class Model, class Visitor>
void walk_visible(const Model& model, const visible_steps<typename Model::visible_units>& steps,
                  const enumerated_states<typename Model::scalar>& states, index begin, index end,
                  Visitor&& visit) {
  using scalar = typename Model::scalar;
  using number = typename visible_steps<typename Model::visible_units>::number;
  // The way from a state without parent to the current one.
  const index width = steps.row_size();
  scratch_vector<index> way(states.longest_way());
  scratch_vector<number> rows(states.longest_way() * width);
  const auto row = [&](index at) {
    return std::span<number>(rows.data() + at * width, static_cast<std::size_t>(width));
  };
  index depth = 0;
  scratch_vector<scalar> eta(model.size(0));
  for (index s = begin; s < end; ++s) {
    const index parent = states.parent(s);
    if (parent < begin) {
      depth = 0;
    } else {
      while (way[depth - 1] != parent) --depth;
    }
    if (depth == 0) {
      model.visible_input(states[s], as_span(eta));
      steps.start(as_span(std::as_const(eta)), row(0));
    } else {
      steps.set_unit(row(depth - 1), states.unit(s), row(depth));
    }
    way[depth] = s;
    visit(s, steps, std::span<const number>(row(depth)));
    ++depth;
  }
}

/// A_0(b_0 + W_0 h_1) of every state. Cost: states x genes, times one logarithm.
/// @param[out] terms length states
template <executor Executor, class Model>
void visible_log_partitions(const Executor& run, const Model& model,
                            const enumerated_states<typename Model::scalar>& states,
                            std::span<double> terms) {
  const visible_steps<typename Model::visible_units> steps(model.visible(), model.weights(0));
  for_each_range(run, states.size(), 64, [&](index begin, index end) {
    walk_visible(model, steps, states, begin, end, [&](index s, const auto& by, const auto& row) {
      terms[static_cast<std::size_t>(s)] = by.log_partition(row);
    });
  });
}

/// The same as a vector.
template <executor Executor, class Model>
vector<double> visible_log_partitions(const Executor& run, const Model& model,
                                      const enumerated_states<typename Model::scalar>& states) {
  vector<double> terms(states.size());
  visible_log_partitions(run, model, states, as_span(terms));
  return terms;
}

}  // namespace harmonium
