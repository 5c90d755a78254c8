// SPDX-License-Identifier: MIT
/// @file
/// Count tables as csv or tsv, plain or gzip: one row a cell (or a gene), names first. Needs zlib.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/io/line_reader.hpp"
#include "harmonium/io/output_file.hpp"
#include "harmonium/io/text.hpp"

namespace harmonium::inline v0_2::io {

/// What the rows of a table are.
enum class orientation { cells_by_genes, genes_by_cells };

/// The fields of one line. A field may stand in double quotes, within which separators count for
/// nothing and a doubled quote is a quote; a quoted field ends on its line.
class field_scanner {
 public:
  field_scanner(std::string_view line, char separator) : rest_(line), separator_(separator) {}

  /// The next field, unquoted; valid until the next call. False after the last, or if
  /// `complaint()` says why the line cannot be read on.
  bool next(std::string_view& field) {
    if (done_) return false;
    if (!rest_.empty() && rest_.front() == '"') return next_quoted(field);
    const std::size_t end = rest_.find(separator_);
    field = rest_.substr(0, end);
    advance(end);
    return true;
  }

  [[nodiscard]] const char* complaint() const noexcept { return complaint_; }

 private:
  bool next_quoted(std::string_view& field) {
    unquoted_.clear();
    std::size_t k = 1;
    for (;; ++k) {
      if (k >= rest_.size()) return give_up("a quote is not closed on this line");
      if (rest_[k] == '"') {
        if (k + 1 >= rest_.size() || rest_[k + 1] != '"') break;
        ++k;
      }
      unquoted_ += rest_[k];
    }
    ++k;
    if (k < rest_.size() && rest_[k] != separator_) return give_up("text after a closing quote");
    advance(k < rest_.size() ? k : std::string_view::npos);
    field = unquoted_;
    return true;
  }

  void advance(std::size_t separator) {
    done_ = separator == std::string_view::npos;
    if (!done_) rest_.remove_prefix(separator + 1);
  }

  bool give_up(const char* complaint) {
    complaint_ = complaint;
    done_ = true;
    return false;
  }

  std::string_view rest_;
  std::string unquoted_;
  const char* complaint_ = nullptr;
  char separator_;
  bool done_ = false;
};

/// The separator of the table `path`: comma for `.csv`, tab for any other name (before a `.gz`), if
/// the header has one outside quotes; otherwise the first of tab, comma and semicolon it has.
inline char table_separator(const std::filesystem::path& path, std::string_view header) {
  const auto file = path.filename();
  const auto ending = file.extension() == ".gz" ? file.stem().extension() : file.extension();
  const char named = ending == ".csv" ? ',' : '\t';
  for (const char candidate : {named, '\t', ',', ';'}) {
    bool quoted = false;
    for (const char c : header) {
      if (c == '"') quoted = !quoted;
      if (c == candidate && !quoted) return candidate;
    }
  }
  return named;
}

/// The counts of every row by column: `cells()` of the result are the columns.
template <count_source Counts>
auto transposed(const Counts& counts) {
  using value = typename Counts::value_type;
  std::vector<std::int64_t> pointers(static_cast<std::size_t>(counts.genes()) + 1, 0);
  for (index i = 0; i < counts.cells(); ++i)
    for (const auto gene : counts.cell(i).genes) ++pointers[static_cast<std::size_t>(gene) + 1];
  for (std::size_t k = 1; k < pointers.size(); ++k) pointers[k] += pointers[k - 1];
  std::vector<value> values(static_cast<std::size_t>(counts.nonzeros()));
  std::vector<std::int64_t> rows(values.size());
  std::vector<std::int64_t> next(pointers.begin(), pointers.end() - 1);
  for (index i = 0; i < counts.cells(); ++i) {
    const auto cell = counts.cell(i);
    for (std::size_t k = 0; k < cell.genes.size(); ++k) {
      const auto to = static_cast<std::size_t>(next[static_cast<std::size_t>(cell.genes[k])]++);
      values[to] = cell.values[k];
      rows[to] = i;
    }
  }
  return count_matrix<value, std::int64_t>(std::move(values), std::move(rows), std::move(pointers),
                                           counts.cells());
}

/// A table of counts with the names of its rows and columns, read row by row.
class table_reader {
 public:
  /// @throws io_error naming the line of what is malformed.
  explicit table_reader(const std::filesystem::path& path) : reader_(path) {
    std::string_view line;
    if (!reader_.next_row(line)) reader_.fail("the file holds empty lines only");
    separator_ = table_separator(path, line);
    read_header(line);
    const std::int64_t header_line = reader_.line();
    while (reader_.next_row(line)) read_row(line);
    if (row_names_.empty()) reader_.fail_at(header_line, "no rows below the header");
  }

