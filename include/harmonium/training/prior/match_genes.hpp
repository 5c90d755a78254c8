// SPDX-License-Identifier: MIT
/// @file
/// The genes of one experiment among those of another.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Where the genes of a pilot stand among others.
struct gene_match {
  std::vector<index> place;  ///< of every gene of the pilot among the others; -1: not there
  index by_id = 0;           ///< genes found by their id
  index by_symbol = 0;       ///< genes found by their symbol alone

  [[nodiscard]] index matched() const noexcept { return by_id + by_symbol; }
  [[nodiscard]] index missing() const noexcept {
    return static_cast<index>(place.size()) - matched();
  }
};

/// Finds genes by id and, where no id fits, by symbol (of files that know no ids both are the
/// same). A name that the others have more than once finds nothing, since it could be any of them;
/// every gene is found once at most, ids first. Upper and lower case differ: mouse genes are not
/// human ones.
/// @throws std::invalid_argument unless there are as many symbols as ids.
inline gene_match match_genes(std::span<const std::string> ids,
                              std::span<const std::string> symbols,
                              std::span<const std::string> other_ids,
                              std::span<const std::string> other_symbols) {
  require(ids.size() == symbols.size() && other_ids.size() == other_symbols.size(), "match_genes",
          "there must be one symbol for each gene id");
  constexpr index ambiguous = -2;
  using places = std::unordered_map<std::string_view, index>;
  const auto places_of = [](std::span<const std::string> names) {
    places known;
    for (std::size_t k = 0; k < names.size(); ++k) {
      const auto [at, is_new] = known.try_emplace(names[k], static_cast<index>(k));
      if (!is_new) at->second = ambiguous;
    }
    return known;
  };
  gene_match match;
  match.place.assign(ids.size(), -1);
  std::vector<char> taken(other_ids.size(), 0);
  const auto find_by = [&](const places& known, std::span<const std::string> names, index& found) {
    for (std::size_t m = 0; m < names.size(); ++m) {
      if (match.place[m] >= 0) continue;
      const auto at = known.find(names[m]);
      if (at == known.end() || at->second < 0) continue;
      char& gone = taken[static_cast<std::size_t>(at->second)];
      if (gone) continue;
      gone = 1;
      match.place[m] = at->second;
      ++found;
    }
  };
  find_by(places_of(other_ids), ids, match.by_id);
  find_by(places_of(other_symbols), symbols, match.by_symbol);
  return match;
}

}  // namespace harmonium::inline v0_2
