// SPDX-License-Identifier: MIT
/// @file
/// The loop behind every generator: cells made one by one, the same for any number of threads.
#pragma once

#include <algorithm>
#include <concepts>
#include <string>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium {

/// `cells` cells, each from a random stream of its own. `make_worker()` gives a callable
/// `work(engine, out)` with whatever scratch it needs, used by one thread at a time; it pushes the
/// counts of one cell to `out`, genes ascending, and draws from `engine` only (stream i for cell
/// i).
/// @param watch sees the number of finished cells now and then, always on the calling thread
/// @param rng   moves on by one word
/// @return the cells; the first few of them if `watch` said stop.
/// @throws std::invalid_argument if `cells` is negative, and whatever the workers throw.
template <executor Executor, class MakeWorker, observer Observer>
requires std::invocable < std::invoke_result_t<const MakeWorker&>
&, random_engine&,
    count_matrix<>& > count_matrix<> make_cells(const Executor& run, index genes, index cells,
                                                const MakeWorker& make_worker, Observer&& watch,
                                                random_engine& rng) {
  require(cells >= 0, "generate",
          "the number of cells must not be negative, got " + std::to_string(cells));
  const random_streams streams(rng);
  constexpr index block_size = 16;          // cells per worker
  constexpr index round = 16 * block_size;  // cells between two looks of the observer
  count_matrix<> all(genes);
  for (index first = 0; first < cells; first += round) {
    const index last = std::min(cells, first + round);
    std::vector<count_matrix<>> blocks(round / block_size, count_matrix<>(genes));
    for_each_range(run, last - first, block_size, [&](index begin, index end) {
      auto work = make_worker();
      count_matrix<>& block = blocks[static_cast<std::size_t>(begin / block_size)];
      for (index cell = first + begin; cell < first + end; ++cell) {
        random_engine engine = streams[static_cast<std::uint64_t>(cell)];
        work(engine, block);
        block.finish_cell();
      }
    });
    for (const auto& block : blocks) all.append(block);
    if (watch(progress{"generating cells", last, cells, {}}) == flow::stop) break;
    // Growing by doubling would hold the counts twice for a moment; the first cells tell how many.
    if (first == 0)
      all.reserve(cells,
                  static_cast<index>(1.05 * static_cast<double>(all.nonzeros()) *
                                     static_cast<double>(cells) / static_cast<double>(last)));
  }
  return all;
}

}  // namespace harmonium
