// SPDX-License-Identifier: MIT
// harmonium inside a tool that keeps its counts in an Eigen sparse matrix: a view, no copy.
#include <Eigen/SparseCore>
#include <cstdio>

#include "harmonium/core/eigen_sparse.hpp"
#include "harmonium/models/baselines/independent_nb.hpp"
#include "harmonium/simulate/tissue.hpp"

namespace hm = harmonium;

int main() {
  hm::random_engine rng(7);
  const hm::tissue tissue = hm::simulate_tissue({.cells = 200, .genes = 100}, rng);
  // What another tool would hold: cells x genes, by row.
  Eigen::SparseMatrix<int, Eigen::RowMajor> mine(200, 100);
  for (hm::index i = 0; i < 200; ++i) {
    const auto cell = tissue.counts.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k) mine.insert(i, cell.genes[k]) = cell.values[k];
  }
  mine.makeCompressed();

  const auto counts = hm::view_cells_by_genes(mine);
  const auto model = hm::independent_nb::fit(hm::thread_executor(2), counts);
  const auto cells = model.generate(hm::thread_executor(2), 1000, rng);
  std::printf("%ld cells of %ld genes, %.1f counts each; the pilot has %.1f\n",
              static_cast<long>(cells.cells()), static_cast<long>(cells.genes()),
              hm::library_sizes(cells).mean(), hm::library_sizes(counts).mean());
}

// Prints:
//   1000 cells of 100 genes, 2199.2 counts each; the pilot has 2191.1
