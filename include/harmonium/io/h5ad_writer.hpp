// SPDX-License-Identifier: MIT
/// @file
/// AnnData files `.h5ad` written a block of cells at a time: for more cells than memory holds.
/// Needs HDF5's C library.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/io/h5ad_pieces.hpp"
#include "harmonium/io/hdf5_counts_output.hpp"
#include "harmonium/io/hdf5_output.hpp"

namespace harmonium::inline v0_2::io {

/// A column of categories in 4 bytes a cell.
struct coded_column {
  std::string name;                     ///< of the column
  std::vector<std::string> categories;  ///< that occur, each once
  std::vector<std::int32_t> codes;      ///< of each cell, its position in `categories`
};

/// What a file holds beside counts and names.
struct h5ad_contents {
  /// Columns of obs, written as categories: name and one value a cell.
  std::vector<std::pair<std::string, std::vector<std::string>>> labels = {};
  /// Matrices of obsm: name and cells x components.
  std::vector<std::pair<std::string, matrix<double>>> components = {};
  /// Texts of uns/harmonium: how the cells came about.
  std::vector<std::pair<std::string, std::string>> provenance = {};
  int level = 4;  ///< of deflate, 0 (none) to 9; that of an `h5ad_writer` is given to that
  /// More columns of obs as categories, behind `labels`.
  std::vector<coded_column> codes = {};
  /// Columns of obs of real numbers, the last: name and one value a cell.
  std::vector<std::pair<std::string, std::vector<double>>> numbers = {};
};

namespace hdf5 {

/// @throws std::invalid_argument if there are other values than one a cell, a name that is used
///         twice or cannot be one, or a code without a category.
inline void check_contents(const char* function, const h5ad_contents& contents, index cells) {
  std::set<std::string> names{"", "_index"};
  const auto check_name = [&](const std::string& name) {
    require(name.find('/') == std::string::npos && names.insert(name).second, function,
            "the name '" + name + "' is empty, used twice, reserved, or holds a slash");
  };
  const auto check_column = [&](const std::string& name, std::size_t size) {
    check_name(name);
    require(std::cmp_equal(size, cells), function,
            "as many values as cells expected of " + name + ", got " + std::to_string(size));
  };
  for (const auto& [name, values] : contents.labels) check_column(name, values.size());
  for (const auto& column : contents.codes) {
    check_column(column.name, column.codes.size());
    require(std::all_of(column.codes.begin(), column.codes.end(),
                        [&](std::int32_t code) {
                          return code >= 0 && std::cmp_less(code, column.categories.size());
                        }),
            function, "a code of " + column.name + " has no category");
  }
  for (const auto& [name, values] : contents.numbers) check_column(name, values.size());
  for (const auto& [name, values] : contents.components) {
    check_name(name);
    require(values.rows() == cells && values.cols() > 0, function,
            "as many rows as cells, and at least a column, expected of " + name);
  }
  for (const auto& each : contents.provenance) check_name(each.first);
}

}  // namespace hdf5

/// Settings of `h5ad_writer`.
struct h5ad_writer_options {
  /// Non-zero counts of all cells, where they are known before: then the bytes are those of
  /// `write_h5ad`. Otherwise the content is.
  std::optional<index> nonzeros = {};
  int level = 4;  ///< of deflate, 0 (none) to 9
};

/// Writes such a file, whole or not at all: it is put in place by `finish`, and without that what
/// was there stays. Equal calls give equal bytes, however the cells are divided. X is a CSR matrix
/// of 32-bit whole numbers; the index of var holds the ids (made unique where they repeat), its
/// columns `gene_symbols` and `feature_types`, and `gene_ids` where an id had to be changed.
/// Memory: 8 bytes a cell, blocks of 1 MB, and what `finish` is given. After an exception it can
/// only be destroyed.
///
///     io::h5ad_writer file("atlas.h5ad", cells, genes);
///     while (...) file.append(some_cells);
///     file.finish(barcodes);
class h5ad_writer {
 public:
  /// @param cells that will be appended
  /// @throws std::invalid_argument if it is negative; io_error naming the path if it cannot be
  ///         written.
  h5ad_writer(const std::filesystem::path& path, index cells, features genes,
              const h5ad_writer_options& options = {})
      : cells_(checked(cells)),
        genes_(std::move(genes)),
        level_(options.level),
        file_(path),
        root_(file_.root()) {
    const hdf5::h5ad_pieces put(file_, level_);
    put.encode(root_, "anndata", "0.1.0");
    x_ = file_.group(root_, "X");
    put.encode(x_, "csr_matrix", "0.1.0");
    file_.pair_attribute(x_, "shape", cells_, genes_.size());
    counts_.emplace(file_, x_, options.nonzeros, cells_, level_);
  }

