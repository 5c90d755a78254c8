// SPDX-License-Identifier: MIT
#include "harmonium/units/trainable.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/poisson.hpp"
#include "harmonium/units/rectified_gaussian.hpp"
#include "harmonium/units/spin.hpp"
#include "support/minimal_units.hpp"

namespace hm = harmonium;

namespace {

template <class... U>
constexpr bool all_by_value = (hm::supports_by_value<U> && ...);
static_assert(all_by_value<hm::bernoulli, hm::gaussian, hm::negative_binomial, hm::poisson,
                           hm::relu, hm::spin>);
static_assert(!hm::supports_by_value<hm::categorical>);
static_assert(hm::trainable_visible<hm::negative_binomial> &&
              hm::trainable_visible<hm::categorical> && hm::trainable_visible<hm::gaussian>);
static_assert(hm::trainable_hidden<hm::relu> && hm::trainable_hidden<hm::categorical>);
static_assert(!hm::trainable_hidden<hm::negative_binomial>);

/// Cells x genes.
hm::count_matrix<> counts_of(const std::vector<std::vector<std::int32_t>>& rows) {
  hm::count_matrix<> counts(static_cast<hm::index>(rows[0].size()));
  for (const auto& row : rows) {
    hm::vector<double> dense(static_cast<hm::index>(row.size()));
    for (std::size_t m = 0; m < row.size(); ++m) dense[static_cast<hm::index>(m)] = row[m];
    counts.push_row(hm::as_span(std::as_const(dense)));
    counts.finish_cell();
  }
  return counts;
}

}  // namespace

TEST_CASE("counts that a family does not support are refused by cell, gene and value") {
  const auto counts = counts_of({{0, 1, 0}, {1, 0, 2}});
  CHECK_NOTHROW(hm::require_supported(hm::negative_binomial(3), counts));
  CHECK_NOTHROW(hm::require_supported(hm::gaussian(3), counts));
  CHECK_THROWS_WITH_AS(
      hm::require_supported(hm::bernoulli(3), counts),
      "supported data: 2 in row 1, gene 2 is not among the values of the visible units",
      std::domain_error);
  CHECK_THROWS_WITH_AS(
      hm::require_supported(hm::spin(3), counts),  // zeros are no spins
      "supported data: 0 in row 0, gene 0 is not among the values of the visible units",
      std::domain_error);
  CHECK_THROWS_WITH_AS(hm::require_supported(hm::bernoulli(4), counts),
                       "supported data: there are 3 genes and 4 visible units",
                       std::invalid_argument);
}

TEST_CASE("one-hot groups are refused as groups") {
  const hm::categorical units(2, 2);
  CHECK_NOTHROW(hm::require_supported(units, counts_of({{0, 1, 1, 0}})));
  CHECK_THROWS_WITH_AS(
      hm::require_supported(units, counts_of({{0, 1, 1, 0}, {0, 1, 1, 1}})),
      "supported data: 1 in row 1, gene 3 is not among the values of the visible units",
      std::domain_error);
  CHECK_THROWS_WITH_AS(
      hm::require_supported(units, counts_of({{0, 1, 0, 0}})),
      "supported data: 0 in row 0, gene 2 is not among the values of the visible units",
      std::domain_error);
}

TEST_CASE("dense rows are refused alike") {
  hm::matrix<double> rows(2, 2);
  rows << 0.5, -1.5, 2, std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(
      hm::require_supported(hm::gaussian(2), rows),
      "supported data: nan in row 1, gene 1 is not among the values of the visible units",
      std::domain_error);
  CHECK_THROWS_WITH_AS(
      hm::require_supported(hm::relu(2), rows),
      "supported data: -1.5 in row 0, gene 1 is not among the values of the visible units",
      std::domain_error);
  CHECK_THROWS_AS(hm::require_supported(hm::gaussian(3), rows), std::invalid_argument);
}

TEST_CASE("a family that says no more than its concept asks is believed row by row") {
  hm::matrix<double> rows(2, 2);
  rows << 0, 1, 1, 2;
  CHECK_THROWS_WITH_AS(hm::require_supported(support::minimal_units(2), rows),
                       "supported data: row 1 is no state of the visible units", std::domain_error);
}
