// SPDX-License-Identifier: MIT
/// @file
/// The contract of a metric, which says how near synthetic cells come to a reference.
#pragma once

#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium {

/// One named number.
struct figure {
  std::string name;  ///< snake_case, unique within its metric: a column of the result table
  double value;

  friend bool operator==(const figure&, const figure&) = default;
};

/// A figure of merit of synthetic cells against reference cells. The object holds its options and
/// is cheap to copy. Without the meaning of its range a number is no judgement, so a metric states
/// in words, for whoever reads the table,
/// - `name`: what the metric is called, snake_case;
/// - `range`: the values its figures can take, and which end is good;
/// - `chance`: what cells that know nothing of the reference score;
/// - `ceiling`: what as many fresh cells of the reference score, the best one can hope for.
///
/// Laws: `evaluate` is deterministic; it gives the same names in the same order for any cells, a
/// figure it cannot compute being NaN; cells may come in any order. Labels are one per cell, the
/// cluster or cell type 0, 1, ..., or negative where it is unknown.
/// @throws std::invalid_argument if labels and cells, or the genes of both sides, differ in number.
template <class M>
concept metric = std::copyable<M> &&
    requires(const M& metric, const count_view<>& reference,
             std::span<const index> reference_labels, const count_view<>& synthetic,
             std::span<const index> synthetic_labels) {
  { M::name } -> std::convertible_to<std::string_view>;
  { M::range } -> std::convertible_to<std::string_view>;
  { M::chance } -> std::convertible_to<std::string_view>;
  { M::ceiling } -> std::convertible_to<std::string_view>;
  {
    metric.evaluate(reference, reference_labels, synthetic, synthetic_labels)
    } -> std::same_as<std::vector<figure>>;
};

}  // namespace harmonium
