// SPDX-License-Identifier: MIT
/// @file
/// Cells of some genes put among others by the genes' ids.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/io/dataset.hpp"

namespace program {

/// Where every name stands.
inline std::unordered_map<std::string_view, harmonium::index> positions(
    const std::vector<std::string>& names) {
  std::unordered_map<std::string_view, harmonium::index> at;
  for (std::size_t k = 0; k < names.size(); ++k)
    at.emplace(names[k], static_cast<harmonium::index>(k));
  return at;
}

/// @throws std::invalid_argument naming the option if an id stands among the genes twice.
inline void require_ids_once(const char* option, const harmonium::io::features& genes) {
  harmonium::require(std::cmp_equal(positions(genes.ids).size(), genes.size()), option,
                     "a gene id stands there twice, so genes cannot be matched");
}

/// Counts put at other columns.
/// @param place of every gene of `cells` among `genes` of them, or -1: left out
inline harmonium::count_matrix<> put_at(const harmonium::count_view<>& cells,
                                        const std::vector<harmonium::index>& place,
                                        harmonium::index genes) {
  harmonium::count_matrix<> placed(genes);
  placed.reserve(cells.cells(), cells.nonzeros());
  std::vector<std::pair<harmonium::index, std::int32_t>> row;
  for (harmonium::index i = 0; i < cells.cells(); ++i) {
    const auto cell = cells.cell(i);
    row.clear();
    for (std::size_t k = 0; k < cell.size(); ++k)
      if (const auto j = place[static_cast<std::size_t>(cell.genes[k])]; j >= 0)
        row.emplace_back(j, cell.values[k]);
    std::sort(row.begin(), row.end());
    for (const auto& [gene, value] : row) placed.push_back(gene, value);
    placed.finish_cell();
  }
  return placed;
}

}  // namespace program
