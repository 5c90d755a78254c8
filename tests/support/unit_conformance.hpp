// SPDX-License-Identifier: MIT
/// @file
/// The laws of `unit_family` and its refinements as one check, called once per family:
///
///     harmonium::testing::check_unit_family<basic_poisson<S>>({
///         .layers = {{basic_poisson<S>(2), {S(-1), S(2)}}, ...},
///         .extremes = {{basic_poisson<S>(1), {S(-700)}}, ...},
///         .edge_means = {0}});
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/random_engine.hpp"
#include "harmonium/units/concepts.hpp"

namespace harmonium::testing {

/// A layer and a natural parameter for it.
template <unit_family U>
struct unit_layer {
  U units;
  std::vector<typename U::scalar> eta;
};

template <unit_family U>
struct unit_laws {
  std::vector<unit_layer<U>> layers;         ///< moderate: all laws hold, to stated tolerances
  std::vector<unit_layer<U>> extremes = {};  ///< admissible, but far out: results are finite
  std::vector<typename U::scalar> edge_means = {};  ///< ends of the mean's range
  bool whole_numbers = false;  ///< states are 0, 1, 2, ...; else a range of the real line, unless
                               ///< enumerable
};

/// `call(out)` twice into different garbage: all of `out` must be overwritten, alike.
template <class S, class Call>
std::vector<S> overwritten(index size, Call call) {
  std::vector<S> first(static_cast<std::size_t>(size), std::numeric_limits<S>::quiet_NaN());
  std::vector<S> second(static_cast<std::size_t>(size), S(-12345));
  call(std::span<S>(first));
  call(std::span<S>(second));
  CHECK(first == second);
  return first;
}

template <unit_family U>
auto mean_of(const U& units, const std::vector<typename U::scalar>& eta) {
  using S = typename U::scalar;
  return overwritten<S>(units.size(), [&](std::span<S> out) { units.mean(eta, out); });
}

template <unit_family U>
auto variance_of(const U& units, const std::vector<typename U::scalar>& eta) {
  using S = typename U::scalar;
  return overwritten<S>(units.size(), [&](std::span<S> out) { units.variance(eta, out); });
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
void check_derivatives(const unit_layer<U>& layer) {
  using S = typename U::scalar;
  const auto mean = mean_of(layer.units, layer.eta);
  const auto variance = variance_of(layer.units, layer.eta);
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
      slope_of_mean += static_cast<double>(mean_of(layer.units, moved)[i] - mean[i]) * over_step;
    }
    const double reach = 50 * std::pow(epsilon, 0.8);
    const auto m = static_cast<double>(mean[i]);
    const auto v = static_cast<double>(variance[i]);
    CAPTURE(i);
    CHECK(std::abs(slope_of_partition - m) <=
          reach * (std::abs(m) + std::abs(log_partition) / scale));
    CHECK(std::abs(slope_of_mean - v) <= reach * (v + std::abs(m) / scale));
  }
}

/// Mass (or density) of a layer of one unit adds up to one.
template <unit_family U>
void check_total_mass(const unit_layer<U>& layer, bool whole_numbers) {
  using S = typename U::scalar;
  const auto mean = static_cast<double>(mean_of(layer.units, layer.eta)[0]);
  const auto deviation = std::sqrt(static_cast<double>(variance_of(layer.units, layer.eta)[0]));
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
  CHECK(std::abs(total - 1) <= error);
}

