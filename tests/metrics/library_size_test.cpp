// SPDX-License-Identifier: MIT
#include "harmonium/metrics/library_size.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "support/score.hpp"

namespace hm = harmonium;

namespace {

hm::count_matrix<> libraries(const std::vector<int>& sizes) {
  hm::count_matrix<> counts(2);
  for (const int size : sizes) {
    counts.push_back(0, size / 2);
    counts.push_back(1, size - size / 2);
    counts.finish_cell();
  }
  return counts;
}

std::map<std::string, double> compare(const std::vector<int>& real, const std::vector<int>& made) {
  return support::score(hm::library_size{}, libraries(real), std::vector<hm::index>(real.size(), 0),
                        libraries(made), std::vector<hm::index>(made.size(), 0));
}

}  // namespace

TEST_CASE("medians, spread and distance of the libraries") {
  const auto figures = compare({2, 4, 6, 8}, {10, 10, 20});
  CHECK(figures.at("median_ratio") == 2);
  CHECK(figures.at("cv_reference") == doctest::Approx(std::sqrt(5.0) / 5).epsilon(1e-15));
  CHECK(figures.at("cv") == doctest::Approx(std::sqrt(200.0 / 9) / (40.0 / 3)).epsilon(1e-14));
  CHECK(figures.at("cv_ratio") == figures.at("cv") / figures.at("cv_reference"));
  CHECK(figures.at("ks") == 1);
  const auto same = compare({3, 9}, {9, 3, 3, 9});
  CHECK(same.at("median_ratio") == 1);
  CHECK(same.at("cv_ratio") == 1);
  CHECK(same.at("ks") == 0);
}

TEST_CASE("no variation, no counts, no cells") {
  CHECK(std::isnan(compare({5, 5}, {5, 7}).at("cv_ratio")));
  CHECK(compare({5, 7}, {5, 5}).at("cv_ratio") == 0);
  CHECK(std::isnan(compare({0, 0}, {5, 7}).at("median_ratio")));
  CHECK(std::isnan(compare({5, 7}, {0, 0}).at("cv")));
  for (const auto& [name, value] : compare({5, 7}, {})) CHECK(std::isnan(value));
}
