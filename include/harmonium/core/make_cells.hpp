// SPDX-License-Identifier: MIT
/// @file
/// The loop behind every generator: cells made one by one, the same for any number of threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// Joins blocks of cells in their order, whichever are done first. Any thread may bring a block and
/// none waits: while one copies, the others leave theirs and go on making cells.
class joined_blocks {
 public:
  /// @param all gets the cells @param blocks how many will come
  joined_blocks(count_matrix<>& all, index blocks)
      : all_(&all), waiting_(static_cast<std::size_t>(blocks)) {}

  /// Every block once.
  void add(index block, count_matrix<> cells) {
    std::unique_lock lock(mutex_);
    waiting_[static_cast<std::size_t>(block)].emplace(std::move(cells));
    if (copying_) return;  // who copies will find it
    copying_ = true;
    for (; next_ < waiting_.size() && waiting_[next_]; ++next_) {
      const count_matrix<> here = *std::exchange(waiting_[next_], std::nullopt);
      lock.unlock();
      all_->append(here);
      lock.lock();
    }
    copying_ = false;
  }

 private:
  std::mutex mutex_;
  count_matrix<>* all_;  ///< changed only by the thread that copies
  std::vector<std::optional<count_matrix<>>> waiting_;
  std::size_t next_ = 0;
  bool copying_ = false;
};

/// Makes workers, which make cells: see `make_cells`.
template <class M>
concept maker_of_workers = requires(const M& make, random_engine& engine, count_matrix<>& out) {
  make()(engine, out);
};

/// `cells` cells, each from a random stream of its own. `make_worker()` gives a callable
/// `work(engine, out)` with whatever scratch it needs, used by one thread at a time; it pushes the
/// counts of one cell to `out`, genes ascending, and draws from `engine` only (stream i for cell
/// i).
/// @param watch sees the number of finished cells now and then (after every 256 of them, of many
///              cells after a 64th), always on the calling thread
/// @param rng   moves on by one word
/// @return the cells; the first few of them if `watch` said stop.
/// @throws std::invalid_argument if `cells` is negative, and whatever the workers throw; of several
///         exceptions any one.
template <executor Executor, maker_of_workers MakeWorker, observer Observer>
count_matrix<> make_cells(const Executor& run, index genes, index cells,
                          const MakeWorker& make_worker, Observer&& watch, random_engine& rng) {
  require(cells >= 0, "generate",
          "the number of cells must not be negative, got " + std::to_string(cells));
  const random_streams streams(rng);
  constexpr index block_size = 16;  // cells per worker
  // Cells between two looks of the observer, which all threads wait for: a 64th part.
  const index round = std::max<index>(16, cells / (64 * block_size)) * block_size;
  count_matrix<> all(genes);
  for (index first = 0; first < cells; first += round) {
    const index last = std::min(cells, first + round);
    joined_blocks joined(all, (last - first + block_size - 1) / block_size);
    // Whoever comes takes the next cells, so that they are done nearly in order and copied
    // meanwhile.
    std::atomic<index> next{0};
    for_each_range(run, last - first, block_size, [&](index, index) {
      const index block = next++, begin = first + block * block_size;
      auto work = make_worker();
      count_matrix<> own(genes);
      for (index cell = begin; cell < std::min(last, begin + block_size); ++cell) {
        random_engine engine = streams[static_cast<std::uint64_t>(cell)];
        work(engine, own);
        own.finish_cell();
      }
      joined.add(block, std::move(own));
    });
    // Room for the rest, should it be like the first cells: growing step by step would copy all
    // counts again and again, and hold them twice meanwhile.
    if (first == 0 && last < cells)
      all.reserve(cells, (all.nonzeros() / last + 1) * (cells + cells / 32));
    if (watch(progress{"generating cells", last, cells, {}}) == flow::stop) break;
  }
  return all;
}

}  // namespace harmonium::inline v0_2
