// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// How often each count occurs in the cells of a component: all that inverse dispersions want to
/// know of cells without size factors.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/training/component_dispersions.hpp"
#include "harmonium/training/streamed/processes.hpp"
#include "harmonium/units/dispersion.hpp"

namespace harmonium::inline v0_2 {

/// Numbers of cells by gene, component and count. Memory: 60 bytes for a gene and component, and a
/// little for each larger count that occurs.
class count_histograms {
 public:
  count_histograms(index components, index genes)
      : components_(components),
        genes_(genes),
        cells_(static_cast<std::size_t>(components), 0.0),
        small_(static_cast<std::size_t>(components * genes) * limit, 0) {}

  [[nodiscard]] index components() const noexcept { return components_; }
  [[nodiscard]] index genes() const noexcept { return genes_; }
  /// Cells of every component.
  [[nodiscard]] std::span<const double> cells() const noexcept { return cells_; }

  template <class Cell>
  void add(const Cell& cell, index component) {
    cells_[static_cast<std::size_t>(component)] += 1;
    for (std::size_t k = 0; k < cell.genes.size(); ++k) {
      const auto place = static_cast<std::size_t>(cell.genes[k] * components_ + component);
      const auto count = static_cast<std::uint32_t>(cell.values[k]);
      if (count == 0) continue;
      if (count <= limit)
        ++small_[place * limit + count - 1];
      else
        ++large_[place << 32 | count];
    }
  }

  void add(const count_histograms& other) {
    for (std::size_t c = 0; c < cells_.size(); ++c) cells_[c] += other.cells_[c];
    for (std::size_t k = 0; k < small_.size(); ++k) small_[k] += other.small_[k];
    for (const auto& [key, cells] : other.large_) large_[key] += cells;
  }

  /// Those of all processes.
  template <training_processes Processes>
  void add_up(const Processes& all) {
    if (all.size() == 1) return;
    all.sum(cells_);
    std::vector<double> numbers(small_.begin(), small_.end());
    all.sum(numbers);
    for (std::size_t k = 0; k < small_.size(); ++k)
      small_[k] = static_cast<std::uint32_t>(numbers[k]);
    std::vector<std::int32_t> words;
    for (const auto& [key, cells] : large_) {
      words.push_back(static_cast<std::int32_t>(key >> 32));
      words.push_back(static_cast<std::int32_t>(key & 0x7fffffff));
      words.push_back(static_cast<std::int32_t>(cells));
    }
    words = all.gather(words);
    large_.clear();
    for (std::size_t k = 0; k < words.size(); k += 3)
      large_[static_cast<std::uint64_t>(words[k]) << 32 |
             static_cast<std::uint64_t>(words[k + 1])] += static_cast<std::uint32_t>(words[k + 2]);
  }

  /// Inverse dispersions as `fit_component_dispersions` finds them from the cells.
  /// @param mean components x genes @param start theta of every gene, where the search begins
  template <executor Executor>
  [[nodiscard]] component_dispersions dispersions(
      const Executor& run, const matrix<double>& mean, const vector<double>& start,
      const component_dispersion_options& options) const {
    component_dispersions result{start, matrix<double>(components_, genes_),
                                 std::vector<dispersion_status>(static_cast<std::size_t>(genes_))};
    std::vector<std::pair<std::uint64_t, std::uint32_t>> large(large_.begin(), large_.end());
    std::sort(large.begin(), large.end());
    const auto components = static_cast<std::size_t>(components_);
    for_each_range(run, genes_, 16, [&](index begin, index end) {
      dispersion_tally all;
      std::vector<dispersion_tally> parts(components);
      std::vector<double> nonzeros(components);
      for (index m = begin; m < end; ++m) {
        all.clear();
        for (std::size_t c = 0; c < components; ++c) {
          const auto place = static_cast<std::uint64_t>(m) * components + c;
          double total = 0;
          parts[c].clear();
          nonzeros[c] = 0;
          const auto count_in = [&](double count, double cells) {
            if (cells == 0) return;
            total += count * cells;
            nonzeros[c] += cells;
            for (dispersion_tally* to : {&all, &parts[c]}) to->add_count(count, cells);
          };
          for (std::size_t x = 1; x <= limit; ++x)
            count_in(static_cast<double>(x), small_[place * limit + x - 1]);
          auto at = std::lower_bound(large.begin(), large.end(),
                                     std::pair(place << 32, std::uint32_t{0}));
          for (; at != large.end() && at->first >> 32 == place; ++at)
            count_in(static_cast<double>(at->first & 0xffffffff), at->second);
          if (cells_[c] > 0)
            for (dispersion_tally* to : {&all, &parts[c]})
              to->add_cells(mean(static_cast<index>(c), m), cells_[c], total);
        }
        fit_gene_dispersions(all, parts, nonzeros, cells_, start[m], options, m, result);
      }
    });
    return result;
  }

 private:
  static constexpr std::size_t limit = 15;  ///< larger counts are listed by themselves

  index components_;
  index genes_;
  std::vector<double> cells_;
  std::vector<std::uint32_t> small_;  ///< by gene, component and count
  std::unordered_map<std::uint64_t, std::uint32_t> large_;
};

}  // namespace harmonium::inline v0_2
