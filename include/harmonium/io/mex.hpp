// SPDX-License-Identifier: MIT
/// @file
/// The 10x folder ("MEX"): `matrix.mtx`, `features.tsv` (or `genes.tsv` of Cell Ranger 2) and
/// `barcodes.tsv`, each plain or gzip. Needs zlib.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/io/feature_types.hpp"
#include "harmonium/io/line_reader.hpp"
#include "harmonium/io/matrix_market.hpp"
#include "harmonium/io/output_file.hpp"
#include "harmonium/io/text.hpp"

namespace harmonium::inline v0_2::io {

/// Settings of `read_10x`.
struct read_10x_options {
  /// Rows of features.tsv with another type are left out and counted in `other_features`. Empty
  /// keeps all rows.
  std::string feature_type = gene_expression;
};

/// Settings of `write_10x`.
struct write_10x_options {
  bool compress = true;  ///< files end in .gz, as Cell Ranger's do from version 3 on
  int level = 4;         ///< zlib's, 1 (fast) to 9 (small); ignored unless `compress`
  int threads = 1;       ///< that compress; without effect on the bytes
};

/// `features.tsv` (id, symbol, type; further columns are ignored) or, told by its name, `genes.tsv`
/// (id, symbol).
/// @throws io_error for a missing column, an empty id, or no rows.
inline features read_features(const std::filesystem::path& path) {
  const bool typed = !path.filename().string().starts_with("genes.tsv");
  line_reader reader(path);
  features genes;
  std::string_view line;
  std::vector<std::string_view> fields;
  while (reader.next_row(line)) {
    split(line, '\t', fields);
    if (fields.size() < (typed ? 3 : 2))
      reader.fail(std::string(typed ? "expected id, symbol and type" : "expected id and symbol") +
                  " with tabs between, found " + std::to_string(fields.size()) + " column" +
                  (fields.size() == 1 ? "" : "s"));
    if (fields[0].empty()) reader.fail("the id is empty");
    genes.push_back(std::string(fields[0]), std::string(fields[1]),
                    typed ? std::string(fields[2]) : gene_expression);
  }
  if (genes.size() == 0) reader.fail("no features");
  return genes;
}

/// `barcodes.tsv`: the first column names the cells.
/// @throws io_error for an empty or repeated barcode, or none at all.
inline std::vector<std::string> read_barcodes(const std::filesystem::path& path) {
  line_reader reader(path);
  std::vector<std::string> barcodes;
  std::unordered_map<std::string, std::int64_t> seen;
  std::string_view line;
  while (reader.next_row(line)) {
    barcodes.emplace_back(line.substr(0, line.find('\t')));
    if (barcodes.back().empty()) reader.fail("the barcode is empty");
    const auto [first, fresh] = seen.emplace(barcodes.back(), reader.line());
    if (!fresh)
      reader.fail("barcode " + in_quotes(barcodes.back()) + " was already on line " +
                  std::to_string(first->second));
  }
  if (barcodes.empty()) reader.fail("no barcodes");
  return barcodes;
}

/// The file `folder/name` or `folder/name.gz`; where both exist, the plain one, which reads faster
/// (`write_10x` leaves no second one behind).
/// @param names tried in this order
/// @throws io_error if there is none.
inline std::filesystem::path find_in_folder(const std::filesystem::path& folder,
                                            std::span<const std::string_view> names) {
  std::string tried;
  for (const std::string_view name : names) {
    for (const std::string_view ending : {"", ".gz"}) {
      auto path = folder / (std::string(name) + std::string(ending));
      std::error_code ignored;
      if (std::filesystem::exists(path, ignored)) return path;
    }
    tried += (tried.empty() ? "" : ", ") + std::string(name) + "[.gz]";
  }
  throw io_error(folder.string(), 0, "no such file in this folder: " + tried);
}

/// Reads a 10x folder. Entries may come in any order; explicit zeros are dropped; genes and cells
/// without any count stay. Cost: one pass; 8 bytes per entry if they come in order, else 20.
/// @return counts (cells x genes), genes, barcodes, and which rows were left out.
/// @throws io_error naming file and line for whatever is malformed.
inline dataset read_10x(const std::filesystem::path& folder, const read_10x_options& options = {}) {
  std::error_code ignored;
  if (!std::filesystem::exists(folder, ignored))
    throw io_error(folder.string(), 0, "no such folder");
  if (!std::filesystem::is_directory(folder, ignored))
    throw io_error(folder.string(), 0, "is a file, a 10x folder was expected");
  constexpr std::array<std::string_view, 1> matrix_names{"matrix.mtx"};
  constexpr std::array<std::string_view, 2> feature_names{"features.tsv", "genes.tsv"};
  constexpr std::array<std::string_view, 1> barcode_names{"barcodes.tsv"};
  const auto matrix_path = find_in_folder(folder, matrix_names);
  const auto features_path = find_in_folder(folder, feature_names);

  dataset all;
  all.genes = read_features(features_path);
  all.barcodes = read_barcodes(find_in_folder(folder, barcode_names));
  all.counts =
      read_matrix_market(matrix_path, all.genes.size(), static_cast<index>(all.barcodes.size()));

  return keep_feature_type(std::move(all), options.feature_type, features_path.string());
}

/// Writes a 10x folder (made where missing): matrix.mtx, features.tsv and barcodes.tsv, with `.gz`
/// if compressed. All three are written beside their place and then renamed; after that the other
/// spellings of the same three files (plain or gzip, genes.tsv), stale now, are removed.
/// Equal input gives equal bytes. Measured on one core with pbmc3k's full matrix: uncompressed
/// about 500 MB/s of text; gzip at the default level 4 about 75 MB/s into 0.28 of the size (level
/// 1: 125 MB/s, 0.32; level 6: 26 MB/s, 0.26).
/// @param counts whole numbers >= 0, of any value type; validate foreign data first
/// @throws std::invalid_argument if the sizes differ or a name holds a tab or a newline;
///         std::domain_error for a negative count; io_error naming the path if it cannot be
///         written.
template <count_source Counts>
void write_10x(const std::filesystem::path& folder, const Counts& counts, const features& genes,
               std::span<const std::string> barcodes, const write_10x_options& options = {}) {
  require(counts.genes() == genes.size(), "write_10x",
          "as many features as genes expected, got " + std::to_string(genes.size()) + " for " +
              std::to_string(counts.genes()));
  require(std::cmp_equal(counts.cells(), barcodes.size()), "write_10x",
          "as many barcodes as cells expected, got " + std::to_string(barcodes.size()) + " for " +
              std::to_string(counts.cells()));
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) throw io_error(folder.string(), 0, "cannot be made: " + problem.message());

