// SPDX-License-Identifier: MIT
/// @file
/// Cell labels: `labels.tsv` with the header `barcode<TAB>label`, or a column of a wider table of
/// cells, joined by barcode. Needs zlib.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/io/line_reader.hpp"
#include "harmonium/io/output_file.hpp"
#include "harmonium/io/text.hpp"

namespace harmonium::inline v0_2::io {

/// Labels as they stand in a file.
struct label_table {
  std::string file;                   ///< for the text of errors
  std::vector<std::string> barcodes;  ///< unique
  std::vector<std::string> labels;    ///< as many as `barcodes`
};

/// Reads labels; the first column are barcodes.
/// @param column name of the column that is read; empty: the second, which must be `label`
/// @throws io_error for a header without them, a row with fewer columns than the header, an empty
///         or repeated barcode, an empty label, or no rows.
inline label_table read_labels(const std::filesystem::path& path, std::string_view column = {}) {
  line_reader reader(path);
  label_table table{.file = path.string(), .barcodes = {}, .labels = {}};
  std::unordered_map<std::string, std::int64_t> seen;
  std::vector<std::string_view> fields;
  std::string_view line;
  (void)reader.next(line);
  split(line, '\t', fields);
  std::size_t at = 1;
  if (column.empty()) {
    if (fields.size() < 2 || fields[0] != "barcode" || fields[1] != "label")
      reader.fail("expected the header 'barcode<TAB>label', found " + in_quotes(line));
  } else {
    if (fields.empty() || fields[0] != "barcode")
      reader.fail("expected a header that begins with 'barcode', found " + in_quotes(line));
    at = static_cast<std::size_t>(std::find(fields.begin(), fields.end(), column) - fields.begin());
    if (at == fields.size())
      reader.fail("has no column " + in_quotes(column) + " in its header " + in_quotes(line));
  }
  const std::size_t columns = fields.size();
  while (reader.next_row(line)) {
    split(line, '\t', fields);
    if (fields.size() != columns)
      reader.fail("expected " + std::to_string(columns) + " columns as in the header, found " +
                  std::to_string(fields.size()));
    if (fields[0].empty()) reader.fail("the barcode is empty");
    if (fields[at].empty()) reader.fail("the label of " + in_quotes(fields[0]) + " is empty");
    table.barcodes.emplace_back(fields[0]);
    table.labels.emplace_back(fields[at]);
    const auto [first, fresh] = seen.emplace(table.barcodes.back(), reader.line());
    if (!fresh)
      reader.fail("barcode " + in_quotes(fields[0]) + " was already on line " +
                  std::to_string(first->second));
  }
  if (table.barcodes.empty()) reader.fail("no labels below the header");
  return table;
}

/// Labels of given cells.
struct joined_labels {
  std::vector<std::string> labels;  ///< one per cell, in the cells' order
  index unused = 0;                 ///< barcodes of the table that no cell has
};

/// Finds every cell's label by its barcode; the orders need not agree.
/// @throws io_error naming the first cell without a label, and how many there are.
inline joined_labels join_labels(const label_table& table, std::span<const std::string> barcodes) {
  std::unordered_map<std::string_view, std::size_t> rows;
  for (std::size_t k = 0; k < table.barcodes.size(); ++k) rows.emplace(table.barcodes[k], k);
  joined_labels joined;
  joined.labels.reserve(barcodes.size());
  std::vector<bool> used(table.barcodes.size(), false);
  const std::string* first_missing = nullptr;
  index missing = 0;
  for (const std::string& barcode : barcodes) {
    const auto row = rows.find(barcode);
    if (row == rows.end()) {
      if (!first_missing) first_missing = &barcode;
      ++missing;
      continue;
    }
    used[row->second] = true;
    joined.labels.push_back(table.labels[row->second]);
  }
  if (first_missing)
    throw io_error(table.file, 0,
                   "no label for cell " + in_quotes(*first_missing) + " (" +
                       std::to_string(missing) + " of " + std::to_string(barcodes.size()) +
                       " cells have none)");
  for (const bool taken : used) joined.unused += taken ? 0 : 1;
  return joined;
}

/// Writes labels, gzip if the name ends in `.gz`.
/// @throws std::invalid_argument if the sizes differ, or a name is empty or holds a tab or newline;
///         io_error naming the path if it cannot be written.
inline void write_labels(const std::filesystem::path& path, std::span<const std::string> barcodes,
                         std::span<const std::string> labels) {
  require(barcodes.size() == labels.size(), "write_labels",
          "as many labels as barcodes expected, got " + std::to_string(labels.size()) + " for " +
              std::to_string(barcodes.size()));
  output_file file(path, {.compress = path.extension() == ".gz"});
  file.write("barcode\tlabel\n");
  for (std::size_t k = 0; k < barcodes.size(); ++k) {
    for (const std::string* name : {&barcodes[k], &labels[k]})
      require(!name->empty() && name->find_first_of("\t\r\n") == std::string::npos, "write_labels",
              "an empty name, or a tab or newline in it: " + in_quotes(*name));
    file.write(barcodes[k]);
    file.write('\t');
    file.write(labels[k]);
    file.write('\n');
  }
  file.commit();
}

}  // namespace harmonium::inline v0_2::io
