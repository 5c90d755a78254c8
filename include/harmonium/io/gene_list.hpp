// SPDX-License-Identifier: MIT
/// @file
/// Lists of genes: one id or symbol a line. Needs zlib.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/io/line_reader.hpp"
#include "harmonium/io/text.hpp"

namespace harmonium::inline v0_2::io {

/// Names as they stand in a file.
struct gene_list {
  std::string file;                 ///< for the text of errors
  std::vector<std::string> names;   ///< ids or symbols, in the order of the file
  std::vector<std::int64_t> lines;  ///< where each stands, 1-based
};

/// Reads a list of genes. What follows a tab is ignored, so a features.tsv will do; so are spaces
/// around a name and empty lines.
/// @throws io_error if there is no name.
inline gene_list read_gene_list(const std::filesystem::path& path) {
  line_reader reader(path);
  gene_list list{.file = path.string(), .names = {}, .lines = {}};
  for (std::string_view line; reader.next(line);) {
    line = line.substr(0, line.find('\t'));
    const std::size_t first = line.find_first_not_of(' ');
    if (first == std::string_view::npos) continue;
    list.names.emplace_back(line.substr(first, line.find_last_not_of(' ') + 1 - first));
    list.lines.push_back(reader.line());
  }
  if (list.names.empty()) reader.fail("no gene in this file");
  return list;
}

/// The genes of `all` that `list` names: by id, and where no id fits by symbol, of which there may
/// be several. Ascending and without repeats, as `select_genes` takes them.
/// @throws io_error naming the line of a gene that is not there.
inline std::vector<index> match_genes(const gene_list& list, const features& all) {
  std::unordered_multimap<std::string_view, std::size_t> ids;
  std::unordered_multimap<std::string_view, std::size_t> symbols;
  for (std::size_t k = 0; k < all.ids.size(); ++k) {
    ids.emplace(all.ids[k], k);
    symbols.emplace(all.symbols[k], k);
  }
  std::vector<bool> chosen(all.ids.size(), false);
  for (std::size_t n = 0; n < list.names.size(); ++n) {
    auto [first, last] = ids.equal_range(list.names[n]);
    if (first == last) std::tie(first, last) = symbols.equal_range(list.names[n]);
    if (first == last)
      throw io_error(list.file, list.lines[n],
                     "no gene has the id or symbol " + in_quotes(list.names[n]));
    for (; first != last; ++first) chosen[first->second] = true;
  }
  std::vector<index> columns;
  for (std::size_t k = 0; k < chosen.size(); ++k)
    if (chosen[k]) columns.push_back(static_cast<index>(k));
  return columns;
}

}  // namespace harmonium::inline v0_2::io
