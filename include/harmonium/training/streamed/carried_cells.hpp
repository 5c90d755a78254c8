// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Cells that are taken out of chunks and kept, and how they travel between processes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/training/streamed/processes.hpp"

namespace harmonium::inline v0_2 {

/// A cell of many, with what it is known by.
struct carried_cell {
  index number = 0;     ///< among all cells
  index component = 0;  ///< where it is known
  std::vector<std::int32_t> genes;
  std::vector<std::int32_t> values;
};

/// The cells of all processes, in the order of their numbers.
template <training_processes Processes>
std::vector<carried_cell> gathered(const Processes& all, const std::vector<carried_cell>& own) {
  constexpr std::size_t head = 4;  // number in two words, component, counts
  std::vector<std::int32_t> words;
  for (const carried_cell& cell : own) {
    words.push_back(static_cast<std::int32_t>(cell.number >> 31));
    words.push_back(static_cast<std::int32_t>(cell.number & 0x7fffffff));
    words.push_back(static_cast<std::int32_t>(cell.component));
    words.push_back(static_cast<std::int32_t>(cell.genes.size()));
    words.insert(words.end(), cell.genes.begin(), cell.genes.end());
    words.insert(words.end(), cell.values.begin(), cell.values.end());
  }
  words = all.gather(words);
  std::vector<carried_cell> cells;
  for (std::size_t at = 0; at < words.size();) {
    const auto counts = static_cast<std::size_t>(words[at + 3]);
    const std::int32_t* genes = words.data() + at + head;
    cells.push_back({index{words[at]} << 31 | index{words[at + 1]},
                     words[at + 2],
                     {genes, genes + counts},
                     {genes + counts, genes + 2 * counts}});
    at += head + 2 * counts;
  }
  std::sort(cells.begin(), cells.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  return cells;
}

/// Their counts, a row each.
inline count_matrix<> counts_of(const std::vector<carried_cell>& cells, index genes) {
  count_matrix<> counts(genes);
  for (const carried_cell& cell : cells) {
    for (std::size_t k = 0; k < cell.genes.size(); ++k)
      counts.push_back(cell.genes[k], cell.values[k]);
    counts.finish_cell();
  }
  return counts;
}

/// At most so many cells of each component, chosen at random: those with the least of random
/// numbers that belong to the cells, so that neither order nor processes matter.
class chosen_of_components {
 public:
  chosen_of_components(index components, index most, std::uint64_t seed)
      : most_(static_cast<std::size_t>(most)),
        seed_(seed),
        cells_(static_cast<std::size_t>(components)) {}

  template <class Cell>
  void add(index number, index component, const Cell& cell) {
    auto& own = cells_[static_cast<std::size_t>(component)];
    const std::uint64_t lot = random_engine(seed_, static_cast<std::uint64_t>(number))();
    const std::pair key(lot, number);
    if (own.size() == most_) {
      if (own.front().first < key) return;
      std::pop_heap(own.begin(), own.end(), by_key);
      own.pop_back();
    }
    own.emplace_back(key, carried_cell{number,
                                       component,
                                       {cell.genes.begin(), cell.genes.end()},
                                       {cell.values.begin(), cell.values.end()}});
    std::push_heap(own.begin(), own.end(), by_key);
  }

  /// Those of all processes together, in the order of their numbers.
  template <training_processes Processes>
  [[nodiscard]] std::vector<carried_cell> of_all(const Processes& all) const {
    chosen_of_components merged(std::ssize(cells_), static_cast<index>(most_), seed_);
    for (const carried_cell& cell : gathered(all, list()))
      merged.add(cell.number, cell.component, cell);
    auto chosen = merged.list();
    std::sort(chosen.begin(), chosen.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
    return chosen;
  }

 private:
  using entry = std::pair<std::pair<std::uint64_t, index>, carried_cell>;
  static bool by_key(const entry& a, const entry& b) { return a.first < b.first; }

  [[nodiscard]] std::vector<carried_cell> list() const {
    std::vector<carried_cell> all;
    for (const auto& own : cells_)
      for (const auto& [key, cell] : own) all.push_back(cell);
    return all;
  }

  std::size_t most_;
  std::uint64_t seed_;
  std::vector<std::vector<entry>> cells_;  ///< heaps, the largest key first
};

}  // namespace harmonium::inline v0_2
