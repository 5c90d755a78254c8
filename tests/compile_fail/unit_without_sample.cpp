// SPDX-License-Identifier: MIT
// A unit family without `sample` is no unit family.
#include <span>

#include "harmonium/models/rbm.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/concepts.hpp"

namespace hm = harmonium;

// A point mass at zero, the smallest family there is.
struct nothing {
  using scalar = double;
  [[nodiscard]] hm::index size() const;
  [[nodiscard]] double log_partition(std::span<const double> eta) const;
  [[nodiscard]] double log_base_measure(std::span<const double> state) const;
  void mean(std::span<const double> eta, std::span<double> out) const;
  void variance(std::span<const double> eta, std::span<double> out) const;
  void natural_from_mean(std::span<const double> mean, std::span<double> out) const;
  [[nodiscard]] double natural_supremum() const;
  [[nodiscard]] bool supports(std::span<const double> state) const;
#ifndef REJECTED
  void sample(std::span<const double> eta, std::span<double> out, hm::random_engine& rng) const;
#endif
};

using model = hm::rbm<nothing, hm::bernoulli>;
static_assert(model::layers == 2);
