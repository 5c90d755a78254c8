// SPDX-License-Identifier: MIT
/// @file
/// The visible layer's log-partition and moments for many states of the first hidden layer. From a
/// state to one with a single unit more, a gene's input changes by one weight, which for negative
/// binomial genes needs neither exponential nor logarithm of its own: with r = e^eta and
/// u = 1 - r, a weight w makes them r e^w and u - r (e^w - 1).
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/simd.hpp"
#include "harmonium/likelihood/enumerated_states.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium {

/// What a unit family needs in order to be carried from state to state: any family by its natural
/// parameters.
template <class Units>
class visible_steps {
 public:
  using scalar = typename Units::scalar;
  using row_type = Eigen::Array<scalar, Eigen::Dynamic, 1>;  ///< natural parameters

  visible_steps(const Units& units, weight_view<scalar> weights)
      : units_(&units), by_unit_(weights.transpose()) {}

  void start(std::span<const scalar> eta, row_type& at) const {
    at = Eigen::Map<const row_type>(eta.data(), std::ssize(eta));
  }
  void set_unit(const row_type& from, index unit, row_type& to) const {
    to = from + by_unit_.row(unit).transpose().array();
  }
  [[nodiscard]] double log_partition(const row_type& at) const {
    return static_cast<double>(units_->log_partition(input(at)));
  }
  /// Means and variances, each length units.size().
  void moments(const row_type& at, std::span<double> mean, std::span<double> variance) const {
    vector<scalar> out(at.size());
    units_->mean(input(at), as_span(out));
    for (index m = 0; m < at.size(); ++m)
      mean[static_cast<std::size_t>(m)] = static_cast<double>(out[m]);
    units_->variance(input(at), as_span(out));
    for (index m = 0; m < at.size(); ++m)
      variance[static_cast<std::size_t>(m)] = static_cast<double>(out[m]);
  }

 private:
  static std::span<const scalar> input(const row_type& at) {
    return {at.data(), static_cast<std::size_t>(at.size())};
  }

  const Units* units_;
  matrix<scalar> by_unit_;
};

/// Negative binomial units by e^eta and 1 - e^eta, in double. Each step adds a rounding error of
/// the size that eta itself has.
template <std::floating_point Scalar>
class visible_steps<basic_negative_binomial<Scalar>> {
 public:
  struct row_type {
    Eigen::ArrayXd power, rest;
  };

  visible_steps(const basic_negative_binomial<Scalar>& units, weight_view<Scalar> weights)
      : theta_(units.inverse_dispersion().template cast<double>().array()),
        factor_(weights.cols(), weights.rows()),
        growth_(weights.cols(), weights.rows()) {
    for (index m = 0; m < weights.rows(); ++m) {
      for (index k = 0; k < weights.cols(); ++k) {
        const auto e = math::exponentials(static_cast<double>(weights(m, k)));
        factor_(k, m) = e.power;
        growth_(k, m) = e.minus_one;
      }
    }
  }

  void start(std::span<const Scalar> eta, row_type& at) const {
    at.power.resize(theta_.size());
    at.rest.resize(theta_.size());
    for (index m = 0; m < theta_.size(); ++m) {
      const auto e = math::exponentials(static_cast<double>(eta[static_cast<std::size_t>(m)]));
      at.power[m] = e.power;
      at.rest[m] = -e.minus_one;
    }
  }
  void set_unit(const row_type& from, index unit, row_type& to) const {
    to.rest = from.rest - from.power * growth_.row(unit).transpose().array();
    to.power = from.power * factor_.row(unit).transpose().array();
  }
  [[nodiscard]] double log_partition(const row_type& at) const {
    return simd::sum(static_cast<std::size_t>(theta_.size()), [&](auto lanes, std::size_t m) {
      using pack = simd::pack<lanes()>;
      return -pack::load(theta_.data() + m) * math::log(pack::load(at.rest.data() + m));
    });
  }
  void moments(const row_type& at, std::span<double> mean, std::span<double> variance) const {
    Eigen::Map<Eigen::ArrayXd> mu(mean.data(), theta_.size()), v(variance.data(), theta_.size());
    mu = theta_ * at.power / at.rest;
    v = mu / at.rest;
  }

 private:
  Eigen::ArrayXd theta_;
  matrix<double> factor_, growth_;  ///< e^w and e^w - 1, hidden units x genes
};

/// Visits states [begin, end) in order: `visit(s, steps, row)`. Only states in that range serve as
/// parents, so that the result depends on `begin` but on nothing else.
template <class Model, class Visitor>
void walk_visible(const Model& model, const visible_steps<typename Model::visible_units>& steps,
                  const enumerated_states<typename Model::scalar>& states, index begin, index end,
                  Visitor&& visit) {
  using scalar = typename Model::scalar;
  using row_type = typename visible_steps<typename Model::visible_units>::row_type;
  // The way from a state without parent to the current one; deeper rows are spare storage.
  std::vector<std::pair<index, row_type>> way;
  std::size_t depth = 0;
  vector<scalar> eta(model.size(0));
  for (index s = begin; s < end; ++s) {
    const index parent = states.parent(s);
    if (parent < begin) {
      depth = 0;
    } else {
      while (way[depth - 1].first != parent) --depth;
    }
    if (way.size() == depth) way.emplace_back();
    auto& here = way[depth];
    if (depth == 0) {
      model.visible_input(states[s], as_span(eta));
      steps.start(as_span(std::as_const(eta)), here.second);
    } else {
      steps.set_unit(way[depth - 1].second, states.unit(s), here.second);
    }
    here.first = s;
    ++depth;
    visit(s, steps, std::as_const(here.second));
  }
}

/// A_0(b_0 + W_0 h_1) of every state. Cost: states x genes, times one logarithm.
/// @return length states.
template <executor Executor, class Model>
vector<double> visible_log_partitions(const Executor& run, const Model& model,
                                      const enumerated_states<typename Model::scalar>& states) {
  const visible_steps<typename Model::visible_units> steps(model.visible(), model.weights(0));
  vector<double> result(states.size());
  for_each_range(run, states.size(), 64, [&](index begin, index end) {
    walk_visible(model, steps, states, begin, end, [&](index s, const auto& by, const auto& row) {
      result[s] = by.log_partition(row);
    });
  });
  return result;
}

}  // namespace harmonium
