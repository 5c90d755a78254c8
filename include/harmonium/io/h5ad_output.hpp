// SPDX-License-Identifier: MIT
/// @file
/// Writing AnnData files `.h5ad`, as AnnData 0.8 and later lay them out. Needs HDF5's C library.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/io/hdf5_output.hpp"
#include "harmonium/io/tenx_h5.hpp"

namespace harmonium::inline v0_2::io {

/// What a file holds beside counts and names.
struct h5ad_contents {
  /// Columns of obs, written as categories: name and one value a cell.
  std::vector<std::pair<std::string, std::vector<std::string>>> labels = {};
  /// Matrices of obsm: name and cells x components.
  std::vector<std::pair<std::string, matrix<double>>> components = {};
  /// Texts of uns/harmonium: how the cells came about.
  std::vector<std::pair<std::string, std::string>> provenance = {};
  int level = 4;  ///< of deflate, 0 (none) to 9
};

namespace hdf5 {

/// Names with "-1", "-2" ... after those that were there before, as AnnData makes them unique.
inline std::vector<std::string> made_unique(std::span<const std::string> names) {
  std::set<std::string, std::less<>> used(names.begin(), names.end());
  std::map<std::string, int, std::less<>> times;
  std::vector<std::string> unique;
  unique.reserve(names.size());
  for (const std::string& name : names) {
    int& seen = times[name];
    std::string its = name;
    while (seen > 0 && used.contains(its)) its = name + "-" + std::to_string(seen++);
    if (seen == 0) seen = 1;
    used.insert(its);
    unique.push_back(std::move(its));
  }
  return unique;
}

/// The pieces of an AnnData file.
class h5ad_pieces {
 public:
  h5ad_pieces(const output& file, int level) : file_(&file), level_(level) {}

  void encode(const handle& what, const char* type, const char* version) const {
    file_->text_attribute(what, "encoding-type", type);
    file_->text_attribute(what, "encoding-version", version);
  }

  handle mapping(const handle& parent, const std::string& name) const {
    handle made = file_->group(parent, name);
    encode(made, "dict", "0.1.0");
    return made;
  }

  /// A data frame of this index and these columns, still without the columns.
  handle frame(const handle& parent, const char* name, std::span<const std::string> index,
               std::span<const std::string> columns) const {
    handle made = file_->group(parent, name);
    encode(made, "dataframe", "0.2.0");
    file_->text_attribute(made, "_index", "_index");
    file_->texts_attribute(made, "column-order", columns);
    strings(made, "_index", index);
    return made;
  }

  void strings(const handle& parent, const std::string& name,
               std::span<const std::string> values) const {
    encode(file_->texts(parent, name, values), "string-array", "0.2.0");
  }

  void string(const handle& parent, const std::string& name, const std::string& value) const {
    encode(file_->text(parent, name, value), "string", "0.2.0");
  }

  /// Categories in alphabetical order.
  void categorical(const handle& parent, const std::string& name,
                   std::span<const std::string> values) const {
    std::map<std::string_view, std::int32_t> code;
    for (const std::string& value : values) code.emplace(value, 0);
    std::vector<std::string> categories;
    for (auto& [value, number] : code) {
      number = static_cast<std::int32_t>(categories.size());
      categories.emplace_back(value);
    }
    std::vector<std::int32_t> codes;
    codes.reserve(values.size());
    for (const std::string& value : values) codes.push_back(code.find(value)->second);
    const handle made = file_->group(parent, name);
    encode(made, "categorical", "0.2.0");
    file_->truth_attribute(made, "ordered", false);
    strings(made, "categories", categories);
    const hid_t type = categories.size() <= 127     ? H5T_STD_I8LE
                       : categories.size() <= 32767 ? H5T_STD_I16LE
                                                    : H5T_STD_I32LE;
    const handle numbers = file_->numbers(made, "codes", type, std::ssize(codes), 0, level_);
    encode(numbers, "array", "0.2.0");
    file_->fill(numbers, 0, std::span<const std::int32_t>(codes));
  }

