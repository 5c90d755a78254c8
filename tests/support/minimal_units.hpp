// SPDX-License-Identifier: MIT
/// @file
/// Archetypes: unit families with what their concept grants and nothing else. A template that
/// compiles with them asks for no more than it documents.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/units/concepts.hpp"

namespace support {

/// Units that are 1 or 0 (Bernoulli): one scalar type, one engine type, no default constructor, no
/// comparison, no parameters.
class minimal_units {
 public:
  using scalar = double;

  explicit minimal_units(harmonium::index size) : size_(size) {}

  harmonium::index size() const { return size_; }

  double log_partition(std::span<const double> eta) const {
    double sum = 0;
    for (const double e : eta)
      sum += e > 0 ? e + std::log1p(std::exp(-e)) : std::log1p(std::exp(e));
    return sum;
  }

  double log_base_measure(std::span<const double> /*state*/) const { return 0; }

  void mean(std::span<const double> eta, std::span<double> out) const {
    for (std::size_t i = 0; i < eta.size(); ++i) out[i] = 1 / (1 + std::exp(-eta[i]));
  }

  void variance(std::span<const double> eta, std::span<double> out) const {
    for (std::size_t i = 0; i < eta.size(); ++i)
      out[i] = 1 / (1 + std::exp(-eta[i])) / (1 + std::exp(eta[i]));
  }

  void sample(std::span<const double> eta, std::span<double> out,
              harmonium::random_engine& rng) const {
    for (std::size_t i = 0; i < eta.size(); ++i) {
      const double uniform = static_cast<double>(rng() >> 11) * 0x1p-53;
      out[i] = uniform * (1 + std::exp(-eta[i])) < 1 ? 1 : 0;
    }
  }

  void natural_from_mean(std::span<const double> mean, std::span<double> out) const {
    for (std::size_t i = 0; i < mean.size(); ++i) {
      const double logit = std::log(mean[i]) - std::log1p(-mean[i]);
      out[i] = std::fmin(std::fmax(logit, -700), 700);
    }
  }

  double natural_supremum() const { return std::numeric_limits<double>::infinity(); }

  bool supports(std::span<const double> state) const {
    if (std::ssize(state) != size_) return false;
    for (const double x : state)
      if (x != 0 && x != 1) return false;
    return true;
  }

 private:
  harmonium::index size_;
};

/// The same as a hidden layer.
class minimal_hidden_units : public minimal_units {
 public:
  using minimal_units::minimal_units;
  static constexpr double lowest_state = 0, highest_state = 1;
  static constexpr harmonium::log_partition_growth growth = harmonium::log_partition_growth::linear;

  harmonium::index states() const {
    return size() < 62 ? harmonium::index{1} << size() : harmonium::index{1} << 62;
  }

  void write_state(harmonium::index state, std::span<double> out) const {
    for (double& x : out) {
      x = static_cast<double>(state % 2);
      state /= 2;
    }
  }
};

static_assert(harmonium::unit_family<minimal_units> &&
              !harmonium::hidden_unit_family<minimal_units>);
static_assert(harmonium::enumerable_unit_family<minimal_hidden_units>);

}  // namespace support
