// SPDX-License-Identifier: MIT
// Rows that count more than once, and as many copies of them.
#pragma once

#include <cstddef>
#include <vector>

#include "harmonium/core/counts.hpp"

namespace tiny {

namespace hm = harmonium;

struct weighted_copies {
  std::vector<double> weights;  ///< of the given rows: every fourth counts three times
  hm::count_matrix<> copied;    ///< each as often as it counts
};

inline weighted_copies copied_by_weight(const hm::count_matrix<>& counts) {
  weighted_copies made{{}, hm::count_matrix<>(counts.genes())};
  for (hm::index i = 0; i < counts.cells(); ++i) {
    const hm::index copies = i % 4 == 1 ? 3 : 1;
    made.weights.push_back(static_cast<double>(copies));
    for (hm::index n = 0; n < copies; ++n) {
      const auto cell = counts.cell(i);
      for (std::size_t k = 0; k < cell.size(); ++k)
        made.copied.push_back(cell.genes[k], cell.values[k]);
      made.copied.finish_cell();
    }
  }
  return made;
}

}  // namespace tiny
