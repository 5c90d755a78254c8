// SPDX-License-Identifier: MIT
#include "harmonium/analysis/normalise.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/select_counts.hpp"

namespace hm = harmonium;

namespace {

// Libraries 8, 2, 0, 4.
hm::count_matrix<> small() {
  hm::count_matrix<> counts(3);
  counts.push_back(0, 6);
  counts.push_back(2, 2);
  counts.finish_cell();
  counts.push_back(1, 2);
  counts.finish_cell();
  counts.finish_cell();
  counts.push_back(0, 1);
  counts.push_back(1, 3);
  counts.finish_cell();
  return counts;
}

}  // namespace

TEST_CASE("the median of the libraries, odd and even") {
  CHECK(hm::median_library(small()) == 3);
  const std::vector<hm::index> three{0, 1, 3};
  CHECK(hm::median_library(hm::select_cells(small(), three)) == 4);
  CHECK(hm::median_library(hm::count_matrix<>(2)) == 0);
}

TEST_CASE("values are logs of one plus the scaled count; zeros and empty cells stay") {
  const auto values = hm::log_normalise(small());
  CHECK(values.nonzeros() == 5);
  const auto dense = hm::to_dense(values);
  CHECK(dense(0, 0) == doctest::Approx(std::log1p(6.0 / 8 * 3)).epsilon(1e-15));
  CHECK(dense(0, 2) == doctest::Approx(std::log1p(2.0 / 8 * 3)).epsilon(1e-15));
  CHECK(dense(1, 1) == doctest::Approx(std::log1p(3.0)).epsilon(1e-15));
  CHECK(dense.row(2).isZero(0));
  CHECK(dense(3, 1) == doctest::Approx(std::log1p(3.0 / 4 * 3)).epsilon(1e-15));
}

TEST_CASE("the library that cells are brought to can be given") {
  const auto dense = hm::to_dense(hm::log_normalise(small(), {.target_sum = 1e4}));
  CHECK(dense(1, 1) == doctest::Approx(std::log1p(1e4)).epsilon(1e-15));
  CHECK_THROWS_AS((void)hm::log_normalise(small(), {.target_sum = -1}), std::invalid_argument);
}
