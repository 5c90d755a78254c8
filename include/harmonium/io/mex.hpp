// SPDX-License-Identifier: MIT
/// @file
/// The 10x folder ("MEX"): `matrix.mtx`, `features.tsv` (or `genes.tsv` of Cell Ranger 2) and
/// `barcodes.tsv`, each plain or gzip. Needs zlib.
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/io/count_assembler.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/io/feature_types.hpp"
#include "harmonium/io/line_reader.hpp"
#include "harmonium/io/output_file.hpp"
#include "harmonium/io/text.hpp"

namespace harmonium::inline v0_2::io {

struct read_10x_options {
  /// Rows of features.tsv with another type are left out and counted in `other_features`. Empty
  /// keeps all rows.
  std::string feature_type = gene_expression;
};

struct write_10x_options {
  bool compress = true;
  int level = 4;    ///< zlib's, 1 (fast) to 9 (small); ignored unless `compress`
  int threads = 1;  ///< that compress; without effect on the bytes
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

/// A MatrixMarket coordinate file, genes x cells, 1-based, entry by entry. Integer and real fields
/// are read alike: every value must be a whole number.
class matrix_market_reader {
 public:
  /// Reads banner and sizes. @throws io_error unless it is a general coordinate matrix of numbers.
  explicit matrix_market_reader(const std::filesystem::path& path) : reader_(path) {
    std::string_view line;
    if (!reader_.next(line)) reader_.fail("the file is empty");
    check_banner(line);
    do {
      if (!reader_.next(line))
        reader_.fail_at(reader_.line() + 1, "the file ends before the line of sizes");
    } while (is_comment(line));
    const auto tokens = three_tokens(line, "expected the sizes: genes, cells and entries");
    genes_ = size(tokens[0], "number of genes");
    cells_ = size(tokens[1], "number of cells");
    entries_ = size(tokens[2], "number of entries");
  }

  [[nodiscard]] std::int64_t genes() const noexcept { return genes_; }
  [[nodiscard]] std::int64_t cells() const noexcept { return cells_; }
  [[nodiscard]] std::int64_t entries() const noexcept { return entries_; }
  [[nodiscard]] const line_reader& lines() const noexcept { return reader_; }

  /// No more entries than this can be in the file (plain), or are likely to be (gzip); entries may
  /// be announced by the billion in a file of a few bytes.
  [[nodiscard]] std::int64_t plausible_entries() const noexcept {
    constexpr std::int64_t shortest_entry = 6;  // "1 1 1\n"
    const auto& file = reader_.source();
    return std::min(entries_, file.file_size() / (file.compressed() ? 2 : shortest_entry) + 1);
  }

  /// Calls `entry(gene, cell, count)`, 0-based, for every entry in the order of the file.
  /// @throws io_error naming the line of what is malformed, out of range, missing or too many.
  template <class Entry>
  void for_each_entry(Entry&& entry) {
    std::string_view line;
    std::int64_t found = 0;
    std::array<std::int32_t, 3> numbers{};
    while (reader_.next(line)) {
      if (!read_plain_entry(line, numbers) && !read_any_entry(line, numbers)) continue;
      if (found == entries_)
        reader_.fail("more entries than the " + std::to_string(entries_) + " announced");
      if (numbers[0] < 1 || numbers[0] > genes_) out_of_range("gene", numbers[0], genes_);
      if (numbers[1] < 1 || numbers[1] > cells_) out_of_range("cell", numbers[1], cells_);
      ++found;
      entry(numbers[0] - 1, numbers[1] - 1, numbers[2]);
    }
    if (found < entries_)
      reader_.fail("the file ends after " + std::to_string(found) + " of the " +
                   std::to_string(entries_) + " entries announced");
  }

 private:
  static bool is_comment(std::string_view line) {
    return line.find_first_not_of(" \t") == std::string_view::npos || line.front() == '%';
  }

