// SPDX-License-Identifier: MIT
/// @file
/// The part of a log-likelihood that neither weights nor biases change.
#pragma once

#include <concepts>
#include <optional>
#include <utility>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/units/nb_log_masses.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium::inline v0_2 {

/// Log base measure of every cell's counts, in nats. Depends on the visible units (theta), not on
/// weights or biases.
/// @param masses memory that is kept for the next time
/// @param[out] result length cells
template <class Units, count_source Counts>
void log_base_measures(const Units& units, const Counts& counts,
                       std::optional<nb_log_masses>& masses,
                       vector<typename Units::scalar>& result) {
  using scalar = typename Units::scalar;
  result.resize(counts.cells());
  if constexpr (std::same_as<Units, basic_negative_binomial<scalar>>) {
    const auto theta = as_span(units.inverse_dispersion());
    if (masses)
      masses->assign(theta);
    else
      masses.emplace(theta);
    for (index i = 0; i < counts.cells(); ++i)
      result[i] = static_cast<scalar>(masses->log_base_measure(counts.cell(i)));
    return;
  }
  scratch_vector<scalar> dense(counts.genes(), scalar(0));
  for (index i = 0; i < counts.cells(); ++i) {
    const auto cell = counts.cell(i);
    row::for_each_nonzero(cell, [&](index m, auto x) { dense[m] = static_cast<scalar>(x); });
    result[i] = units.log_base_measure(as_span(std::as_const(dense)));
    row::for_each_nonzero(cell, [&](index m, auto) { dense[m] = scalar(0); });
  }
}
template <class Units, count_source Counts>
vector<typename Units::scalar> log_base_measures(const Units& units, const Counts& counts) {
  std::optional<nb_log_masses> masses;
  vector<typename Units::scalar> result;
  log_base_measures(units, counts, masses, result);
  return result;
}

}  // namespace harmonium::inline v0_2
