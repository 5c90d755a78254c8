// SPDX-License-Identifier: MIT
/// @file
/// The part of a log-likelihood that neither weights nor biases change.
#pragma once

#include <utility>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/units/nb_log_masses.hpp"

namespace harmonium::inline v0_2 {

/// Log base measure of every row, in nats. Depends on the visible units (theta), not on weights or
/// biases. A family that has a table for it (`base_measure_table`) is asked for that.
/// @return length rows
template <class Units, row_source Data>
vector<typename Units::scalar> log_base_measures(const Units& units, const Data& data) {
  using scalar = typename Units::scalar;
  vector<scalar> result(row_count(data));
  if constexpr (requires { units.base_measure_table(); }) {
    const auto table = units.base_measure_table();
    for (index i = 0; i < result.size(); ++i)
      result[i] = static_cast<scalar>(table.log_base_measure(row_of(data, i)));
  } else {
    vector<scalar> dense = vector<scalar>::Zero(column_count(data));
    for (index i = 0; i < result.size(); ++i) {
      const auto row = row_of(data, i);
      row::for_each_nonzero(row, [&](index m, auto x) { dense[m] = static_cast<scalar>(x); });
      result[i] = units.log_base_measure(as_span(std::as_const(dense)));
      row::for_each_nonzero(row, [&](index m, auto) { dense[m] = scalar(0); });
    }
  }
  return result;
}

}  // namespace harmonium::inline v0_2
