// SPDX-License-Identifier: MIT
/// @file
/// The optimiser Adam, with weight decay as PyTorch's `Adam` has it (added to the gradient).
/// @see Kingma & Ba (2015), Adam: a method for stochastic optimization, ICLR.
#pragma once

#include <cmath>
#include <concepts>
#include <string>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/wide_packs.hpp"

namespace harmonium::inline v0_2 {

/// Settings of Adam. Source: Kingma and Ba (2015), arXiv 1412.6980.
struct adam_options {
  double rate = 1e-3;           ///< a parameter moves by about this much per step
  double first_decay = 0.9;     ///< of the running mean of the gradient
  double second_decay = 0.999;  ///< of the running mean of its square
  double epsilon = 0.01;        ///< scVI's; larger slows parameters with small gradients
  double weight_decay = 1e-6;   ///< pulls every parameter towards 0
};

/// State of the optimiser: a value.
template <std::floating_point Scalar>
class adam {
 public:
  /// @throws std::invalid_argument for options out of range.
  explicit adam(index parameters, const adam_options& options = {})
      : options_(options),
        first_(vector<Scalar>::Zero(parameters)),
        second_(vector<Scalar>::Zero(parameters)) {
    require(options.rate > 0 && std::isfinite(options.rate), "adam",
            "the learning rate must be positive and finite, got " + std::to_string(options.rate));
    require(options.first_decay >= 0 && options.first_decay < 1 && options.second_decay >= 0 &&
                options.second_decay < 1,
            "adam", "decays must be in [0, 1)");
    require(options.epsilon > 0, "adam", "epsilon must be positive");
    require(options.weight_decay >= 0, "adam", "weight_decay must not be negative");
  }

  /// One step downhill. @param gradient as long as `parameters`
  template <executor Executor>
  void step(const Executor& run, const vector<Scalar>& gradient, vector<Scalar>& parameters) {
    require(gradient.size() == first_.size() && parameters.size() == first_.size(), "adam::step",
            "gradient and parameters must be as many as announced");
    first_power_ *= options_.first_decay;
    second_power_ *= options_.second_decay;
    for_each_range(run, parameters.size(), index{1} << 16, [&](index begin, index end) {
      packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
        using wide = packs::pack<Scalar, Bytes / int(sizeof(Scalar))>;
        using one = packs::pack<Scalar, 1>;
        const rates<wide> all(options_, first_power_, second_power_);
        const rates<one> single(options_, first_power_, second_power_);
        const Scalar* const g = gradient.data();
        Scalar* const m = first_.data();
        Scalar* const v = second_.data();
        Scalar* const p = parameters.data();
        const index last = end;
        index k = begin;
        for (; k + wide::lanes <= last; k += wide::lanes) all.move(g + k, m + k, v + k, p + k);
        for (; k < last; ++k) single.move(g + k, m + k, v + k, p + k);
      });
    });
  }

 private:
  /// The options, and the corrections for starting at 0, as packs.
  template <class P>
  struct rates {
    P decay, b1, b2, rest1, rest2, rate, scale, epsilon;

    [[gnu::always_inline]] inline rates(const adam_options& options, double first_power,
                                        double second_power)
        : decay(P::all(static_cast<Scalar>(options.weight_decay))),
          b1(P::all(static_cast<Scalar>(options.first_decay))),
          b2(P::all(static_cast<Scalar>(options.second_decay))),
          rest1(P::all(static_cast<Scalar>(1 - options.first_decay))),
          rest2(P::all(static_cast<Scalar>(1 - options.second_decay))),
          rate(P::all(static_cast<Scalar>(options.rate / (1 - first_power)))),
          scale(P::all(static_cast<Scalar>(1 / std::sqrt(1 - second_power)))),
          epsilon(P::all(static_cast<Scalar>(options.epsilon))) {}

    [[gnu::always_inline]] inline void move(const Scalar* g, Scalar* m, Scalar* v,
                                            Scalar* p) const {
      const P at = P::load(p);
      const P slope = P::load(g) + decay * at;
      const P first = b1 * P::load(m) + rest1 * slope;
      const P second = b2 * P::load(v) + rest2 * (slope * slope);
      first.store(m);
      second.store(v);
      (at - rate * (first / (square_root(second) * scale + epsilon))).store(p);
    }
  };

  adam_options options_;
  vector<Scalar> first_, second_;
  double first_power_ = 1, second_power_ = 1;
};

}  // namespace harmonium::inline v0_2
