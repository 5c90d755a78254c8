// SPDX-License-Identifier: MIT
/// @file
/// Cells of two types on three plates, types and plates crossed: six genes, of which three tell the
/// type and one of the others each plate.
#pragma once

#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/gamma.hpp"
#include "harmonium/core/draw/poisson.hpp"
#include "harmonium/core/join_columns.hpp"
#include "harmonium/core/random_engine.hpp"

namespace support {

struct batch_cells {
  harmonium::count_matrix<> counts;
  std::vector<harmonium::index> plate;  ///< of every cell

  [[nodiscard]] harmonium::count_matrix<> rows() const {
    return harmonium::join_columns(counts, harmonium::one_hot_columns(plate, 3));
  }
};

inline batch_cells make_batches(int cells, std::uint64_t seed) {
  namespace hm = harmonium;
  hm::random_engine rng(seed);
  batch_cells made{hm::count_matrix<>(6), {}};
  for (int i = 0; i < cells; ++i) {
    const hm::index plate = i % 3;
    const bool second_type = (i / 3) % 2 == 1;
    for (hm::index m = 0; m < 6; ++m) {
      const double mean = m < 3 ? (second_type ? 9 : 2) : (plate == m - 3 ? 8 : 2);
      made.counts.push_back(m, hm::draw::poisson(mean * hm::draw::gamma(5.0, rng) / 5, rng));
    }
    made.counts.finish_cell();
    made.plate.push_back(plate);
  }
  return made;
}

}  // namespace support
