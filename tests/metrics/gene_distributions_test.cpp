// SPDX-License-Identifier: MIT
#include "harmonium/metrics/gene_distributions.hpp"
#include "harmonium/core/select_counts.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "support/score.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

// Cells x 2 genes; the second is constant.
hm::count_matrix<> with_constant(const std::vector<int>& values) {
  hm::count_matrix<> counts(2);
  for (const int x : values) {
    counts.push_back(0, x);
    counts.push_back(1, 4);
    counts.finish_cell();
  }
  return counts;
}

}  // namespace

TEST_CASE("distances are averaged over genes; a constant gene has no scale") {
  const std::vector<hm::index> two(2, 0);
  const auto figures = support::score(hm::gene_distributions{}, with_constant({0, 4}), two,
                                      with_constant({2, 4}), two);
  CHECK(figures.at("ks_mean") == 0.25);
  CHECK(figures.at("ks_worst") == 0.5);
  CHECK(figures.at("wasserstein_mean") == 0.5);
  CHECK(figures.at("wasserstein_scaled") == 0.5);  // 1 in standard deviations of 2
}

TEST_CASE("the same cells in another order are at no distance, a better model is nearer") {
  const auto real = tiny::toy_counts(200, 9, 1), fresh = tiny::toy_counts(200, 9, 2),
             wrong = tiny::toy_counts(200, 9, 3, 0.3);
  const std::vector<hm::index> labels(200, 0);
  std::vector<hm::index> backwards;
  for (hm::index i = 199; i >= 0; --i) backwards.push_back(i);
  for (const auto& [name, value] : support::score(hm::gene_distributions{}, real, labels,
                                                  hm::select_cells(real, backwards), labels))
    CHECK(value == 0);
  const auto near = support::score(hm::gene_distributions{}, real, labels, fresh, labels);
  const auto far = support::score(hm::gene_distributions{}, real, labels, wrong, labels);
  for (const auto& [name, value] : near) CHECK(value < far.at(name));
  CHECK(near.at("ks_mean") < 0.87 * std::sqrt(0.01));  // the ceiling that it states
}

TEST_CASE("no variation anywhere, no cell") {
  const std::vector<hm::index> two(2, 0);
  const auto figures = support::score(hm::gene_distributions{}, with_constant({1, 1}), two,
                                      with_constant({1, 1}), two);
  CHECK(figures.at("ks_mean") == 0);
  CHECK(std::isnan(figures.at("wasserstein_scaled")));
  for (const auto& [name, value] : support::score(hm::gene_distributions{}, hm::count_matrix<>(2),
                                                  {}, with_constant({1, 1}), two))
    CHECK(std::isnan(value));
}
