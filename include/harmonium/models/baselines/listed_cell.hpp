// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Cells drawn gene by gene from tables, appended to a matrix without their zeros.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/negative_binomial_tables.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// Room for one cell's counts, kept from cell to cell.
class listed_cell {
 public:
  /// Draws a count of every gene of `tables` and appends them to `out`; the cell is not finished.
  void append(const draw::negative_binomial_tables& tables, count_matrix<>& out,
              random_engine& rng) {
    const auto room = static_cast<std::size_t>(out.genes());
    room_.resize(2 * room);
    const std::size_t kept = tables.nonzeros(room_.data(), room_.data() + room, rng);
    const std::int32_t* listed = room_.data();
    out.push_listed({listed, kept}, {listed + room, kept});
  }

 private:
  std::vector<std::int32_t> room_;  // genes, then counts
};

}  // namespace harmonium::inline v0_2
