// SPDX-License-Identifier: MIT
/// @file
/// Keeping the natural parameters of the visible layer admissible while training: policies applied
/// after every step. What a hidden layer can do to the input follows from the range of its states.
/// Families without a bound (`natural_supremum()` infinite) are left alone, but for what the stack
/// needs to normalise (models/normalisable.hpp).
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <span>
#include <utility>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/models/normalisable.hpp"
#include "harmonium/states/concepts.hpp"
#include "harmonium/units/concepts.hpp"
#include "harmonium/units/parts.hpp"

namespace harmonium::inline v0_2 {

/// Moves a model's parameters, if need be, so that every hidden state gives an admissible visible
/// input and the joint distribution normalises: `apply(run, model)`, to the same bits for every
/// executor. `write_limits(model, out)` gives the largest input it allows, one per visible unit;
/// `prepared(largest)` is the constraint for data with these largest entries per column.
template <class C, class Model>
concept constraint_for = std::copyable<C> &&
    requires(const C& constraint, const executor_ref& run, Model& model, const Model& constant,
             std::span<typename Model::scalar> out, const vector<double>& largest) {
  { constraint.apply(run, model) } -> std::same_as<void>;
  { constraint.write_limits(constant, out) } -> std::same_as<void>;
  { constraint.prepared(largest) } -> std::same_as<C>;
};

/// A model whose first hidden layer has no states below zero: with W <= 0 they lower the visible
/// input, all of them.
template <class Model>
concept non_negative_hidden_states = non_negative_states<units_of<Model, 1>>;

/// A model that is admissible whatever its parameters are: every visible input has a distribution,
/// and no two neighbouring layers have unbounded states.
template <class Model>
concept always_admissible = admits_every_input<units_of<Model, 0>> && always_normalisable<Model>;

/// The paper's constraint: W <= 0 and a <= `ceiling`. Sufficient, not necessary: hidden units can
/// only lower a gene. For hidden states >= 0, bounded or not.
struct non_positive_weights {
  double ceiling = -1e-10;  ///< of the visible biases, < 0

  [[nodiscard]] non_positive_weights prepared(const vector<double>&) const { return *this; }

  template <non_negative_hidden_states Model>
  [[nodiscard]] auto limits(const Model& model) const {
    vector<typename Model::scalar> limit(model.size(0));
    write_limits(model, as_span(limit));
    return limit;
  }
  /// The same into `out`.
  template <non_negative_hidden_states Model>
  void write_limits(const Model& model, std::span<typename Model::scalar> out) const {
    using scalar = typename Model::scalar;
    write_natural_suprema(model.visible(), out);
    for (scalar& limit : out) limit += static_cast<scalar>(ceiling);
  }

  template <executor Executor, non_negative_hidden_states Model>
  void apply(const Executor&, Model& model) const {
    using scalar = typename Model::scalar;
    make_normalisable(model);
    if (std::isinf(model.visible().natural_supremum())) return;
    scratch_vector<scalar> limit(model.size(0));
    write_limits(model, as_span(limit));
    auto weights = model.weights(0);
    auto bias = model.bias(0);
    for (index m = 0; m < weights.rows(); ++m) {
      if (std::isinf(limit[m])) continue;  // a part of another family
      auto& a = bias[static_cast<std::size_t>(m)];
      a = std::min(a, limit[m]);
      for (index k = 0; k < weights.cols(); ++k) weights(m, k) = std::min(weights(m, k), scalar(0));
    }
  }
};

/// What the model needs: the largest visible input of any hidden state,
///
///     a_m + sum_k max(low W_mk, high W_mk) <= limit_m for every gene,
///
/// with the bounds of the hidden states, by projection: a_m + sum_k max(0, W_mk) for states 0 and
/// 1, a_m + sum_k |W_mk| for spins. (Of a one-hot group only one unit is 1: the sum is then more
/// than is needed.) Where the states have no upper bound, weights W <= 0 and a_m <= limit_m.
struct admissible_sum {
  /// Largest mean a state may give a gene; length genes. Empty: only the family's own bound, less
  /// 1e-10.
  vector<double> max_mean = {};
  /// Where `max_mean` is left to training: no state's mean beyond this times the largest count of
  /// the gene, plus one.
  double max_mean_factor = 10;

  [[nodiscard]] admissible_sum prepared(const vector<double>& largest) const {
    admissible_sum result = *this;
    if (max_mean.size() == 0) {
      vector<double> most(largest.size());
      for (index m = 0; m < most.size(); ++m) most[m] = 1 + max_mean_factor * largest[m];
      result.max_mean.swap(most);
    }
    return result;
  }

  template <class Model>
  [[nodiscard]] auto limits(const Model& model) const {
    vector<typename Model::scalar> limit(model.size(0));
    write_limits(model, as_span(limit));
    return limit;
  }

