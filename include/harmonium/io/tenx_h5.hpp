// SPDX-License-Identifier: MIT
/// @file
/// 10x files `.h5`: of Cell Ranger 3 and later (group `matrix` with `features`), and of Cell Ranger
/// 2 (a group per genome with `genes` and `gene_names`). Needs HDF5's C library.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/io/feature_types.hpp"
#include "harmonium/io/hdf5_counts.hpp"
#include "harmonium/io/hdf5_counts_output.hpp"
#include "harmonium/io/hdf5_output.hpp"

namespace harmonium::inline v0_2::io {

/// Settings of `read_10x_h5`.
struct read_10x_h5_options {
  /// Features of another type are left out and counted in `other_features`. Empty keeps all.
  std::string feature_type = gene_expression;
  /// The group to read where a file of Cell Ranger 2 has several.
  std::string genome = {};
  int threads = 1;  ///< that inflate
};

namespace hdf5 {

/// Names of cells or genes: strings, none of them empty, and for cells each but once.
inline std::vector<std::string> read_names(const array& from, const char* what, bool unique) {
  auto names = from.strings();
  if (names.empty()) from.where().fail(std::string("no ") + what + "s");
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (names[k].empty())
      from.where().fail("element " + std::to_string(k) + ": the " + what + " is empty");
    if (!unique) continue;
    const auto [first, fresh] = seen.emplace(names[k], k);
    if (!fresh)
      from.where().fail("element " + std::to_string(k) + ": " + what + " " + in_quotes(names[k]) +
                        " was already element " + std::to_string(first->second));
  }
  return names;
}

/// The group that holds a 10x matrix.
inline object tenx_matrix(const object& root, const std::string& genome) {
  if (auto matrix = root.find("matrix")) return *std::move(matrix);
  std::vector<std::string> genomes;
  for (const auto& name : root.names()) {
    const auto child = root.find(name);
    if (child && child->find("genes") && child->find("barcodes") && child->find("indptr"))
      genomes.push_back(name);
  }
  std::string all;
  for (const auto& name : genomes) all += (all.empty() ? "" : ", ") + name;
  if (genomes.empty())
    root.fail("is no 10x file: neither a group 'matrix' nor one with genes and barcodes" +
              std::string(root.find("obs") ? " (an AnnData file? these end in .h5ad)" : ""));
  if (!genome.empty() && root.find(genome)) return root.at(genome);
  if (!genome.empty()) root.fail("has no genome " + in_quotes(genome) + "; there are " + all);
  if (genomes.size() > 1) root.fail("has several genomes, of which one must be chosen: " + all);
  return root.at(genomes.front());
}

/// Names of the features of a 10x matrix. @param place is set to where their types are
inline features tenx_features(const object& matrix, std::string& place) {
  const auto strings_of = [&](const object& group, const char* name, std::size_t size) {
    const array from(group.at(name), 1);
    auto strings = from.strings();
    if (strings.size() != size)
      from.where().fail("has " + std::to_string(strings.size()) + " elements, expected " +
                        std::to_string(size) + ", one a feature");
    return strings;
  };
  features genes;
  place = matrix.file().name;
  if (const auto names = matrix.find("features")) {
    genes.ids = read_names({names->at("id"), 1}, "id", false);
    genes.symbols = strings_of(*names, "name", genes.ids.size());
    genes.types = strings_of(*names, "feature_type", genes.ids.size());
    place += ": " + names->path() + "/feature_type";
  } else {
    genes.ids = read_names({matrix.at("genes"), 1}, "id", false);
    genes.symbols = strings_of(matrix, "gene_names", genes.ids.size());
    genes.types.assign(genes.ids.size(), gene_expression);
  }
  return genes;
}

/// @throws io_error unless a 10x matrix is of so many features and barcodes.
inline void check_tenx_shape(const object& matrix, index genes, index cells) {
  const auto shape = array(matrix.at("shape"), 1).whole_numbers();
  if (shape != std::vector<std::int64_t>{genes, cells})
    matrix.at("shape").fail("is not " + std::to_string(genes) + " features x " +
                            std::to_string(cells) + " barcodes");
}

}  // namespace hdf5