  /// The counts as cells x genes; the reader is spent afterwards.
  dataset take(orientation layout) {
    const bool by_cell = layout == orientation::cells_by_genes;
    check_unique(by_cell ? row_names_ : column_names_, by_cell);
    dataset data;
    data.counts = by_cell ? std::move(counts_) : by_column();
    data.barcodes = std::move(by_cell ? row_names_ : column_names_);
    for (const std::string& name : by_cell ? column_names_ : row_names_)
      data.genes.push_back(name, name, gene_expression);
    return data;
  }

 private:
  void read_header(std::string_view line) {
    field_scanner fields(line, separator_);
    for (std::string_view field; fields.next(field);) column_names_.emplace_back(field);
    if (fields.complaint()) reader_.fail(fields.complaint());
  }

  /// The first row tells whether the header names the column of names too.
  void settle_columns(std::string_view line) {
    field_scanner fields(line, separator_);
    std::size_t count = 0;
    for (std::string_view field; fields.next(field);) ++count;
    if (count == column_names_.size()) column_names_.erase(column_names_.begin());
    if (column_names_.empty())
      reader_.fail_at(1,
                      "no columns of counts: expected names separated by tab, comma or semicolon");
    for (std::size_t k = 0; k < column_names_.size(); ++k)
      if (column_names_[k].empty())
        reader_.fail_at(1, "column " + std::to_string(k + 2) + " has no name");
    counts_ = count_matrix<>(static_cast<index>(column_names_.size()));
  }

  void read_row(std::string_view line) {
    if (row_names_.empty()) settle_columns(line);
    field_scanner fields(line, separator_);
    std::string_view field;
    std::size_t column = 0;
    if (fields.next(field)) {
      if (field.empty()) reader_.fail("the row has no name");
      row_names_.emplace_back(field);
    }
    for (; fields.next(field); ++column) {
      if (column == column_names_.size()) ragged(line);
      counts_.push_back(static_cast<index>(column), count(field, column));
    }
    if (fields.complaint()) reader_.fail(fields.complaint());
    if (column != column_names_.size()) ragged(line);
    counts_.finish_cell();
  }

  std::int32_t count(std::string_view field, std::size_t column) const {
    std::int32_t digits = 0;
    const char* const end = field.data() + field.size();
    if (read_digits(field.data(), end, digits) == end && !field.empty()) return digits;
    const std::size_t first = std::min(field.find_first_not_of(' '), field.size());
    const std::size_t last = field.find_last_not_of(' ');
    const parsed_number number = parse_count(field.substr(first, last + 1 - first));
    if (number.complaint)
      reader_.fail("count " + in_quotes(field) + " in column " + std::to_string(column + 2) + " (" +
                   in_quotes(column_names_[column]) + ") " + number.complaint);
    return static_cast<std::int32_t>(number.value);
  }

  [[noreturn]] void ragged(std::string_view line) const {
    field_scanner fields(line, separator_);
    std::size_t count = 0;
    for (std::string_view field; fields.next(field);) ++count;
    reader_.fail("expected a name and " + std::to_string(column_names_.size()) +
                 " counts as in the header, found " + std::to_string(count) + " fields");
  }

  void check_unique(const std::vector<std::string>& cells, bool rows) const {
    std::unordered_map<std::string_view, std::size_t> seen;
    for (std::size_t k = 0; k < cells.size(); ++k) {
      const auto [first, fresh] = seen.emplace(cells[k], k);
      if (fresh) continue;
      if (rows)
        reader_.fail_at(static_cast<std::int64_t>(k) + 2, "cell " + in_quotes(cells[k]) +
                                                              " was already on line " +
                                                              std::to_string(first->second + 2));
      reader_.fail_at(1, "cell " + in_quotes(cells[k]) + " names two columns");
    }
  }

