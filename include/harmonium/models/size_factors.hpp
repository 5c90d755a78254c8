// SPDX-License-Identifier: MIT
/// @file
/// How the depth of a cell enters its negative binomials: policies.
#pragma once

#include <concepts>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// What a size factor s (1 for an average cell) does to the mean and the inverse dispersion of
/// every gene.
template <class P>
concept size_factor_policy = std::default_initializable<P> && requires(double s, double value) {
  { P::uses_sizes } -> std::convertible_to<bool>;
  { P::mean(s, value) } -> std::same_as<double>;
  { P::dispersion(s, value) } -> std::same_as<double>;
};

/// Depth is nothing of its own: part of a component and of the residual correlation. The default.
struct no_size_factors {
  static constexpr bool uses_sizes = false;
  static double mean(double, double mean) noexcept { return mean; }
  static double dispersion(double, double theta) noexcept { return theta; }
};

/// NB(s mean, s theta), a sum of s independent parts of a cell: the log-partition is multiplied by
/// s, so that the model stays in the exponential family.
struct scaled_dispersion {
  static constexpr bool uses_sizes = true;
  static double mean(double s, double mean) noexcept { return s * mean; }
  static double dispersion(double s, double theta) noexcept { return s * theta; }
};

/// NB(s mean, theta), as in edgeR and scVI. Leaves the exponential family.
struct scaled_mean {
  static constexpr bool uses_sizes = true;
  static double mean(double s, double mean) noexcept { return s * mean; }
  static double dispersion(double, double theta) noexcept { return theta; }
};

static_assert(size_factor_policy<no_size_factors> && size_factor_policy<scaled_dispersion> &&
              size_factor_policy<scaled_mean>);

/// Counts of each cell over the mean of those in `reference`, the cells a model learned from; 1 for
/// all cells where the policy uses no sizes. A cell without counts gets the size of half a count,
/// so that its likelihood exists.
template <size_factor_policy Sizes, count_source Counts, count_source Reference>
vector<double> size_factors_like(const Counts& counts, const Reference& reference) {
  vector<double> sizes = vector<double>::Ones(counts.cells());
  if constexpr (Sizes::uses_sizes) {
    sizes = library_sizes(counts);
    const auto known = library_sizes(reference);
    double total = 0;
    for (index i = 0; i < known.size(); ++i) total += known[i];
    const double mean = total > 0 ? total / static_cast<double>(known.size()) : 1;
    for (index i = 0; i < sizes.size(); ++i) sizes[i] = (sizes[i] > 0 ? sizes[i] : 0.5) / mean;
  }
  return sizes;
}

/// The same relative to the cells themselves.
template <size_factor_policy Sizes, count_source Counts>
vector<double> size_factors(const Counts& counts) {
  return size_factors_like<Sizes>(counts, counts);
}

}  // namespace harmonium::inline v0_2