/// Reads such a file, as `read_10x` reads the folder. Memory: 8 bytes a count.
/// @throws io_error naming the file and the path inside it.
inline dataset read_10x_h5(const std::filesystem::path& path,
                           const read_10x_h5_options& options = {}) {
  const hdf5::object root = hdf5::open(path);
  const hdf5::object matrix = hdf5::tenx_matrix(root, options.genome);
  dataset all;
  all.barcodes = hdf5::read_names({matrix.at("barcodes"), 1}, "barcode", true);
  std::string place;
  all.genes = hdf5::tenx_features(matrix, place);
  const auto cells = static_cast<index>(all.barcodes.size());
  hdf5::check_tenx_shape(matrix, all.genes.size(), cells);
  all.counts = hdf5::compressed_reader(matrix, hdf5::compressed_by::cell, cells, all.genes.size(),
                                       options.threads)
                   .read();
  return keep_feature_type(std::move(all), options.feature_type, place);
}

/// Settings of `write_10x_h5`.
struct write_10x_h5_options {
  int level = 4;                   ///< of deflate, 0 (none) to 9
  std::string genome = "unknown";  ///< what the file calls the genome of every feature
};

namespace hdf5 {

/// @throws std::invalid_argument unless there is a name for every gene and every cell
template <count_source Counts>
void check_names(const char* function, const Counts& counts, const features& genes,
                 std::span<const std::string> barcodes) {
  require(counts.genes() == genes.size(), function,
          "as many features as genes expected, got " + std::to_string(genes.size()) + " for " +
              std::to_string(counts.genes()));
  require(std::cmp_equal(counts.cells(), barcodes.size()), function,
          "as many barcodes as cells expected, got " + std::to_string(barcodes.size()) + " for " +
              std::to_string(counts.cells()));
}

}  // namespace hdf5

/// Writes a file as of Cell Ranger 3, whole or not at all; equal input gives equal bytes.
/// @param counts whole numbers >= 0, of any value type
/// @throws std::invalid_argument if the sizes differ; std::domain_error for a negative count;
///         io_error naming the path if it cannot be written.
template <count_source Counts>
void write_10x_h5(const std::filesystem::path& path, const Counts& counts, const features& genes,
                  std::span<const std::string> barcodes, const write_10x_h5_options& options = {}) {
  hdf5::check_names("write_10x_h5", counts, genes, barcodes);
  hdf5::output file(path);
  {
    const hdf5::handle root = file.root();
    const hdf5::handle matrix = file.group(root, "matrix");
    const hdf5::handle names = file.group(matrix, "features");
    file.fixed_texts(matrix, "barcodes", barcodes);
    file.fixed_texts(names, "id", genes.ids);
    file.fixed_texts(names, "name", genes.symbols);
    file.fixed_texts(names, "feature_type", genes.types);
    file.fixed_texts(names, "genome", std::vector<std::string>(genes.ids.size(), options.genome));
    const std::vector<std::string> tags{"genome"};
    file.fixed_texts(names, "_all_tag_keys", tags);
    const std::int32_t shape[2] = {static_cast<std::int32_t>(counts.genes()),
                                   static_cast<std::int32_t>(counts.cells())};
    const hdf5::handle extents = file.numbers(matrix, "shape", H5T_STD_I32LE, 2, 0, 0);
    file.fill(extents, 0, std::span<const std::int32_t>(shape));
    hdf5::compressed_writer rest(file, matrix, counts.nonzeros(), counts.cells(), options.level);
    rest.append(counts);
    rest.finish(matrix);
  }
  file.commit();
}

}  // namespace harmonium::inline v0_2::io