  void dense(const handle& parent, const std::string& name, const matrix<double>& values) const {
    const handle made =
        file_->numbers(parent, name, H5T_IEEE_F64LE, values.rows(), values.cols(), level_);
    encode(made, "array", "0.2.0");
    file_->fill(made, 0,
                std::span<const double>(values.data(), static_cast<std::size_t>(values.size())),
                values.cols());
  }

 private:
  const output* file_;
  int level_;
};

}  // namespace hdf5

/// Writes such a file, whole or not at all; equal input gives equal bytes. X is a CSR matrix of
/// 32-bit whole numbers; the index of var holds the ids (made unique where they repeat), its
/// columns `gene_symbols` and `feature_types`, and `gene_ids` where an id had to be changed.
/// @param counts whole numbers >= 0, of any value type
/// @throws std::invalid_argument if sizes differ or a name is used twice; std::domain_error for a
///         negative count; io_error naming the path if it cannot be written.
template <count_source Counts>
void write_h5ad(const std::filesystem::path& path, const Counts& counts, const features& genes,
                std::span<const std::string> barcodes, const h5ad_contents& contents = {}) {
  hdf5::check_names("write_h5ad", counts, genes, barcodes);
  std::set<std::string> names{"", "_index"};
  const auto check_name = [&](const std::string& name) {
    require(name.find('/') == std::string::npos && names.insert(name).second, "write_h5ad",
            "the name '" + name + "' is empty, used twice, reserved, or holds a slash");
  };
  for (const auto& [name, values] : contents.labels) {
    check_name(name);
    require(
        values.size() == barcodes.size(), "write_h5ad",
        "as many values as cells expected of " + name + ", got " + std::to_string(values.size()));
  }
  for (const auto& [name, values] : contents.components) {
    check_name(name);
    require(values.rows() == counts.cells() && values.cols() > 0, "write_h5ad",
            "as many rows as cells, and at least a column, expected of " + name);
  }
  for (const auto& each : contents.provenance) check_name(each.first);

  hdf5::output file(path);
  {
    const hdf5::h5ad_pieces put(file, contents.level);
    const hdf5::handle root = file.root();
    put.encode(root, "anndata", "0.1.0");
    const hdf5::handle x = file.group(root, "X");
    put.encode(x, "csr_matrix", "0.1.0");
    file.pair_attribute(x, "shape", counts.cells(), counts.genes());
    hdf5::write_compressed(file, x, counts, contents.level);

    std::vector<std::string> columns;
    for (const auto& each : contents.labels) columns.push_back(each.first);
    const hdf5::handle obs = put.frame(root, "obs", barcodes, columns);
    for (const auto& [name, values] : contents.labels) put.categorical(obs, name, values);

    const auto index = hdf5::made_unique(genes.ids);
    const bool changed = index != genes.ids;
    columns = {"gene_symbols", "feature_types"};
    if (changed) columns.insert(columns.begin(), "gene_ids");
    const hdf5::handle var = put.frame(root, "var", index, columns);
    if (changed) put.strings(var, "gene_ids", genes.ids);
    put.strings(var, "gene_symbols", genes.symbols);
    put.categorical(var, "feature_types", genes.types);

    const hdf5::handle obsm = put.mapping(root, "obsm");
    for (const auto& [name, values] : contents.components) put.dense(obsm, name, values);
    const hdf5::handle uns = put.mapping(root, "uns");
    if (!contents.provenance.empty()) {
      const hdf5::handle own = put.mapping(uns, "harmonium");
      for (const auto& [name, text] : contents.provenance) put.string(own, name, text);
    }
    for (const char* empty : {"layers", "obsp", "varm", "varp"}) put.mapping(root, empty);
  }
  file.commit();
}

/// The same for a data set as read.
inline void write_h5ad(const std::filesystem::path& path, const dataset& data,
                       const h5ad_contents& contents = {}) {
  write_h5ad(path, data.counts, data.genes, data.barcodes, contents);
}

}  // namespace harmonium::inline v0_2::io