  void check_banner(std::string_view line) const {
    std::string banner(line);
    std::transform(banner.begin(), banner.end(), banner.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    std::vector<std::string_view> words;
    for (std::string_view rest = banner; !rest.empty();) {
      const std::size_t begin = std::min(rest.find_first_not_of(" \t"), rest.size());
      const std::size_t end = std::min(rest.find_first_of(" \t", begin), rest.size());
      if (end > begin) words.push_back(rest.substr(begin, end - begin));
      rest.remove_prefix(end);
    }
    if (words.empty() || words[0] != "%%matrixmarket")
      reader_.fail(
          "expected the banner '%%MatrixMarket matrix coordinate integer general', found " +
          in_quotes(line));
    const bool readable = words.size() == 5 && words[1] == "matrix" && words[2] == "coordinate" &&
                          (words[3] == "integer" || words[3] == "real") && words[4] == "general";
    if (!readable)
      reader_.fail("only 'matrix coordinate integer|real general' is read, found " +
                   in_quotes(line));
  }

  std::array<std::string_view, 3> three_tokens(std::string_view line, const char* expected) const {
    std::array<std::string_view, 3> tokens;
    std::size_t count = 0;
    std::size_t end = 0;
    for (;;) {
      const std::size_t begin = line.find_first_not_of(" \t", end);
      if (begin == std::string_view::npos) break;
      end = std::min(line.find_first_of(" \t", begin), line.size());
      if (count == 3) reader_.fail(std::string(expected) + ", found " + in_quotes(line));
      tokens[count++] = line.substr(begin, end - begin);
    }
    if (count < 3) reader_.fail(std::string(expected) + ", found " + in_quotes(line));
    return tokens;
  }

  std::int64_t position(std::string_view token, const char* what) const {
    const parsed_number number = parse_position(token);
    if (number.complaint)
      reader_.fail(std::string(what) + " " + in_quotes(token) + " " + number.complaint);
    return number.value;
  }

  std::int64_t size(std::string_view token, const char* what) const {
    const std::int64_t number = position(token, what);
    if (what != std::string_view("number of entries") &&
        number > std::numeric_limits<std::int32_t>::max())
      reader_.fail(std::string(what) + " " + in_quotes(token) +
                   " is too large: at most 2147483647");
    return number;
  }

  /// "12 34 5" and nothing else: nearly every line of nearly every file.
  static bool read_plain_entry(std::string_view line, std::array<std::int32_t, 3>& numbers) {
    const char* text = line.data();
    const char* const end = text + line.size();
    text = read_digits(text, end, numbers[0]);
    if (!text || text == end || *text != ' ') return false;
    text = read_digits(text + 1, end, numbers[1]);
    if (!text || text == end || *text != ' ') return false;
    return read_digits(text + 1, end, numbers[2]) == end;
  }

  /// Any other line: false for a comment, otherwise an entry in another notation or an error.
  bool read_any_entry(std::string_view line, std::array<std::int32_t, 3>& numbers) const {
    if (is_comment(line)) return false;
    const auto tokens = three_tokens(line, "expected gene, cell and count");
    const std::int64_t gene = position(tokens[0], "gene index");
    const std::int64_t cell = position(tokens[1], "cell index");
    if (gene > genes_) out_of_range("gene", gene, genes_);
    if (cell > cells_) out_of_range("cell", cell, cells_);
    const parsed_number count = parse_count(tokens[2]);
    if (count.complaint) reader_.fail("count " + in_quotes(tokens[2]) + " " + count.complaint);
    numbers = {static_cast<std::int32_t>(gene), static_cast<std::int32_t>(cell),
               static_cast<std::int32_t>(count.value)};
    return true;
  }

  [[noreturn]] void out_of_range(const char* what, std::int64_t number, std::int64_t last) const {
    reader_.fail(std::string(what) + " index " + std::to_string(number) +
                 " is out of range: expected 1 to " + std::to_string(last));
  }

  line_reader reader_;
  std::int64_t genes_ = 0;
  std::int64_t cells_ = 0;
  std::int64_t entries_ = 0;
};

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

/// Reads `path`, a matrix of `genes` x `cells`, as cells x genes.
/// @throws io_error as `matrix_market_reader`, for other sizes, and for an entry that occurs twice.
inline count_matrix<> read_matrix_market(const std::filesystem::path& path, index genes,
                                         index cells) {
  matrix_market_reader file(path);
  if (file.genes() != genes)
    file.lines().fail("the matrix has " + std::to_string(file.genes()) +
                      " genes (rows), the features file " + std::to_string(genes));
  if (file.cells() != cells)
    file.lines().fail("the matrix has " + std::to_string(file.cells()) +
                      " cells (columns), the barcodes file " + std::to_string(cells));
  count_assembler counts(cells, genes);
  counts.reserve(file.plausible_entries());
  file.for_each_entry([&](std::int32_t gene, std::int32_t cell, std::int32_t count) {
    counts.add(gene, cell, count);
  });
  return counts.finish([&](index gene, index cell) {
    // Only now is it worth knowing the line: find it by reading again.
    matrix_market_reader again(path);
    bool seen = false;
    again.for_each_entry([&](std::int32_t g, std::int32_t c, std::int32_t) {
      if (g != gene || c != cell) return;
      if (seen)
        again.lines().fail("the entry of gene " + std::to_string(gene + 1) + ", cell " +
                           std::to_string(cell + 1) + " occurs a second time");
      seen = true;
    });
    throw io_error(path.string(), 0, "an entry occurs twice");  // the file changed under our eyes
  });
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

  feature_file.commit();
  barcode_file.commit();
  matrix_file.commit();
  for (const char* name : {"matrix.mtx", "features.tsv", "barcodes.tsv"})
    std::filesystem::remove(folder / (name + other_ending), problem);
  for (const char* name : {"genes.tsv", "genes.tsv.gz"})
    std::filesystem::remove(folder / name, problem);
}

/// The same for a data set as read.
inline void write_10x(const std::filesystem::path& folder, const dataset& data,
                      const write_10x_options& options = {}) {
  write_10x(folder, data.counts, data.genes, data.barcodes, options);
}

}  // namespace harmonium::inline v0_2::io
