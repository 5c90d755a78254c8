// SPDX-License-Identifier: MIT
/// @file
/// What a unit family is checked with, and each of its laws by itself: derivatives, samples,
/// support, listed states, sites.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/random_engine.hpp"
#include "harmonium/testing/findings.hpp"
#include "harmonium/units/concepts.hpp"

namespace harmonium::inline v0_2::testing {

/// A layer and a natural parameter for it.
template <unit_family U>
struct unit_layer {
  U units;                              ///< the layer
  std::vector<typename U::scalar> eta;  ///< length units
};

/// Layers that `check_unit` tries.
template <unit_family U>
struct unit_laws {
  std::vector<unit_layer<U>> layers;         ///< moderate: all laws hold, to stated tolerances
  std::vector<unit_layer<U>> extremes = {};  ///< admissible, but far out: results are finite
  std::vector<typename U::scalar> edge_means = {};  ///< ends of the mean's range
  bool whole_numbers = false;  ///< states are 0, 1, 2, ...; else a range of the real line, unless
                               ///< enumerable
};

namespace detail {

/// `call(out)` twice into different garbage: all of `out` must be overwritten, alike.
template <class S, class Call>
std::vector<S> overwritten(findings& found, index size, Call call) {
  std::vector<S> first(static_cast<std::size_t>(size), std::numeric_limits<S>::quiet_NaN());
  std::vector<S> second(static_cast<std::size_t>(size), S(-12345));
  call(std::span<S>(first));
  call(std::span<S>(second));
  found.expect(first == second, "an output is not overwritten whole, or not alike twice");
  return first;
}

template <unit_family U>
auto mean_of(findings& found, const U& units, const std::vector<typename U::scalar>& eta) {
  using S = typename U::scalar;
  return overwritten<S>(found, units.size(), [&](std::span<S> out) { units.mean(eta, out); });
}

template <unit_family U>
auto variance_of(findings& found, const U& units, const std::vector<typename U::scalar>& eta) {
  using S = typename U::scalar;
  return overwritten<S>(found, units.size(), [&](std::span<S> out) { units.variance(eta, out); });
}

/// log p(state) = eta'x + log base measure - log-partition, and how far rounding may move it.
template <unit_family U>
std::pair<double, double> log_mass(const unit_layer<U>& layer,
                                   const std::vector<typename U::scalar>& state) {
  double linear = 0, size = 0;
  for (std::size_t i = 0; i < state.size(); ++i) {
    const double term = static_cast<double>(layer.eta[i]) * static_cast<double>(state[i]);
    linear += term;
    size += std::abs(term);
  }
  const auto base = static_cast<double>(layer.units.log_base_measure(state));
  const auto partition = static_cast<double>(layer.units.log_partition(layer.eta));
  size += std::abs(base) + std::abs(partition);
  return {linear + base - partition,
          4 * static_cast<double>(std::numeric_limits<typename U::scalar>::epsilon()) * (1 + size)};
}

/// Mean and variance against five-point differences of the log-partition and the mean. With the
/// step eps^(1/5) of the distance over which the family changes, they reach about
/// eps^(4/5).
template <unit_family U>
void check_derivatives(findings& found, const unit_layer<U>& layer) {
  using S = typename U::scalar;
  const auto mean = mean_of(found, layer.units, layer.eta);
  const auto variance = variance_of(found, layer.units, layer.eta);
  const double epsilon = static_cast<double>(std::numeric_limits<S>::epsilon());
  const auto log_partition = static_cast<double>(layer.units.log_partition(layer.eta));
  for (std::size_t i = 0; i < layer.eta.size(); ++i) {
    const double room = static_cast<double>(layer.units.natural_supremum() - layer.eta[i]);
    const double scale = std::min(1.0, room);
    const S step = static_cast<S>(scale * std::pow(epsilon, 0.2));
    auto moved = layer.eta;
    double slope_of_partition = 0, slope_of_mean = 0;
    for (const auto& [steps, weight] : {std::pair{-2, 1.0}, {-1, -8.0}, {1, 8.0}, {2, -1.0}}) {
      moved[i] = layer.eta[i] + static_cast<S>(steps) * step;
      // The step as it was really taken, after rounding.
      const double over_step = weight * steps / (12 * static_cast<double>(moved[i] - layer.eta[i]));
      slope_of_partition +=
          (static_cast<double>(layer.units.log_partition(moved)) - log_partition) * over_step;
      slope_of_mean +=
          static_cast<double>(mean_of(found, layer.units, moved)[i] - mean[i]) * over_step;
    }
    const double reach = 50 * std::pow(epsilon, 0.8);
    const auto m = static_cast<double>(mean[i]);
    const auto v = static_cast<double>(variance[i]);
    const auto unit = found.in("unit " + std::to_string(i));
    found.expect(
        std::abs(slope_of_partition - m) <= reach * (std::abs(m) + std::abs(log_partition) / scale),
        "mean " + std::to_string(m) + " is not the slope of log_partition, " +
            std::to_string(slope_of_partition));
    found.expect(std::abs(slope_of_mean - v) <= reach * (v + std::abs(m) / scale),
                 "variance " + std::to_string(v) + " is not the slope of mean, " +
                     std::to_string(slope_of_mean));
  }
}

/// Mass (or density) of a layer of one unit adds up to one.
template <unit_family U>
void check_total_mass(findings& found, const unit_layer<U>& layer, bool whole_numbers) {
  using S = typename U::scalar;
  const auto mean = static_cast<double>(mean_of(found, layer.units, layer.eta)[0]);
  const auto deviation =
      std::sqrt(static_cast<double>(variance_of(found, layer.units, layer.eta)[0]));
  double total = 0, error = 1e-12;
  auto add = [&](double x, double weight) {
    const std::vector<S> state{static_cast<S>(x)};
    const auto [log, rounding] = log_mass(layer, state);
    total += weight * std::exp(log);
    error += weight * std::exp(log) * rounding;
  };
  if (whole_numbers) {
    const double last = mean + 60 * deviation + 60;
    for (double x = 0; x <= last; x += 1) add(x, 1);
  } else if constexpr (non_negative_states<U>) {  // the same rule below, with x = e^u
    for (double u = -45; std::exp(u) <= mean + 40 * deviation; u += 0.0625)
      add(std::exp(u), std::exp(u) * 0.0625);
  } else {  // the trapezoidal rule on a smooth density is as good as exact
    for (int k = -96; k <= 96; ++k) add(mean + deviation * k / 8, deviation / 8);
  }
  found.expect(std::abs(total - 1) <= error,
               "the mass adds up to " + std::to_string(total) + ", not to 1");
}

/// Samples are supported, and their moments are those claimed: the mean within 5 standard errors,
/// the variance within 6 (estimated from the fourth moment).
template <unit_family U>
void check_samples(findings& found, const unit_layer<U>& layer, int draws = 20000) {
  using S = typename U::scalar;
  const auto mean = mean_of(found, layer.units, layer.eta);
  const auto variance = variance_of(found, layer.units, layer.eta);
  const auto size = static_cast<std::size_t>(layer.units.size());
  std::vector<double> first(size), second(size), fourth(size);
  random_engine rng(20210);
  for (int n = 0; n < draws; ++n) {
    std::vector<S> state(size, std::numeric_limits<S>::quiet_NaN());
    layer.units.sample(layer.eta, state, rng);
    found.expect(layer.units.supports(state), "a sample is not supported");
    for (std::size_t i = 0; i < size; ++i) {
      const double off = static_cast<double>(state[i]) - static_cast<double>(mean[i]);
      first[i] += off / draws;
      second[i] += off * off / draws;
      fourth[i] += off * off * off * off / draws;
    }
  }
  for (std::size_t i = 0; i < size; ++i) {
    const auto v = static_cast<double>(variance[i]);
    const double rounding =
        4 * static_cast<double>(std::numeric_limits<S>::epsilon()) * std::abs(double(mean[i]));
    const auto unit = found.in("unit " + std::to_string(i));
    found.expect(std::abs(first[i]) <= 5 * std::sqrt(v / draws) + rounding,
                 "samples average to " + std::to_string(first[i]) + " beside the mean");
    // At least one sample's worth, for units that hardly ever move.
    const double rare = 5 * std::max(1.0, v) / draws;
    found.expect(
        std::abs(second[i] - v) <=
            6 * std::sqrt(std::max(0.0, fourth[i] - second[i] * second[i]) / draws) + rare +
                rounding * std::sqrt(v),
        "samples have the variance " + std::to_string(second[i]) + ", not " + std::to_string(v));
  }
  const auto again = [&](std::span<S> out) {
    random_engine same(3);
    layer.units.sample(layer.eta, out, same);
  };
  overwritten<S>(found, layer.units.size(), again);
}

/// The mean leads back to a natural parameter with that mean.
template <unit_family U>
void check_natural_from_mean(findings& found, const unit_layer<U>& layer) {
  using S = typename U::scalar;
  const auto mean = mean_of(found, layer.units, layer.eta);
  const auto eta = overwritten<S>(found, layer.units.size(), [&](std::span<S> out) {
    layer.units.natural_from_mean(mean, out);
  });
  const auto back = mean_of(found, layer.units, eta);
  for (std::size_t i = 0; i < mean.size(); ++i) {
    found.expect(eta[i] < layer.units.natural_supremum(),
                 "natural_from_mean is not below natural_supremum");
    // An error of eps in eta is one of eps eta A'' in the mean; means near 1 lose digits of 1 -
    // mean.
    const double slope = static_cast<double>(variance_of(found, layer.units, eta)[i]) *
                             (1 + std::abs(double(eta[i]))) +
                         std::abs(static_cast<double>(mean[i]));
    found.expect(std::abs(static_cast<double>(back[i]) - static_cast<double>(mean[i])) <=
                     16 * static_cast<double>(std::numeric_limits<S>::epsilon()) * slope,
                 "natural_from_mean does not lead back to the mean");
  }
}

template <unit_family U>
void check_support(findings& found, const unit_layer<U>& layer) {
  using S = typename U::scalar;
  std::vector<S> state(layer.eta.size());
  random_engine rng(1);
  layer.units.sample(layer.eta, state, rng);
  found.expect(layer.units.supports(state), "a sample is not supported");
  for (const S bad : {std::numeric_limits<S>::quiet_NaN(), std::numeric_limits<S>::infinity()}) {
    auto broken = state;
    broken.back() = bad;
    found.expect(!layer.units.supports(broken), "NaN or infinity is supported");
  }
  state.push_back(S(0));
  found.expect(!layer.units.supports(state), "a state of the wrong length is supported");
}

/// Far out, everything is finite, and variances and samples are in order.
template <unit_family U>
void check_finite(findings& found, const unit_layer<U>& layer) {
  using S = typename U::scalar;
  found.expect(std::isfinite(layer.units.log_partition(layer.eta)), "log_partition is not finite");
  for (const S m : mean_of(found, layer.units, layer.eta))
    found.expect(std::isfinite(m), "a mean is not finite");
  for (const S v : variance_of(found, layer.units, layer.eta)) {
    found.expect(std::isfinite(v), "a variance is not finite");
    found.expect(v >= 0, "a variance is negative");
  }
  random_engine rng(4);
  for (int n = 0; n < 20; ++n) {
    std::vector<S> state(layer.eta.size());
    layer.units.sample(layer.eta, state, rng);
    found.expect(layer.units.supports(state), "a sample is not supported");
    found.expect(std::isfinite(layer.units.log_base_measure(state)),
                 "the log base measure of a sample is not finite");
  }
}

/// Samples lie between the lowest and the highest state.
template <states_range U>
void check_range(findings& found, const unit_layer<U>& layer) {
  std::vector<typename U::scalar> state(layer.eta.size());
  random_engine rng(5);
  for (int n = 0; n < 100; ++n) {
    layer.units.sample(layer.eta, state, rng);
    for (const auto x : state)
      found.expect(x >= U::lowest_state && x <= U::highest_state,
                   "a sample lies beyond lowest_state or highest_state");
  }
}

/// The log-partition grows as the family says, whatever way its input goes.
template <states_growth U>
void check_growth(findings& found, const U& units) {
  using S = typename U::scalar;
  const auto size = static_cast<std::size_t>(units.size());
  const auto at = [&](double eta) {
    const std::vector<S> all(size, static_cast<S>(eta));
    return static_cast<double>(units.log_partition(all));
  };
  found.expect(
      (units.natural_supremum() == std::numeric_limits<S>::infinity()) == admits_every_input<U>,
      "natural_supremum does not fit the growth");
  if constexpr (U::growth == log_partition_growth::linear) {
    for (const double sign : {-1.0, 1.0})
      found.expect(
          std::abs(at(sign * 2e4) - 2 * at(sign * 1e4)) <= 1 + 1e-3 * std::abs(at(sign * 1e4)),
          "log_partition does not grow linearly");
  } else if constexpr (U::growth == log_partition_growth::quadratic) {
    found.expect(std::abs(std::max(at(2e4) / at(1e4), at(-2e4) / at(-1e4)) - 4) < 5e-3,
                 "log_partition does not grow quadratically");
  } else if constexpr (U::growth == log_partition_growth::exponential) {
    found.expect(at(30) / at(20) > 1e4, "log_partition does not grow exponentially");
  }
}

/// The states are all different and supported, and add up to the log-partition and the mean.
template <enumerable_unit_family U>
void check_states(findings& found, const unit_layer<U>& layer) {
  using S = typename U::scalar;
  found.expect(layer.units.natural_supremum() == std::numeric_limits<S>::infinity(),
               "units whose states can be listed do not admit every input");
  std::set<std::vector<S>> seen;
  std::vector<double> mean(layer.eta.size());
  double total = 0, error = 1e-12;
  for (index s = 0; s < layer.units.states(); ++s) {
    const auto state = overwritten<S>(found, layer.units.size(),
                                      [&](std::span<S> out) { layer.units.write_state(s, out); });
    found.expect(layer.units.supports(state), "a listed state is not supported");
    found.expect(seen.insert(state).second, "a state is listed twice");
    const auto [log, rounding] = log_mass(layer, state);
    total += std::exp(log);
    error += std::exp(log) * rounding;
    for (std::size_t i = 0; i < state.size(); ++i) mean[i] += std::exp(log) * double(state[i]);
  }
  found.expect(std::abs(total - 1) <= error,
               "the listed states have the mass " + std::to_string(total) + ", not 1");
  const auto claimed = mean_of(found, layer.units, layer.eta);
  for (std::size_t i = 0; i < mean.size(); ++i)
    found.expect(std::abs(mean[i] - static_cast<double>(claimed[i])) <= error,
                 "the listed states do not average to the mean");
}

/// A layer is its sites side by side.
template <sited_unit_family U>
void check_sites(findings& found, const unit_layer<U>& layer) {
  const U site = layer.units.site();
  if (!found.expect(site.size() > 0 && layer.units.size() % site.size() == 0,
                    "size() is no multiple of site().size()"))
    return;
  index states = 1;
  double sum = 0;
  for (index begin = 0; begin < layer.units.size(); begin += site.size()) {
    const auto eta = std::span(layer.eta).subspan(static_cast<std::size_t>(begin),
                                                  static_cast<std::size_t>(site.size()));
    states *= site.states();
    sum += static_cast<double>(site.log_partition(eta));
  }
  found.expect(states == layer.units.states(), "states() is no power of site().states()");
  const auto whole = static_cast<double>(layer.units.log_partition(layer.eta));
  found.expect(std::abs(whole - sum) <= 1e-6 * (1 + std::max(std::abs(whole), std::abs(sum))),
               "log_partition is not the sum over sites");
}

}  // namespace detail

}  // namespace harmonium::inline v0_2::testing
