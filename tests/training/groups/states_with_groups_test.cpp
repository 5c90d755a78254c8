// SPDX-License-Identifier: MIT
#include "harmonium/training/groups/states_with_groups.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "support/donor_cells.hpp"

namespace hm = harmonium;

TEST_CASE("means lose what the donor did who has most of a state's cells") {
  // Two donors, a factor of 3 apart in every other gene; state 0 is nearly all of the first, 1 of
  // the second.
  hm::random_engine rng(1);
  constexpr hm::index genes = 60;
  hm::count_matrix<> counts(genes);
  hm::count_states states;
  states.weights = hm::vector<double>::Constant(2, 0.5);
  states.mean = hm::matrix<double>::Zero(2, genes);
  states.theta = hm::matrix<double>::Constant(2, genes, 3);
  std::vector<hm::index> donor;
  std::vector<double> cells(2, 0.0);
  for (hm::index i = 0; i < 600; ++i) {
    const hm::index s = i % 2, d = i % 10 < 8 ? s : 1 - s;
    for (hm::index m = 0; m < genes; ++m) {
      const double mean = 4 * (d == 1 && m % 2 == 1 ? 3.0 : 1.0);
      const auto x = hm::draw::negative_binomial(mean, 3.0, rng);
      counts.push_back(m, x);
      states.mean(s, m) += static_cast<double>(x) / 300;
    }
    counts.finish_cell();
    states.cell.push_back(s);
    donor.push_back(d);
  }
  states.sizes = hm::vector<double>::Ones(600);
  const auto apart = [&](const hm::matrix<double>& mean) {
    double sum = 0;
    for (hm::index m = 1; m < genes; m += 2) sum += std::log(mean(1, m) / mean(0, m));
    return sum / (genes / 2);
  };
  // Of the factor 3 the states have (1 + 3 * 4) / 5 over (4 + 3) / 5 = 13 / 7 between them.
  CHECK(apart(states.mean) == doctest::Approx(std::log(13.0 / 7)).epsilon(0.1));
  const auto free = hm::means_without_groups(hm::serial_executor{}, counts, states, donor, 2, {});
  CHECK(std::abs(apart(free)) < 0.3 * apart(states.mean));
  CHECK_THROWS_AS(hm::means_without_groups(hm::serial_executor{}, counts, states,
                                           std::vector<hm::index>(3, 0), 2, {}),
                  std::invalid_argument);
}
