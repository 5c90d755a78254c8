// SPDX-License-Identifier: MIT
// Dense counts in an xtensor in, parameters and cells as xtensors out.
#include <cstdio>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>

#include "harmonium/core/xtensor.hpp"
#include "harmonium/models/baselines/cluster_nb.hpp"
#include "harmonium/simulate/tissue.hpp"

namespace hm = harmonium;

int main() {
  hm::random_engine rng(7);
  const hm::tissue tissue = hm::simulate_tissue({.cells = 200, .genes = 60}, rng);
  const auto dense = hm::to_dense(tissue.counts);
  const xt::xtensor<double, 2> mine = hm::as_xtensor(dense);

  const auto counts = hm::compress(mine);  // any expression of cells x genes
  const auto model = hm::cluster_nb::fit(hm::thread_executor(2), counts, tissue.types);
  const auto made = hm::to_dense(model.generate(500, rng));
  const auto cells = hm::as_xtensor(made);  // borrows
  std::printf("%zu x %zu, mean count %.3f; the pilot's is %.3f\n", cells.shape(0), cells.shape(1),
              xt::mean(cells)(), xt::mean(mine)());
}

// Prints:
//   500 x 60, mean count 37.286; the pilot's is 38.168