  const output_options how{
      .compress = options.compress, .level = options.level, .threads = options.threads};
  const std::string ending = options.compress ? ".gz" : "";
  const std::string other_ending = options.compress ? "" : ".gz";
  const auto write_name = [](output_file& file, const std::string& name) {
    require(name.find_first_of("\t\r\n") == std::string::npos, "write_10x",
            "a tab or newline in the name " + in_quotes(name));
    file.write(name);
  };

  output_file feature_file(folder / ("features.tsv" + ending), how);
  for (std::size_t gene = 0; gene < genes.ids.size(); ++gene) {
    write_name(feature_file, genes.ids[gene]);
    feature_file.write('\t');
    write_name(feature_file, genes.symbols[gene]);
    feature_file.write('\t');
    write_name(feature_file, genes.types[gene]);
    feature_file.write('\n');
  }
  feature_file.finish();

  output_file barcode_file(folder / ("barcodes.tsv" + ending), how);
  for (const std::string& barcode : barcodes) {
    write_name(barcode_file, barcode);
    barcode_file.write('\n');
  }
  barcode_file.finish();

  output_file matrix_file(folder / ("matrix.mtx" + ending), how);
  matrix_file.write("%%MatrixMarket matrix coordinate integer general\n");
  matrix_file.write(counts.genes());
  matrix_file.write(' ');
  matrix_file.write(counts.cells());
  matrix_file.write(' ');
  matrix_file.write(counts.nonzeros());
  matrix_file.write('\n');
  for (index i = 0; i < counts.cells(); ++i) {
    const auto cell = counts.cell(i);
    const std::string middle = " " + std::to_string(i + 1) + " ";
    for (std::size_t k = 0; k < cell.genes.size(); ++k) {
      const auto count = static_cast<std::int64_t>(cell.values[k]);
      if (count < 0)
        throw std::domain_error("write_10x: cell " + std::to_string(i) +
                                " has the negative count " + std::to_string(count));
      matrix_file.write(static_cast<std::int64_t>(cell.genes[k]) + 1);
      matrix_file.write(middle);
      matrix_file.write(count);
      matrix_file.write('\n');
    }
  }
  matrix_file.finish();

  // What these three replace under other names. Listed before the first rename: from there on
  // nothing asks for memory, and nothing but a rename can fail.
  std::vector<std::filesystem::path> others;
  for (const char* name : {"matrix.mtx", "features.tsv", "barcodes.tsv"})
    others.push_back(folder / (name + other_ending));
  for (const char* name : {"genes.tsv", "genes.tsv.gz"}) others.push_back(folder / name);
  feature_file.commit();
  barcode_file.commit();
  matrix_file.commit();
  for (const auto& other : others) std::filesystem::remove(other, problem);
}

/// The same for a data set as read.
inline void write_10x(const std::filesystem::path& folder, const dataset& data,
                      const write_10x_options& options = {}) {
  write_10x(folder, data.counts, data.genes, data.barcodes, options);
}

}  // namespace harmonium::inline v0_2::io
