// SPDX-License-Identifier: MIT
/// @file
/// What a count file holds: counts with the names of their genes and cells.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/select_counts.hpp"

namespace harmonium::inline v0_2::io {

/// What every gene of a file without a type column is taken for.
inline constexpr const char* gene_expression = "Gene Expression";

/// The names of the genes, in the order of the counts' columns. All three are equally long.
struct features {
  std::vector<std::string> ids;      ///< such as ENSG00000187608; the name itself in csv files
  std::vector<std::string> symbols;  ///< such as ISG15; need not be unique
  std::vector<std::string> types;    ///< such as "Gene Expression"

  [[nodiscard]] index size() const noexcept { return static_cast<index>(ids.size()); }

  void push_back(std::string id, std::string symbol, std::string type) {
    ids.push_back(std::move(id));
    symbols.push_back(std::move(symbol));
    types.push_back(std::move(type));
  }

  friend bool operator==(const features&, const features&) = default;
};

/// How many rows of which feature type a reader left out.
struct left_out {
  std::string type;  ///< as the file calls it
  index rows = 0;    ///< features left out

  friend bool operator==(const left_out&, const left_out&) = default;
};

/// One experiment.
struct dataset {
  count_matrix<> counts;  ///< cells x genes
  features genes;         ///< as many as `counts.genes()`
  std::vector<std::string>
      barcodes;  ///< as many as `counts.cells()`, unique in what a reader gives
  std::vector<left_out> other_features = {};  ///< in order of first appearance; empty if all kept

  friend bool operator==(const dataset&, const dataset&) = default;
};

/// The given genes in the given order.
/// @throws std::invalid_argument if one is out of range.
inline features select(const features& all, std::span<const index> columns) {
  features chosen;
  for (const index column : columns) {
    require(column >= 0 && column < all.size(), "io::select", "column out of range");
    const auto k = static_cast<std::size_t>(column);
    chosen.push_back(all.ids[k], all.symbols[k], all.types[k]);
  }
  return chosen;
}

/// The given cells in the given order. A row given twice gives its barcode twice.
/// @throws std::invalid_argument if a row is out of range.
inline dataset select_cells(const dataset& all, std::span<const index> rows) {
  dataset chosen{harmonium::select_cells(all.counts, rows), all.genes, {}, all.other_features};
  chosen.barcodes.reserve(rows.size());
  for (const index row : rows)
    chosen.barcodes.push_back(all.barcodes[static_cast<std::size_t>(row)]);
  return chosen;
}

/// The given genes, ascending and without repeats, of every cell.
/// @throws std::invalid_argument if `columns` does not ascend or is out of range.
inline dataset select_genes(const dataset& all, std::span<const index> columns) {
  return {harmonium::select_genes(all.counts, columns), select(all.genes, columns), all.barcodes,
          all.other_features};
}

}  // namespace harmonium::inline v0_2::io
