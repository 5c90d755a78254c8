// SPDX-License-Identifier: MIT
/// @file
/// AnnData files `.h5ad`: counts of X, of a layer or of raw, names, and labels. Reads what AnnData
/// has written from 0.6 on. Needs HDF5's C library.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/io/feature_types.hpp"
#include "harmonium/io/h5ad_frame.hpp"
#include "harmonium/io/hdf5_counts.hpp"
#include "harmonium/io/labels.hpp"
#include "harmonium/io/tenx_h5.hpp"

namespace harmonium::inline v0_2::io {

/// Settings of `read_h5ad`.
struct read_h5ad_options {
  /// Where the counts are: "X", "raw/X" or the name of a layer. Empty: the first of X, the layer
  /// "counts" and raw/X whose first values are whole numbers >= 0.
  std::string layer = {};
  /// Genes with another value in the column `feature_types` of var are left out and counted in
  /// `other_features`. Empty keeps all; without such a column all are kept.
  std::string feature_type = gene_expression;
  int threads = 1;  ///< that inflate
};

namespace hdf5 {

/// How a matrix is kept, by its attributes in any version of AnnData.
enum class matrix_kind { csr, csc, dense };

/// How the matrix at `where` is kept. @throws io_error if it is none that is known.
inline matrix_kind matrix_kind_of(const object& where) {
  auto encoding = where.text_attribute("encoding-type");
  if (!encoding) encoding = where.text_attribute("h5sparse_format");  // AnnData 0.6
  if (where.is_array()) {
    if (encoding && *encoding != "array" && *encoding != "")
      where.fail("has the encoding-type " + in_quotes(*encoding) + ", expected 'array'");
    return matrix_kind::dense;
  }
  if (!encoding) where.fail("is a group without an encoding-type, a matrix was expected");
  if (*encoding == "csr_matrix" || *encoding == "csr") return matrix_kind::csr;
  if (*encoding == "csc_matrix" || *encoding == "csc") return matrix_kind::csc;
  where.fail("has the encoding-type " + in_quotes(*encoding) +
             "; csr_matrix, csc_matrix or array was expected");
}

/// @throws io_error unless a sparse matrix announces so many cells and genes.
inline void check_sparse_shape(const object& where, index cells, index genes) {
  auto shape = where.pair_attribute("shape");
  if (!shape) shape = where.pair_attribute("h5sparse_shape");
  if (!shape) where.fail("has no attribute 'shape'");
  if (*shape != std::pair<std::int64_t, std::int64_t>(cells, genes))
    where.fail("has the shape " + std::to_string(shape->first) + " x " +
               std::to_string(shape->second) + ", expected " + std::to_string(cells) + " cells x " +
               std::to_string(genes) + " genes");
}

/// The matrix at `where`, cells x genes, which must have these extents.
/// @param threads that inflate
/// @throws io_error for other extents, damage, or values that are no counts.
inline count_matrix<> read_matrix(const object& where, index cells, index genes, int threads) {
  const matrix_kind kind = matrix_kind_of(where);
  if (kind == matrix_kind::dense) return read_dense(where, cells, genes);
  check_sparse_shape(where, cells, genes);
  const auto how = kind == matrix_kind::csr ? compressed_by::cell : compressed_by::gene;
  return compressed_reader(where, how, cells, genes, threads).read();
}

/// Whether the first values of a matrix are counts.
inline bool looks_like_counts(const object& where) {
  if (matrix_kind_of(where) == matrix_kind::dense) return looks_like_counts(array(where, 2));
  return looks_like_counts(array(where.at("data"), 1));
}

/// The matrix to read.
inline object find_counts(const object& root, const std::string& layer) {
  const auto raw = [&]() -> std::optional<object> {
    if (const auto group = root.find("raw"); group && group->is_group()) return group->find("X");
    return root.find("raw.X");  // AnnData 0.6
  };
  const auto layers = root.find("layers");
  if (layer == "X") return root.at("X");
  if (layer == "raw/X") {
    if (auto found = raw()) return *std::move(found);
    root.fail("has no raw/X");
  }
  if (!layer.empty()) {
    if (auto found = layers ? layers->find(layer) : std::nullopt) return *std::move(found);
    std::string all = "X";
    if (raw()) all += ", raw/X";
    if (layers && layers->is_group())
      for (const auto& name : layers->names()) all += ", " + name;
    root.fail("has no layer " + in_quotes(layer) + "; there are " + all);
  }
  auto first = root.find("X");
  if (first && looks_like_counts(*first)) return *std::move(first);
  if (auto counts = layers ? layers->find("counts") : std::nullopt)
    if (!first || looks_like_counts(*counts)) return *std::move(counts);
  if (auto counts = raw())
    if (!first || looks_like_counts(*counts)) return *std::move(counts);
  if (!first) root.fail("has neither X nor a layer 'counts' nor raw/X");
  return *std::move(first);  // whose reading tells what is wrong
}

/// obs or var, checked to be there: without it this is no AnnData file.
inline frame frame_of(const object& root, const char* name) {
  auto where = root.find(name);
  if (!where)
    root.fail(std::string("is no AnnData file: it has no ") + name +
              (root.find("matrix") ? " (a 10x file? these end in .h5)" : ""));
  return {*std::move(where), root.find("uns")};
}

/// The frame of the genes of such a matrix: var, or that of raw.
inline frame genes_of(const object& root, const object& matrix) {
  if (matrix.path() == "/raw/X") return {root.at("raw").at("var"), root.find("uns")};
  if (matrix.path() == "/raw.X") return {root.at("raw.var"), root.find("uns")};
  return frame_of(root, "var");
}

/// The names of a table's rows. @param what a row is, for errors @param unique no two are the same
/// @throws io_error where there is no row, a name is empty, or one comes twice that must not.
inline std::vector<std::string> index_of(const frame& of, const char* what, bool unique) {
  const text_column names = of.index();
  if (names.values.empty()) of.where().fail(std::string("has no ") + what + "s");
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t k = 0; k < names.values.size(); ++k) {
    const std::string row = "row " + std::to_string(k) + ": the " + what;
    if (names.values[k].empty()) of.where().fail(row + " has no name");
    const auto [first, fresh] = seen.emplace(names.values[k], k);
    if (unique && !fresh)
      of.where().fail(row + " " + in_quotes(names.values[k]) + " was already row " +
                      std::to_string(first->second));
  }
  return names.values;
}

/// Ids, symbols and types out of var: ids are the column `gene_ids` where there is one (then the
/// index holds symbols), else the index.
inline features features_of(const frame& var) {
  features genes;
  const auto names = index_of(var, "gene", false);
  const auto column = [&](const char* name, const std::vector<std::string>& instead) {
    const text_column found = var.column(name);
    if (found.values.size() != names.size())
      var.where().fail("column " + in_quotes(name) + " has " + std::to_string(found.values.size()) +
                       " rows, the index " + std::to_string(names.size()));
    std::vector<std::string> values = found.values;
    for (std::size_t k = 0; k < values.size(); ++k)
      if (values[k].empty()) values[k] = instead[k];
    return values;
  };
  genes.ids = names;
  genes.symbols = names;
  if (var.has("gene_ids")) {
    genes.ids = column("gene_ids", names);
  } else {
    for (const char* name : {"gene_symbols", "feature_name", "gene_name"})
      if (var.has(name)) {
        genes.symbols = column(name, names);
        break;
      }
  }
  genes.types.assign(names.size(), gene_expression);
  if (var.has("feature_types")) genes.types = column("feature_types", genes.types);
  return genes;
}

}  // namespace hdf5

