// SPDX-License-Identifier: MIT
/// @file
/// Cells of a file `.h5ad` or 10x `.h5`, a range at a time: for files that are larger than memory.
/// Needs HDF5's C library.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/io/feature_types.hpp"
#include "harmonium/io/h5ad.hpp"
#include "harmonium/io/hdf5_counts.hpp"
#include "harmonium/io/tenx_h5.hpp"

namespace harmonium::inline v0_2::io {

/// Settings of `h5_cells`.
struct h5_cells_options {
  /// Of an AnnData file: where the counts are, as in `read_h5ad_options`.
  std::string layer = {};
  /// Features of another type are left out and counted in `other_features()`. Empty keeps all.
  std::string feature_type = gene_expression;
  /// Of a file of Cell Ranger 2 with several: the genome to read.
  std::string genome = {};
  int threads = 1;  ///< that inflate
};

/// A file that is opened once and read a range of cells at a time; it holds what `read_h5ad` or
/// `read_10x_h5` would give. Which of the two it is, is seen from what is in it. Ranges may be read
/// in any order; read one after another they inflate nothing twice. Memory: 8 bytes a cell, names
/// of the genes, blocks of about 2 MB a thread, and what `read` returns.
///
///     io::h5_cells atlas("atlas.h5ad", {.threads = 2});
///     for (index begin = 0; begin < atlas.cells(); begin += 16384)
///       use(atlas.read(begin, std::min(begin + 16384, atlas.cells())));
class h5_cells {
 public:
  /// @throws io_error naming the file and the path inside it for what `read_h5ad` or `read_10x_h5`
  ///         refuses apart from counts and cell names, which `read` and `barcodes` refuse, and for
  ///         counts that are not kept cell after cell: dense or CSC matrices.
  explicit h5_cells(const std::filesystem::path& path, const h5_cells_options& options = {})
      : root_(hdf5::open(path)), options_(options) {
    std::string types;
    root_.find("obs") ? open_h5ad(types) : open_tenx(types);
    auto chosen = features_of_type(genes_, options_.feature_type, types);
    if (chosen.others.empty()) return;
    genes_ = select(genes_, chosen.kept);
    kept_ = std::move(chosen.kept);
    others_ = std::move(chosen.others);
  }

  [[nodiscard]] index cells() const noexcept { return cells_; }
  [[nodiscard]] index genes() const noexcept { return genes_.size(); }
  /// Names of the genes that are read.
  [[nodiscard]] const io::features& features() const noexcept { return genes_; }
  [[nodiscard]] const std::vector<left_out>& other_features() const noexcept { return others_; }
  /// Path of the matrix inside the file, such as "/layers/counts".
  [[nodiscard]] const std::string& counts_path() const noexcept { return counts_path_; }

  /// Names of all cells, read anew by every call and not kept.
  /// @throws io_error for a name that is empty or there twice.
  [[nodiscard]] std::vector<std::string> barcodes() const {
    return names_ ? hdf5::read_names({*names_, 1}, "barcode", true)
                  : hdf5::index_of(hdf5::frame_of(root_, "obs"), "cell", true);
  }

  /// Counts that the file stores of cells [begin, end), zeros and other features among them: an
  /// upper bound of what `read` returns, known without reading.
  /// @throws std::invalid_argument unless 0 <= begin <= end <= cells().
  [[nodiscard]] index stored(index begin, index end) const {
    check_range("h5_cells::stored", begin, end);
    return counts_->stored(begin, end);
  }

  /// Cells [begin, end) x genes().
  /// @throws std::invalid_argument unless 0 <= begin <= end <= cells(); io_error naming the element
  ///         of these cells that is out of range, no count, or there twice.
  [[nodiscard]] count_matrix<> read(index begin, index end) {
    check_range("h5_cells::read", begin, end);
    auto counts = counts_->read(begin, end);
    return others_.empty() ? counts : harmonium::select_genes(counts, kept_);
  }

 private:
  void open_h5ad(std::string& types) {
    const auto obs = hdf5::frame_of(root_, "obs");
    cells_ = obs.rows();
    if (cells_ == 0) obs.where().fail("has no cells");
    const hdf5::object matrix = hdf5::find_counts(root_, options_.layer);
    const auto var = hdf5::genes_of(root_, matrix);
    genes_ = hdf5::features_of(var);
    types = root_.file().name + ": " + var.where().path() + "/feature_types";
    const auto kind = hdf5::matrix_kind_of(matrix);
    if (kind != hdf5::matrix_kind::csr)
      matrix.fail(std::string("is ") +
                  (kind == hdf5::matrix_kind::csc ? "a csc_matrix, kept gene after gene"
                                                  : "a dense array") +
                  "; to be read a range of cells at a time it must be a csr_matrix: write it as "
                  "one, as by scipy.sparse.csr_matrix in Python");
    hdf5::check_sparse_shape(matrix, cells_, genes_.size());
    open_counts(matrix);
  }

  void open_tenx(std::string& types) {
    const hdf5::object matrix = hdf5::tenx_matrix(root_, options_.genome);
    names_ = matrix.at("barcodes");
    cells_ = hdf5::array(*names_, 1).rows();
    if (cells_ == 0) names_->fail("no barcodes");
    genes_ = hdf5::tenx_features(matrix, types);
    hdf5::check_tenx_shape(matrix, genes_.size(), cells_);
    open_counts(matrix);
  }

  void open_counts(const hdf5::object& matrix) {
    counts_path_ = matrix.path();
    counts_.emplace(matrix, hdf5::compressed_by::cell, cells_, genes_.size(), options_.threads);
  }

  void check_range(const char* function, index begin, index end) const {
    require(0 <= begin && begin <= end && end <= cells_, function,
            "a range of the " + std::to_string(cells_) + " cells expected, got [" +
                std::to_string(begin) + ", " + std::to_string(end) + ")");
  }

  hdf5::object root_;
  h5_cells_options options_;
  std::optional<hdf5::object> names_;  // barcodes of a 10x file
  index cells_ = 0;
  io::features genes_;
  std::vector<index> kept_;  // of all features, where some are left out
  std::vector<left_out> others_;
  std::string counts_path_;
  std::optional<hdf5::compressed_reader> counts_;
};

}  // namespace harmonium::inline v0_2::io
