// SPDX-License-Identifier: MIT
/// @file
/// What training asks of the families of its layers: that they can be made from a size and that
/// data they do not support are refused, once, before anything is fitted.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdio>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/units/concepts.hpp"
#include "harmonium/units/layer_size.hpp"

namespace harmonium::inline v0_2 {

/// A family whose states are those vectors of which every entry is supported by itself, as its
/// static member `supports_value` says.
/// Law: supports(x) holds if x has size() entries and supports_value holds for each.
template <class U>
concept supports_by_value = unit_family<U> && requires(typename U::scalar x) {
  { U::supports_value(x) } -> std::same_as<bool>;
};

/// What a hidden layer of a trained model is made of.
template <class U>
concept trainable_hidden = hidden_unit_family<U> && sizable_unit_family<U>;

/// What the visible layer of a trained model is made of. A family with parameters of its own
/// (`inverse_dispersion`, `standard_deviation`) starts from the constructor's and has a setter with
/// which they are re-estimated; the gene means stay (`update_dispersion`,
/// `update_standard_deviation`).
template <class U>
concept trainable_visible = sizable_unit_family<U>;

/// Throws for one row of data that is no state of the visible layer.
/// @throws std::domain_error naming row, gene (column) and value
/// @param unit the entry to blame, -1 for the row as a whole
[[noreturn]] inline void refuse_data(index row, index unit, double value) {
  if (unit < 0)
    throw std::domain_error("supported data: row " + std::to_string(row) +
                            " is no state of the visible units");
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  throw std::domain_error("supported data: " + std::string(text) + " in row " +
                          std::to_string(row) + ", gene " + std::to_string(unit) +
                          " is not among the values of the visible units");
}

/// Refuses a dense row that the units do not support.
/// @param x length units.size()
/// @throws std::domain_error naming row, gene and value
template <unit_family Units>
void require_supported(const Units& units, index row, std::span<const typename Units::scalar> x) {
  if (units.supports(x)) return;
  index blamed = -1;
  if constexpr (requires { units.unsupported_unit(x); }) {
    blamed = units.unsupported_unit(x);
  } else if constexpr (supports_by_value<Units>) {
    for (std::size_t m = 0; m < x.size() && blamed < 0; ++m)
      if (!Units::supports_value(x[m])) blamed = static_cast<index>(m);
  }
  refuse_data(row, blamed,
              blamed < 0 ? 0.0 : static_cast<double>(x[static_cast<std::size_t>(blamed)]));
}

/// Refuses counts that the units do not support. Cost: the non-zeros where zero is supported by
/// value, else cells x genes.
/// @throws std::invalid_argument for another number of genes; std::domain_error naming cell, gene
///         and value
template <unit_family Units, count_source Counts>
void require_supported(const Units& units, const Counts& counts) {
  using scalar = typename Units::scalar;
  require(counts.genes() == units.size(), "supported data",
          "there are " + std::to_string(counts.genes()) + " genes and " +
              std::to_string(units.size()) + " visible units");
  if constexpr (supports_by_value<Units>) {
    if (Units::supports_value(scalar(0))) {
      for (index i = 0; i < counts.cells(); ++i)
        row::for_each_nonzero(counts.cell(i), [&](index m, auto value) {
          if (!Units::supports_value(static_cast<scalar>(value)))
            refuse_data(i, m, static_cast<double>(value));
        });
      return;
    }
  }
  vector<scalar> dense(units.size());
  for (index i = 0; i < counts.cells(); ++i) {
    dense.setZero();
    row::for_each_nonzero(counts.cell(i),
                          [&](index m, auto value) { dense[m] = static_cast<scalar>(value); });
    require_supported(units, i, as_span(std::as_const(dense)));
  }
}

/// Refuses dense rows that the units do not support.
/// @throws as above
template <unit_family Units, dense_source Data>
void require_supported(const Units& units, const Data& data) {
  using scalar = typename Units::scalar;
  require(data.columns() == units.size(), "supported data",
          "there are " + std::to_string(data.columns()) + " columns and " +
              std::to_string(units.size()) + " visible units");
  for (index i = 0; i < data.rows(); ++i) {
    const auto row = data.row(i);
    const std::vector<scalar> x(row.begin(), row.end());
    require_supported(units, i, std::span<const scalar>(x));
  }
}
template <unit_family Units>
void require_supported(const Units& units, const matrix<typename Units::scalar>& rows) {
  require_supported(units, dense_rows<typename Units::scalar>(rows));
}

}  // namespace harmonium::inline v0_2