  /// Cells that were appended.
  [[nodiscard]] index cells() const noexcept { return counts_ ? counts_->cells() : cells_; }

  /// @param counts whole numbers >= 0, of any value type
  /// @throws std::invalid_argument for another number of genes or too many cells; std::domain_error
  ///         for a negative count, std::overflow_error for one beyond 32 bits; io_error.
  template <count_source Counts>
  void append(const Counts& counts) {
    require(counts_.has_value(), "h5ad_writer::append", "the file is finished");
    require(
        counts.genes() == genes_.size(), "h5ad_writer::append",
        std::to_string(genes_.size()) + " genes expected, got " + std::to_string(counts.genes()));
    require(counts.cells() <= cells_ - counts_->cells(), "h5ad_writer::append",
            "more than the announced " + std::to_string(cells_) + " cells");
    counts_->append(counts);
  }

  /// Writes the rest and puts the file in place.
  /// @throws std::invalid_argument if sizes differ, cells are missing or a name is used twice;
  ///         io_error.
  void finish(std::span<const std::string> barcodes, const h5ad_contents& contents = {}) {
    require(counts_.has_value(), "h5ad_writer::finish", "the file is finished");
    require(counts_->cells() == cells_, "h5ad_writer::finish",
            "the announced " + std::to_string(cells_) + " cells expected, got " +
                std::to_string(counts_->cells()));
    require(std::cmp_equal(barcodes.size(), cells_), "h5ad_writer::finish",
            "as many barcodes as cells expected, got " + std::to_string(barcodes.size()) + " for " +
                std::to_string(cells_));
    hdf5::check_contents("h5ad_writer::finish", contents, cells_);
    counts_->finish(x_);
    put_obs(barcodes, contents);
    put_var();
    put_others(contents);
    counts_.reset();
    x_ = hdf5::handle();
    root_ = hdf5::handle();
    file_.commit();
  }

 private:
  static index checked(index cells) {
    require(cells >= 0, "h5ad_writer", "the number of cells must not be negative");
    return cells;
  }

  void put_obs(std::span<const std::string> barcodes, const h5ad_contents& contents) const {
    const hdf5::h5ad_pieces put(file_, level_);
    std::vector<std::string> columns;
    for (const auto& each : contents.labels) columns.push_back(each.first);
    for (const auto& each : contents.codes) columns.push_back(each.name);
    for (const auto& each : contents.numbers) columns.push_back(each.first);
    const hdf5::handle obs = put.frame(root_, "obs", barcodes, columns);
    for (const auto& [name, values] : contents.labels) put.categorical(obs, name, values);
    for (const auto& each : contents.codes)
      put.categorical(obs, each.name, each.codes, each.categories);
    for (const auto& [name, values] : contents.numbers) put.reals(obs, name, values);
  }

  void put_var() const {
    const hdf5::h5ad_pieces put(file_, level_);
    const auto names = hdf5::made_unique(genes_.ids);
    const bool changed = names != genes_.ids;
    std::vector<std::string> columns = {"gene_symbols", "feature_types"};
    if (changed) columns.insert(columns.begin(), "gene_ids");
    const hdf5::handle var = put.frame(root_, "var", names, columns);
    if (changed) put.strings(var, "gene_ids", genes_.ids);
    put.strings(var, "gene_symbols", genes_.symbols);
    put.categorical(var, "feature_types", genes_.types);
  }

  void put_others(const h5ad_contents& contents) const {
    const hdf5::h5ad_pieces put(file_, level_);
    const hdf5::handle obsm = put.mapping(root_, "obsm");
    for (const auto& [name, values] : contents.components) put.dense(obsm, name, values);
    const hdf5::handle uns = put.mapping(root_, "uns");
    if (!contents.provenance.empty()) {
      const hdf5::handle own = put.mapping(uns, "harmonium");
      for (const auto& [name, text] : contents.provenance) put.string(own, name, text);
    }
    for (const char* empty : {"layers", "obsp", "varm", "varp"}) put.mapping(root_, empty);
  }

  index cells_;
  features genes_;
  int level_;
  hdf5::output file_;  // outlives what is in it
  hdf5::handle root_;
  hdf5::handle x_;
  std::optional<hdf5::compressed_writer> counts_;
};

}  // namespace harmonium::inline v0_2::io
