// SPDX-License-Identifier: MIT
/// @file
/// The contract of a metric, which says how near synthetic cells come to a reference.
#pragma once

#include <concepts>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace harmonium::inline v0_2 {

class comparison;

/// One named number.
struct figure {
  std::string name;  ///< snake_case, unique within its metric: a column of the result table
  double value;      ///< in the metric's own range; NaN where it cannot be told

  friend bool operator==(const figure&, const figure&) = default;
};

/// Figures that cannot be computed: NaN under each name.
[[nodiscard]] inline std::vector<figure> unknown_figures(std::initializer_list<const char*> names) {
  std::vector<figure> figures;
  for (const char* name : names)
    figures.push_back({name, std::numeric_limits<double>::quiet_NaN()});
  return figures;
}

/// A figure of merit of synthetic cells against reference cells. The object holds its options and
/// is cheap to copy. It sees both kinds of cells, with their labels, through a `comparison`
/// (metrics/comparison.hpp), which also holds what metrics share, such as principal components.
/// Without the meaning of its range a number is no judgement, so a metric states in words, for
/// whoever reads the table,
/// - `name`: what the metric is called, snake_case;
/// - `range`: the values its figures can take, and which end is good;
/// - `chance`: what cells that know nothing of the reference score;
/// - `ceiling`: what as many fresh cells of the reference score, the best one can hope for.
///
/// Laws: `evaluate` is deterministic, also where it draws at random (from a seed among its
/// options), and may run in several threads at once; it gives the same names in the same order for
/// any cells, a figure it cannot compute being NaN. It may be a template
/// (`const std::same_as<comparison> auto& pair`), so that only who uses the metric compiles it.
template <class M>
concept metric = std::copyable<M> && requires(const M& metric, const comparison& pair) {
  { M::name } -> std::convertible_to<std::string_view>;
  { M::range } -> std::convertible_to<std::string_view>;
  { M::chance } -> std::convertible_to<std::string_view>;
  { M::ceiling } -> std::convertible_to<std::string_view>;
  { metric.evaluate(pair) } -> std::same_as<std::vector<figure>>;
};

/// A metric that is the same whatever the labels. One that compares clusters or types says so by
/// the static member `needs_labels = true`; without labels its figures are NaN (or 0, of a count).
template <class M>
concept label_free_metric = metric<M> && !requires {
  requires M::needs_labels;
};

}  // namespace harmonium::inline v0_2
