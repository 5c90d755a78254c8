// SPDX-License-Identifier: MIT
#include "harmonium/training/groups/fit_group_effects.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "support/donor_cells.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::serial_executor serial;

double root_mean_square(const hm::matrix<double>& x) {
  return x.norm() / std::sqrt(static_cast<double>(x.size()));
}

}  // namespace

TEST_CASE("effects of donors are found, of all states and of each") {
  const auto made = support::make_donors({.common = 0.3, .own = 0.4}, 1);
  const auto found = hm::fit_group_effects(serial, made.counts, made.states, made.donor, 8,
                                           {.by_state = true, .effects = {}});
  // What two states have in common of effects of their own counts as common: 0.3^2 + 0.4^2 / 2 of
  // the variance there and 0.4^2 / 2 within. Means of 1 to 10 in 100 cells know a logarithm to 0.1.
  CHECK(root_mean_square(found.gene_deviation) ==
        doctest::Approx(std::sqrt(0.09 + 0.08)).epsilon(0.15));
  CHECK(root_mean_square(found.state_deviation) == doctest::Approx(std::sqrt(0.08)).epsilon(0.2));
  double error = 0;
  for (hm::index d = 0; d < 8; ++d)
    for (hm::index m = 0; m < 300; ++m)
      error += std::pow(found.gene(d, m) - made.common(d, m), 2) / 2400;
  CHECK(std::sqrt(error) < 0.33);  // sqrt(0.08) of it is that of the states
}

TEST_CASE("batches have factors of genes and depth, and none by state") {
  const auto made = support::make_donors({.donors = 3, .depth = 0.5, .common = 0.5}, 2);
  const auto found = hm::fit_group_effects(serial, made.counts, made.states, made.donor, 3);
  CHECK(!found.by_state());
  CHECK(found.groups() == 3);
  double error = 0;
  for (hm::index d = 0; d < 3; ++d)
    for (hm::index m = 0; m < 300; ++m)
      error += std::pow(found.gene(d, m) - made.common(d, m), 2) / 900;
  // 200 cells with inverse dispersion 3 and means of 1 to 10: sqrt((1 + 1 / 3) / 200) = 0.08 at
  // most.
  CHECK(std::sqrt(error) < 0.1);
  const auto own = hm::states_in_group(made.states, found, 1);
  CHECK(own.mean(0, 5) == doctest::Approx(made.states.mean(0, 5) * std::exp(found.gene(1, 5))));
}

TEST_CASE("shares of states: their concentration, and those of a donor shrunk to the mean") {
  double correlation = 0;
  const int runs = 10;
  for (int run = 0; run < runs; ++run) {
    const auto made = support::make_donors({.donors = 12,
                                            .cells_each = 150,
                                            .genes = 2,
                                            .states = 4,
                                            .common = 0,
                                            .concentration = 19},
                                           10 + static_cast<std::uint64_t>(run));
    const auto found = hm::fit_group_effects(serial, made.counts, made.states, made.donor, 12);
    correlation += 1 / (1 + found.concentration) / runs;
    for (hm::index g = 0; g < 12; ++g) CHECK(found.shares.row(g).sum() == doctest::Approx(1));
    CHECK(found.mean_shares.sum() == doctest::Approx(1));
  }
  // 1 / 20; 120 donors of 3 free shares: a standard error of about sqrt(2 / 360), and the cells'.
  CHECK(correlation == doctest::Approx(0.05).epsilon(0.3));
  const auto equal = support::make_donors(
      {.donors = 6, .cells_each = 300, .genes = 2, .states = 3, .common = 0, .concentration = 0},
      3);
  CHECK(hm::fit_group_effects(serial, equal.counts, equal.states, equal.donor, 6).concentration >
        100);
}

TEST_CASE("groups without cells, and cells without a group, are refused") {
  const auto made = support::make_donors({.donors = 2, .cells_each = 10, .genes = 5}, 4);
  CHECK_THROWS_WITH_AS(hm::fit_group_effects(serial, made.counts, made.states, made.donor, 3),
                       "fit_group_effects: every group needs at least one cell",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(hm::fit_group_effects(serial, made.counts, made.states, made.donor, 1),
                       "fit_group_effects: cell 10 is of group 1 of 1", std::invalid_argument);
}

TEST_CASE("states by group number state and group together") {
  const auto made = support::make_donors({.donors = 2, .cells_each = 20, .genes = 5}, 5);
  const auto found = hm::fit_group_effects(serial, made.counts, made.states, made.donor, 2);
  const auto both = hm::states_by_group(made.states, found, made.donor);
  REQUIRE(both.states() == 4);
  CHECK(both.cell.front() == 0);
  CHECK(both.cell.back() == 3);
  CHECK(both.mean.row(3) == hm::states_in_group(made.states, found, 1).mean.row(1));
}