/// Where `read_h5ad` takes the counts from, such as "/X" or "/layers/counts".
/// @throws io_error as `read_h5ad`.
inline std::string h5ad_counts_path(const std::filesystem::path& path,
                                    const read_h5ad_options& options = {}) {
  return hdf5::find_counts(hdf5::open(path), options.layer).path();
}

/// Reads such a file. Memory: 8 bytes a count; what is dense is never held as such.
/// @throws io_error naming the file and the path inside it for whatever is malformed, for counts
///         that are not whole numbers from 0 to 2^31 - 1, and for repeated cell names.
inline dataset read_h5ad(const std::filesystem::path& path, const read_h5ad_options& options = {}) {
  const hdf5::object root = hdf5::open(path);
  dataset all;
  all.barcodes = hdf5::index_of(hdf5::frame_of(root, "obs"), "cell", true);
  const hdf5::object matrix = hdf5::find_counts(root, options.layer);
  const auto var = hdf5::genes_of(root, matrix);
  all.genes = hdf5::features_of(var);
  all.counts = hdf5::read_matrix(matrix, static_cast<index>(all.barcodes.size()), all.genes.size(),
                                 options.threads);
  return keep_feature_type(std::move(all), options.feature_type,
                           path.string() + ": " + var.where().path() + "/feature_types");
}

/// A column of obs as labels of the cells, as `join_labels` takes them.
/// @throws io_error if there is no such column, it holds real numbers, or a cell has no value.
inline label_table read_h5ad_labels(const std::filesystem::path& path, const std::string& column) {
  const hdf5::object root = hdf5::open(path);
  const auto obs = hdf5::frame_of(root, "obs");
  label_table table{.file = path.string() + ": " + obs.where().path() + "/" + column,
                    .barcodes = hdf5::index_of(obs, "cell", true),
                    .labels = {}};
  auto found = obs.column(column);
  if (found.values.size() != table.barcodes.size())
    obs.where().fail("column " + in_quotes(column) + " has " + std::to_string(found.values.size()) +
                     " rows, the index " + std::to_string(table.barcodes.size()));
  std::size_t missing = 0;
  std::size_t first = 0;
  for (std::size_t k = found.values.size(); k-- > 0;) {
    const bool absent = found.values[k].empty() || (!found.missing.empty() && found.missing[k]);
    missing += absent ? 1 : 0;
    if (absent) first = k;
  }
  if (missing > 0)
    throw io_error(table.file, 0,
                   "no label for cell " + in_quotes(table.barcodes[first]) + " (" +
                       std::to_string(missing) + " of " + std::to_string(found.values.size()) +
                       " cells have none)");
  table.labels = std::move(found.values);
  return table;
}

}  // namespace harmonium::inline v0_2::io
