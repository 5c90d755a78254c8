// SPDX-License-Identifier: MIT
/// @file
/// 10x .h5 and AnnData .h5ad files: h5_files/with_hdf5.cpp where the program is built with HDF5,
/// else h5_files/without_hdf5.cpp, which says that it is not.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/io/labels.hpp"

namespace program {

/// Whether a file of this name is one, by its ending.
inline bool is_h5_name(std::string_view name) {
  return name.ends_with(".h5") || name.ends_with(".h5ad");
}

/// @param layer   of an AnnData file; empty: found
/// @param threads that inflate
/// @param remarks receives where the counts were found if not in X
harmonium::io::dataset read_h5(const std::string& name, const std::string& layer,
                               const std::string& feature_type, int threads,
                               std::vector<std::string>& remarks);

/// A file that is read some cells at a time; models `harmonium::count_chunks`.
class h5_chunks {
 public:
  /// @param threads that inflate
  /// @param remarks receives where the counts were found if not in X
  h5_chunks(const std::string& name, const std::string& layer, const std::string& feature_type,
            int threads, std::vector<std::string>& remarks);

  [[nodiscard]] harmonium::index cells() const { return cells_; }
  [[nodiscard]] harmonium::index genes() const { return features_.size(); }
  [[nodiscard]] const harmonium::io::features& features() const { return features_; }
  [[nodiscard]] std::vector<std::string> barcodes() const { return barcodes_(); }
  [[nodiscard]] harmonium::count_matrix<> read(harmonium::index begin, harmonium::index end) {
    return read_(begin, end);
  }

 private:
  harmonium::index cells_ = 0;
  harmonium::io::features features_;
  std::function<harmonium::count_matrix<>(harmonium::index, harmonium::index)> read_;
  std::function<std::vector<std::string>()> barcodes_;
};

/// A column of obs.
harmonium::io::label_table read_h5_labels(const std::string& name, const std::string& column);

/// A column of categories: of each cell its position in `categories`.
struct coded_labels {
  std::string name;
  std::vector<std::string> categories;
  std::vector<std::int32_t> codes;
};

/// What goes to an .h5ad beside counts and names; an .h5 has no place for it.
struct h5_extras {
  std::vector<std::pair<std::string, std::vector<std::string>>> labels = {};       ///< obs
  std::vector<std::pair<std::string, harmonium::matrix<double>>> components = {};  ///< obsm
  std::vector<std::pair<std::string, std::string>> texts = {};  ///< uns/harmonium
  bool compress = true;
  std::vector<coded_labels> codes = {};                                   ///< obs
  std::vector<std::pair<std::string, std::vector<double>>> numbers = {};  ///< obs
};

void write_h5(const std::string& name, const harmonium::count_view<>& counts,
              const harmonium::io::features& genes, std::span<const std::string> barcodes,
              const h5_extras& extras);

/// An .h5ad to which cells are appended. It is put in place by `finish`; without that nothing is
/// left of it.
class h5ad_stream {
 public:
  h5ad_stream(const std::string& name, harmonium::index cells, const harmonium::io::features& genes,
              bool compress);
  h5ad_stream(const h5ad_stream&) = delete;
  h5ad_stream& operator=(const h5ad_stream&) = delete;
  ~h5ad_stream();

  void append(const harmonium::count_view<>& cells);
  /// @param extras whose `compress` is that of the constructor
  void finish(std::span<const std::string> barcodes, const h5_extras& extras);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

/// @throws std::invalid_argument if this program writes no such files
void check_h5_support(const char* option);

}  // namespace program
