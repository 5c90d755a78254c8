// SPDX-License-Identifier: MIT
/// @file
/// Keeping the natural parameters of the visible layer admissible while training: policies applied
/// after every step. Families without a bound (`natural_supremum()` infinite) are left alone.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <span>
#include <utility>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/scratch.hpp"

namespace harmonium::inline v0_2 {

/// Moves a model's parameters, if need be, so that every hidden state gives an admissible visible
/// input: `apply(model)`. `write_limits(model, out)` gives the largest input it allows, one per
/// visible unit; `prepared(largest)` is the constraint for data with these largest entries per
/// column.
template <class C, class Model>
concept constraint_for = std::copyable<C> &&
    requires(const C& constraint, Model& model, const Model& constant,
             std::span<typename Model::scalar> out, const vector<double>& largest) {
  { constraint.apply(model) } -> std::same_as<void>;
  { constraint.write_limits(constant, out) } -> std::same_as<void>;
  { constraint.prepared(largest) } -> std::same_as<C>;
};

/// The paper's constraint: W <= 0 and a <= `ceiling`. Sufficient, not necessary: hidden units can
/// only lower a gene.
struct non_positive_weights {
  double ceiling = -1e-10;

  [[nodiscard]] non_positive_weights prepared(const vector<double>&) const { return *this; }

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
    std::fill(out.begin(), out.end(),
              model.visible().natural_supremum() + static_cast<scalar>(ceiling));
  }

  template <class Model>
  void apply(Model& model) const {
    using scalar = typename Model::scalar;
    const scalar limit = model.visible().natural_supremum() + static_cast<scalar>(ceiling);
    if (std::isinf(limit)) return;
    for (scalar& a : model.bias(0)) a = std::min(a, limit);
    auto weights = model.weights(0);
    for (index i = 0; i < weights.size(); ++i)
      weights.data()[i] = std::min(weights.data()[i], scalar(0));
  }
};

/// What the model needs: a_m + sum_k max(0, W_mk) <= limit_m for every gene, by projection. With
/// 0/1 hidden units this bounds every state's input.
struct admissible_sum {
  /// Largest mean a state may give a gene; length genes. Empty: only the family's own bound, less
  /// 1e-10.
  vector<double> max_mean = {};
  /// Where `max_mean` is left to training: no state's mean beyond this times the largest count of
  /// the gene, plus one.
  double max_mean_factor = 10;

  [[nodiscard]] admissible_sum prepared(const vector<double>& largest) const {
    admissible_sum result = *this;
    if (max_mean.size() == 0)
      result.max_mean = (1 + max_mean_factor * largest.array()).matrix();
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
    const scalar supremum = model.visible().natural_supremum();
    std::fill(out.begin(), out.end(), supremum - static_cast<scalar>(1e-10));
    if (max_mean.size() == 0 || std::isinf(supremum)) return;
    scratch_vector<scalar> mean(max_mean.size());
    for (index m = 0; m < mean.size(); ++m) mean[m] = static_cast<scalar>(max_mean[m]);
    model.visible().natural_from_mean(as_span(std::as_const(mean)), out);
  }

  template <class Model>
  void apply(Model& model) const {
    using scalar = typename Model::scalar;
    if (std::isinf(model.visible().natural_supremum())) return;
    scratch_vector<scalar> limit(model.size(0));
    write_limits(model, as_span(limit));
    auto weights = model.weights(0);
    auto bias = model.bias(0);
    for (index m = 0; m < weights.rows(); ++m)
      project(bias[static_cast<std::size_t>(m)],
              std::span<scalar>(weights.data() + m * weights.cols(),
                                static_cast<std::size_t>(weights.cols())),
              limit[m]);
  }

 private:
  /// Nearest point with a + sum max(0, w) <= limit. Each round spreads the excess over the bias and
  /// the positive weights; a weight that would turn negative stops at zero and leaves the rest to
  /// the next round.
  template <class Scalar>
  static void project(Scalar& a, std::span<Scalar> w, Scalar limit) {
    // A state's input is summed in another order than ours: leave room for its rounding.
    Scalar size = std::abs(a);
    for (const Scalar weight : w) size += std::abs(weight);
    limit -= Scalar(4) * std::numeric_limits<Scalar>::epsilon() * size;
    const auto sum = [&] {
      Scalar total = a;
      for (const Scalar weight : w) total += std::max(Scalar(0), weight);
      return total;
    };
    for (std::size_t round = 0; round <= w.size(); ++round) {
      const Scalar excess = sum() - limit;
      if (!(excess > Scalar(0))) return;
      const auto positive =
          static_cast<Scalar>(std::count_if(w.begin(), w.end(), [](Scalar x) { return x > 0; }));
      const Scalar share = excess / (positive + Scalar(1));
      a -= share;
      for (Scalar& weight : w)
        if (weight > Scalar(0)) weight = std::max(Scalar(0), weight - share);
    }
    // What rounding left over.
    while (sum() > limit)
      a = std::nextafter(a - (sum() - limit), -std::numeric_limits<Scalar>::max());
  }
};

/// No constraint; for visible families that need none.
struct unconstrained {
  [[nodiscard]] unconstrained prepared(const vector<double>&) const noexcept { return {}; }
  template <class Model>
  [[nodiscard]] auto limits(const Model& model) const {
    using scalar = typename Model::scalar;
    return vector<scalar>(
        vector<scalar>::Constant(model.size(0), model.visible().natural_supremum()));
  }
  template <class Model>
  void write_limits(const Model& model, std::span<typename Model::scalar> out) const {
    std::fill(out.begin(), out.end(), model.visible().natural_supremum());
  }
  template <class Model>
  void apply(Model&) const noexcept {}
};

}  // namespace harmonium::inline v0_2