  /// The same into `out`.
  template <class Model>
  void write_limits(const Model& model, std::span<typename Model::scalar> out) const {
    using scalar = typename Model::scalar;
    write_natural_suprema(model.visible(), out);
    for (scalar& limit : out) limit -= static_cast<scalar>(1e-10);
    if (max_mean.size() == 0 || std::isinf(model.visible().natural_supremum())) return;
    scratch_vector<scalar> mean(max_mean.size()), natural(max_mean.size());
    for (index m = 0; m < mean.size(); ++m) mean[m] = static_cast<scalar>(max_mean[m]);
    model.visible().natural_from_mean(as_span(std::as_const(mean)), as_span(natural));
    for (index m = 0; m < mean.size(); ++m) {
      scalar& limit = out[static_cast<std::size_t>(m)];
      if (!std::isinf(limit)) limit = natural[m];  // else a part of another family
    }
  }

  template <executor Executor, class Model>
  void apply(const Executor& run, Model& model) const {
    using scalar = typename Model::scalar;
    make_normalisable(model);
    if (std::isinf(model.visible().natural_supremum())) return;
    scratch_vector<scalar> limit(model.size(0));
    write_limits(model, as_span(limit));
    auto weights = model.weights(0);
    auto bias = model.bias(0);
    for_each_range(run, weights.rows(), 32, [&](index begin, index end) {
      for (index m = begin; m < end; ++m)
        if (!std::isinf(limit[m]))
          project<units_of<Model, 1>>(bias[static_cast<std::size_t>(m)],
                                      std::span<scalar>(weights.data() + m * weights.cols(),
                                                        static_cast<std::size_t>(weights.cols())),
                                      limit[m]);
    });
  }

 private:
  /// Nearest point with a + sum max(low w, high w) <= limit. Each round spreads the excess over the
  /// bias and the weights that raise the sum, in proportion to their slopes; a weight that would
  /// change its sign stops at zero and leaves the rest to the next round.
  template <class Hidden, class Scalar>
  static void project(Scalar& a, std::span<Scalar> w, Scalar limit) {
    constexpr bool bounded = bounded_states<Hidden>;
    constexpr auto low = static_cast<Scalar>(Hidden::lowest_state);
    constexpr auto high = bounded ? static_cast<Scalar>(Hidden::highest_state) : Scalar(0);
    const auto slope = [](Scalar weight) {
      return weight > Scalar(0) ? high : weight < Scalar(0) ? low : Scalar(0);
    };
    if constexpr (!bounded)
      for (Scalar& weight : w) weight = std::min(weight, Scalar(0));
    // A state's input is summed in another order than ours: leave room for its rounding.
    const Scalar steepest = std::max(std::abs(low), std::abs(high));
    Scalar size = std::abs(a);
    for (const Scalar weight : w) size += std::abs(weight) * steepest;
    limit -= Scalar(4) * std::numeric_limits<Scalar>::epsilon() * size;
    const auto sum = [&] {
      Scalar total = a;
      for (const Scalar weight : w) total += slope(weight) * weight;
      return total;
    };
    for (std::size_t round = 0; round <= w.size(); ++round) {
      const Scalar excess = sum() - limit;
      if (!(excess > Scalar(0))) return;
      index raised = 0, lowered = 0;
      for (const Scalar weight : w) {
        raised += weight > Scalar(0) ? 1 : 0;
        lowered += weight < Scalar(0) ? 1 : 0;
      }
      const Scalar squares =
          static_cast<Scalar>(raised) * high * high + static_cast<Scalar>(lowered) * low * low;
      const Scalar share = excess / (squares + Scalar(1));
      a -= share;
      for (Scalar& weight : w) {
        const Scalar moved = weight - share * slope(weight);
        weight =
            (weight > Scalar(0)) == (moved > Scalar(0)) || weight == Scalar(0) ? moved : Scalar(0);
      }
    }
    // What rounding left over.
    while (sum() > limit)
      a = std::nextafter(a - (sum() - limit), -std::numeric_limits<Scalar>::max());
  }
};

/// No constraint; for models that need none.
struct unconstrained {
  [[nodiscard]] unconstrained prepared(const vector<double>&) const noexcept { return {}; }

  template <always_admissible Model>
  [[nodiscard]] auto limits(const Model& model) const {
    using scalar = typename Model::scalar;
    return vector<scalar>(
        vector<scalar>::Constant(model.size(0), model.visible().natural_supremum()));
  }
  template <always_admissible Model>
  void write_limits(const Model& model, std::span<typename Model::scalar> out) const {
    std::fill(out.begin(), out.end(), model.visible().natural_supremum());
  }
  template <executor Executor, always_admissible Model>
  void apply(const Executor&, Model&) const noexcept {}
};

}  // namespace harmonium::inline v0_2