/// Samples are supported, and their moments are those claimed: the mean within 5 standard errors,
/// the variance within 6 (estimated from the fourth moment).
template <unit_family U>
void check_samples(const unit_layer<U>& layer, int draws = 20000) {
  using S = typename U::scalar;
  const auto mean = mean_of(layer.units, layer.eta);
  const auto variance = variance_of(layer.units, layer.eta);
  const auto size = static_cast<std::size_t>(layer.units.size());
  std::vector<double> first(size), second(size), fourth(size);
  random_engine rng(20210);
  for (int n = 0; n < draws; ++n) {
    std::vector<S> state(size, std::numeric_limits<S>::quiet_NaN());
    layer.units.sample(layer.eta, state, rng);
    if (!layer.units.supports(state)) FAIL_CHECK("a sample is not supported");
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
    CAPTURE(i);
    CHECK(std::abs(first[i]) <= 5 * std::sqrt(v / draws) + rounding);
    // At least one sample's worth, for units that hardly ever move.
    const double rare = 5 * std::max(1.0, v) / draws;
    CHECK(std::abs(second[i] - v) <=
          6 * std::sqrt(std::max(0.0, fourth[i] - second[i] * second[i]) / draws) + rare +
              rounding * std::sqrt(v));
  }
  const auto again = [&](std::span<S> out) {
    random_engine same(3);
    layer.units.sample(layer.eta, out, same);
  };
  overwritten<S>(layer.units.size(), again);
}

/// The mean leads back to a natural parameter with that mean.
template <unit_family U>
void check_natural_from_mean(const unit_layer<U>& layer) {
  using S = typename U::scalar;
  const auto mean = mean_of(layer.units, layer.eta);
  const auto eta = overwritten<S>(
      layer.units.size(), [&](std::span<S> out) { layer.units.natural_from_mean(mean, out); });
  const auto back = mean_of(layer.units, eta);
  for (std::size_t i = 0; i < mean.size(); ++i) {
    CHECK(eta[i] < layer.units.natural_supremum());
    // An error of eps in eta is one of eps eta A'' in the mean; means near 1 lose digits of 1 -
    // mean.
    const double slope =
        static_cast<double>(variance_of(layer.units, eta)[i]) * (1 + std::abs(double(eta[i]))) +
        std::abs(static_cast<double>(mean[i]));
    CHECK(std::abs(static_cast<double>(back[i]) - static_cast<double>(mean[i])) <=
          16 * static_cast<double>(std::numeric_limits<S>::epsilon()) * slope);
  }
}

template <unit_family U>
void check_support(const unit_layer<U>& layer) {
  using S = typename U::scalar;
  std::vector<S> state(layer.eta.size());
  random_engine rng(1);
  layer.units.sample(layer.eta, state, rng);
  CHECK(layer.units.supports(state));
  for (const S bad : {std::numeric_limits<S>::quiet_NaN(), std::numeric_limits<S>::infinity()}) {
    auto broken = state;
    broken.back() = bad;
    CHECK(!layer.units.supports(broken));
  }
  state.push_back(S(0));
  CHECK(!layer.units.supports(state));
}

/// Far out, everything is finite, and variances and samples are in order.
template <unit_family U>
void check_finite(const unit_layer<U>& layer) {
  using S = typename U::scalar;
  CHECK(std::isfinite(layer.units.log_partition(layer.eta)));
  for (const S m : mean_of(layer.units, layer.eta)) CHECK(std::isfinite(m));
  for (const S v : variance_of(layer.units, layer.eta)) {
    CHECK(std::isfinite(v));
    CHECK(v >= 0);
  }
  random_engine rng(4);
  for (int n = 0; n < 20; ++n) {
    std::vector<S> state(layer.eta.size());
    layer.units.sample(layer.eta, state, rng);
    CHECK(layer.units.supports(state));
    CHECK(std::isfinite(layer.units.log_base_measure(state)));
  }
}

/// Samples lie between the lowest and the highest state.
template <states_range U>
void check_range(const unit_layer<U>& layer) {
  std::vector<typename U::scalar> state(layer.eta.size());
  random_engine rng(5);
  for (int n = 0; n < 100; ++n) {
    layer.units.sample(layer.eta, state, rng);
    for (const auto x : state) CHECK((x >= U::lowest_state && x <= U::highest_state));
  }
}

