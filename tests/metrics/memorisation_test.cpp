// SPDX-License-Identifier: MIT
#include "harmonium/metrics/memorisation.hpp"
#include "harmonium/core/select_counts.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "support/score.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

std::vector<hm::index> first(hm::index count) {
  std::vector<hm::index> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), hm::index(0));
  return rows;
}

std::map<std::string, double> judge(const hm::count_matrix<>& real,
                                    const std::vector<hm::index>& pilot,
                                    const hm::count_matrix<>& made) {
  return support::score(hm::memorisation{}, real,
                        std::vector<hm::index>(static_cast<std::size_t>(real.cells()), 0), made,
                        std::vector<hm::index>(static_cast<std::size_t>(made.cells()), 0),
                        {.components = 5, .pilot = pilot});
}

}  // namespace

TEST_CASE("copies of the pilot are seen, fresh cells are at a half and one") {
  const auto real = tiny::toy_counts(600, 15, 1), fresh = tiny::toy_counts(400, 15, 2);
  const auto pilot = first(200);
  const auto copies = judge(real, pilot, hm::select_cells(real, pilot));
  CHECK(copies.at("nearer_to_pilot") == 1);
  CHECK(std::abs(copies.at("nearest_pilot_ratio")) < 1e-6);
  const auto good = judge(real, pilot, fresh);
  // 400 cells: a standard error of 0.025; their neighbours are shared, which adds to it.
  CHECK(std::abs(good.at("nearer_to_pilot") - 0.5) < 0.15);
  CHECK(std::abs(good.at("nearest_pilot_ratio") - 1) < 0.15);
  // Cells that were held out are not nearer to the pilot.
  std::vector<hm::index> held_out;
  for (hm::index i = 200; i < 400; ++i) held_out.push_back(i);
  CHECK(judge(real, pilot, hm::select_cells(real, held_out)).at("nearer_to_pilot") < 0.4);
}

TEST_CASE("without a pilot, without others, with one cell, with cells at one place") {
  const auto cells = tiny::toy_counts(10, 6, 1);
  for (const auto& [name, value] : judge(cells, {}, cells)) CHECK(std::isnan(value));
  for (const auto& [name, value] : judge(cells, first(5), hm::count_matrix<>(6)))
    CHECK(std::isnan(value));
  const auto whole = judge(cells, first(10), cells);
  CHECK(std::isnan(whole.at("nearer_to_pilot")));
  CHECK(std::abs(whole.at("nearest_pilot_ratio")) < 1e-6);
  const auto one = judge(cells, {4}, cells);
  CHECK(std::isnan(one.at("nearest_pilot_ratio")));
  CHECK(one.at("nearer_to_pilot") > 0);
  const auto same = hm::select_cells(cells, std::vector<hm::index>{3, 3, 3, 3});
  CHECK(std::isnan(judge(same, first(2), same).at("nearest_pilot_ratio")));
}
