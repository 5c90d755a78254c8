// SPDX-License-Identifier: MIT
#include "harmonium/study/pilot_subsample.hpp"
#include "harmonium/core/select_counts.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "support/random_counts.hpp"

namespace hm = harmonium;

TEST_CASE("different cells, or the same again; only genes with counts") {
  hm::random_engine rng(2);
  const auto reference = support::random_counts(40, 8, rng);  // gene 2 is silent
  const auto pilot = hm::draw_pilot(reference, 25, hm::pilot_drawing::without_replacement, rng);
  CHECK(std::adjacent_find(pilot.rows.begin(), pilot.rows.end()) == pilot.rows.end());
  CHECK(pilot.counts.cells() == 25);
  CHECK(std::find(pilot.genes.begin(), pilot.genes.end(), 2) == pilot.genes.end());
  const auto back = pilot.among_all_genes(pilot.counts);
  CHECK(back == hm::select_cells(reference, std::span<const hm::index>(pilot.rows)));

  const auto twice = hm::draw_pilot(reference, 60, hm::pilot_drawing::with_replacement, rng);
  CHECK(twice.rows.size() == 60);
  CHECK(std::is_sorted(twice.rows.begin(), twice.rows.end()));
  CHECK(std::adjacent_find(twice.rows.begin(), twice.rows.end()) != twice.rows.end());
}

TEST_CASE("every cell is drawn equally often") {
  hm::random_engine rng(2);
  const auto reference = support::random_counts(10, 8, rng);
  std::vector<double> seen(10, 0);
  for (int k = 0; k < 4000; ++k)
    for (const auto row :
         hm::draw_pilot(reference, 3, hm::pilot_drawing::without_replacement, rng).rows)
      ++seen[static_cast<std::size_t>(row)];
  for (const double count : seen) CHECK(std::abs(count - 1200) < 5 * std::sqrt(1200 * 0.7));
}

TEST_CASE("what cannot be") {
  hm::random_engine rng(2);
  const auto reference = support::random_counts(10, 8, rng);
  constexpr auto without = hm::pilot_drawing::without_replacement;
  CHECK_THROWS_AS(hm::draw_pilot(reference, 11, without, rng), std::invalid_argument);
  CHECK_THROWS_AS(hm::draw_pilot(reference, 0, without, rng), std::invalid_argument);
  CHECK_THROWS_AS(hm::draw_pilot(hm::count_matrix<>({}, {}, {0, 0, 0}, 3), 1, without, rng),
                  std::domain_error);
  const auto pilot = hm::draw_pilot(reference, 4, without, rng);
  CHECK_THROWS_AS((void)pilot.among_all_genes(hm::count_matrix<>(3)), std::invalid_argument);
}