/// The log-partition grows as the family says, whatever way its input goes.
template <states_growth U>
void check_growth(const U& units) {
  using S = typename U::scalar;
  const auto size = static_cast<std::size_t>(units.size());
  const auto at = [&](double eta) {
    const std::vector<S> all(size, static_cast<S>(eta));
    return static_cast<double>(units.log_partition(all));
  };
  CHECK((units.natural_supremum() == std::numeric_limits<S>::infinity()) == admits_every_input<U>);
  if constexpr (U::growth == log_partition_growth::linear) {
    for (const double sign : {-1.0, 1.0})
      CHECK(std::abs(at(sign * 2e4) - 2 * at(sign * 1e4)) <= 1 + 1e-3 * std::abs(at(sign * 1e4)));
  } else if constexpr (U::growth == log_partition_growth::quadratic) {
    CHECK(std::max(at(2e4) / at(1e4), at(-2e4) / at(-1e4)) == doctest::Approx(4).epsilon(1e-3));
  } else if constexpr (U::growth == log_partition_growth::exponential) {
    CHECK(at(30) / at(20) > 1e4);
  }
}

/// The states are all different and supported, and add up to the log-partition and the mean.
template <enumerable_unit_family U>
void check_states(const unit_layer<U>& layer) {
  using S = typename U::scalar;
  CHECK(layer.units.natural_supremum() == std::numeric_limits<S>::infinity());
  std::set<std::vector<S>> seen;
  std::vector<double> mean(layer.eta.size());
  double total = 0, error = 1e-12;
  for (index s = 0; s < layer.units.states(); ++s) {
    const auto state = overwritten<S>(layer.units.size(),
                                      [&](std::span<S> out) { layer.units.write_state(s, out); });
    CHECK(layer.units.supports(state));
    CHECK(seen.insert(state).second);
    const auto [log, rounding] = log_mass(layer, state);
    total += std::exp(log);
    error += std::exp(log) * rounding;
    for (std::size_t i = 0; i < state.size(); ++i) mean[i] += std::exp(log) * double(state[i]);
  }
  CHECK(std::abs(total - 1) <= error);
  const auto claimed = mean_of(layer.units, layer.eta);
  for (std::size_t i = 0; i < mean.size(); ++i)
    CHECK(std::abs(mean[i] - static_cast<double>(claimed[i])) <= error);
}

/// A layer is its sites side by side.
template <sited_unit_family U>
void check_sites(const unit_layer<U>& layer) {
  const U site = layer.units.site();
  REQUIRE(site.size() > 0);
  REQUIRE(layer.units.size() % site.size() == 0);
  index states = 1;
  double sum = 0;
  for (index begin = 0; begin < layer.units.size(); begin += site.size()) {
    const auto eta = std::span(layer.eta).subspan(static_cast<std::size_t>(begin),
                                                  static_cast<std::size_t>(site.size()));
    states *= site.states();
    sum += static_cast<double>(site.log_partition(eta));
  }
  CHECK(states == layer.units.states());
  CHECK(static_cast<double>(layer.units.log_partition(layer.eta)) ==
        doctest::Approx(sum).epsilon(1e-6));
}

template <unit_family U>
void check_unit_family(const unit_laws<U>& laws) {
  using S = typename U::scalar;
  if constexpr (states_growth<U>) check_growth(laws.layers.front().units);
  for (std::size_t n = 0; n < laws.layers.size(); ++n) {
    const auto& layer = laws.layers[n];
    CAPTURE(n);
    REQUIRE(std::ssize(layer.eta) == layer.units.size());
    check_derivatives(layer);
    check_samples(layer);
    check_natural_from_mean(layer);
    check_support(layer);
    check_finite(layer);
    if constexpr (states_range<U>) check_range(layer);
    if constexpr (enumerable_unit_family<U>) {
      check_states(layer);
      if constexpr (sited_unit_family<U>) check_sites(layer);
    } else if (layer.units.size() == 1) {
      check_total_mass(layer, laws.whole_numbers);
    }
  }
  for (std::size_t n = 0; n < laws.extremes.size(); ++n) {
    CAPTURE(n);
    check_finite(laws.extremes[n]);
  }
  for (const S edge : laws.edge_means) {
    const auto& units = laws.layers.front().units;
    const std::vector<S> mean(static_cast<std::size_t>(units.size()), edge);
    for (const S eta : overwritten<S>(
             units.size(), [&](std::span<S> out) { units.natural_from_mean(mean, out); })) {
      CHECK(std::isfinite(eta));
      CHECK(eta < units.natural_supremum());
    }
  }
}

}  // namespace harmonium::testing
