// SPDX-License-Identifier: MIT
/// @file
/// MatrixMarket coordinate files of counts, genes x cells, plain or gzip. Needs zlib.
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/io/count_assembler.hpp"
#include "harmonium/io/line_reader.hpp"
#include "harmonium/io/text.hpp"

namespace harmonium::inline v0_2::io {

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

}  // namespace harmonium::inline v0_2::io
