// SPDX-License-Identifier: MIT
#include "harmonium/core/gram.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "harmonium/core/kernels.hpp"
#include "support/random_counts.hpp"

namespace hm = harmonium;

namespace {

/// Cell by cell, the textbook way.
template <class Values>
hm::matrix<double> by_cells(const Values& values) {
  hm::matrix<double> sum = hm::matrix<double>::Zero(values.genes(), values.genes());
  hm::vector<double> cell(values.genes());
  for (hm::index i = 0; i < values.cells(); ++i) {
    cell.setZero();
    for (std::size_t k = 0; k < values.cell(i).size(); ++k)
      cell[values.cell(i).genes[k]] = static_cast<double>(values.cell(i).values[k]);
    sum += cell * cell.transpose();
  }
  return sum;
}

}  // namespace

TEST_CASE("X'X of counts, whole numbers, is exact for any shape of blocks and tiles") {
  hm::random_engine rng(1);
  for (const hm::index genes : {1, 7, 64, 65, 150})
    for (const hm::index cells : {0, 1, 64, 130}) {
      CAPTURE(genes);
      CAPTURE(cells);
      const auto counts = support::random_counts(cells, genes, rng);
      CHECK(hm::gram_of(counts) == by_cells(counts));
    }
}

TEST_CASE("X'X is symmetric and has the same bits with every kernel") {
  hm::random_engine rng(2);
  const auto counts = support::random_counts(100, 90, rng);
  hm::count_matrix<double> values(90);
  for (hm::index i = 0; i < counts.cells(); ++i) {
    for (std::size_t k = 0; k < counts.cell(i).size(); ++k)
      values.push_back(counts.cell(i).genes[k], std::sqrt(counts.cell(i).values[k]));
    values.finish_cell();
  }
  std::vector<hm::matrix<double>> found;
  for (const hm::kernel one : hm::available_kernels()) {
    const hm::kernel_scope scope(one);
    found.push_back(hm::gram_of(values));
  }
  REQUIRE(!found.empty());
  CHECK(found.front() == found.front().transpose());
  for (const auto& one : found) CHECK(one == found.front());
  // A sum of 100 products of at most 28 is off by at most 100 roundings.
  CHECK((found.front() - by_cells(values)).cwiseAbs().maxCoeff() < 100 * 2800 * 2.3e-16);
}