  count_matrix<> by_column() {
    const auto flipped = transposed(std::exchange(counts_, count_matrix<>()));
    count_matrix<> counts(flipped.genes());
    counts.reserve(flipped.cells(), flipped.nonzeros());
    for (index i = 0; i < flipped.cells(); ++i) {
      const auto cell = flipped.cell(i);
      for (std::size_t k = 0; k < cell.size(); ++k) counts.push_back(cell.genes[k], cell.values[k]);
      counts.finish_cell();
    }
    return counts;
  }

  line_reader reader_;
  char separator_ = ',';
  std::vector<std::string> row_names_;
  std::vector<std::string> column_names_;
  count_matrix<> counts_;
};

/// Reads a csv or tsv of counts. The header names the columns, the first column the rows; the
/// header may leave out the name of that first column (as R writes it). Separator as
/// `table_separator`. Names and numbers may be quoted. Values are whole numbers in any notation.
/// Genes get their name as id and symbol and the type "Gene Expression"; their names may repeat,
/// cells' may not.
/// @throws io_error naming file and line for whatever is malformed.
inline dataset read_table(const std::filesystem::path& path, orientation layout) {
  return table_reader(path).take(layout);
}

/// Settings of `write_table`.
struct write_table_options {
  int level = 4;  ///< zlib's, 1 (fast) to 9 (small); ignored unless the name ends in `.gz`
};

/// Writes counts as a dense table: commas if the name ends in `.csv` or `.csv.gz`, else tabs; gzip
/// if it ends in `.gz`. Genes go by their ids. Names with separators or quotes are quoted.
/// @throws std::invalid_argument if the sizes differ or a name holds a newline; io_error naming the
///         path if it cannot be written.
template <count_source Counts>
void write_table(const std::filesystem::path& path, const Counts& counts, const features& genes,
                 std::span<const std::string> barcodes, orientation layout,
                 const write_table_options& options = {}) {
  require(counts.genes() == genes.size() && std::cmp_equal(counts.cells(), barcodes.size()),
          "write_table", "as many features as genes and as many barcodes as cells expected");
  const char separator = table_separator(path, "");
  output_file file(path, {.compress = path.extension() == ".gz", .level = options.level});

  const auto write_name = [&](const std::string& name) {
    require(name.find_first_of("\r\n") == std::string::npos, "write_table",
            "a newline in the name " + in_quotes(name));
    if (name.find(separator) == std::string::npos && name.find('"') == std::string::npos)
      return file.write(name);
    file.write('"');
    for (const char c : name) {
      if (c == '"') file.write('"');
      file.write(c);
    }
    file.write('"');
  };
  const auto write_rows = [&](const auto& rows, std::span<const std::string> row_names,
                              std::span<const std::string> column_names, std::string_view corner) {
    file.write(corner);
    for (const std::string& name : column_names) {
      file.write(separator);
      write_name(name);
    }
    file.write('\n');
    for (index i = 0; i < rows.cells(); ++i) {
      write_name(row_names[static_cast<std::size_t>(i)]);
      const auto row = rows.cell(i);
      std::size_t k = 0;
      for (index column = 0; column < rows.genes(); ++column) {
        file.write(separator);
        if (k < row.genes.size() && std::cmp_equal(row.genes[k], column))
          file.write(static_cast<std::int64_t>(row.values[k++]));
        else
          file.write('0');
      }
      file.write('\n');
    }
  };
  if (layout == orientation::cells_by_genes)
    write_rows(counts, barcodes, genes.ids, "barcode");
  else
    write_rows(transposed(counts), genes.ids, barcodes, "gene");
  file.commit();
}

/// The same for a data set as read.
inline void write_table(const std::filesystem::path& path, const dataset& data, orientation layout,
                        const write_table_options& options = {}) {
  write_table(path, data.counts, data.genes, data.barcodes, layout, options);
}

}  // namespace harmonium::inline v0_2::io
