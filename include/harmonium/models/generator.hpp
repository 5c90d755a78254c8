// SPDX-License-Identifier: MIT
/// @file
/// What makes cells: the contract of everything that was fitted to a pilot and can be asked for as
/// many synthetic cells as one likes.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium {

/// A fitted model of cells. `generate(n, rng)` yields n >= 0 cells over the pilot's genes, in the
/// pilot's order.
///
/// Laws: equal engines give equal cells, for every executor; whatever n is, `rng` moves on by the
/// same number of words; generating changes nothing in the model.
template <class G>
concept generator = requires(const G& model, index cells, random_engine& rng,
                             const serial_executor& serial, const thread_executor& threads) {
  { model.genes() } -> std::same_as<index>;
  { model.generate(cells, rng) } -> std::same_as<count_matrix<>>;
  { model.generate(serial, cells, rng) } -> std::same_as<count_matrix<>>;
  { model.generate(threads, cells, rng) } -> std::same_as<count_matrix<>>;
};

/// `cells` cells made one by one: `make(cell_engine, out)` pushes the counts of one cell to `out`
/// in ascending order of genes and draws from `cell_engine` only, which is stream i for cell i.
/// `rng` moves on by one word.
/// @throws std::invalid_argument if `cells` is negative, and whatever `make` throws.
template <executor Executor, class Make>
requires std::invocable < const Make&, random_engine&, count_matrix<>
& > count_matrix<> generate_by_cell(const Executor& run, index genes, index cells,
                                    random_engine& rng, const Make& make) {
  require(cells >= 0, "generate",
          "the number of cells must not be negative, got " + std::to_string(cells));
  constexpr index block_size = 64;
  const random_streams streams(rng);
  std::vector<count_matrix<>> blocks(
      static_cast<std::size_t>((cells + block_size - 1) / block_size), count_matrix<>(genes));
  for_each_range(run, cells, block_size, [&](index begin, index end) {
    count_matrix<>& block = blocks[static_cast<std::size_t>(begin / block_size)];
    for (index cell = begin; cell < end; ++cell) {
      random_engine cell_engine = streams[static_cast<std::uint64_t>(cell)];
      make(cell_engine, block);
      block.finish_cell();
    }
  });
  index nonzeros = 0;
  for (const auto& block : blocks) nonzeros += block.nonzeros();
  count_matrix<> all(genes);
  all.reserve(cells, nonzeros);
  for (auto& block : blocks) {
    all.append(block);
    block = count_matrix<>(genes);  // at most one copy of the cells at a time
  }
  return all;
}

}  // namespace harmonium
