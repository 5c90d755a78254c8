// SPDX-License-Identifier: MIT
/// @file
/// What makes cells: the contract of everything that was fitted to a pilot and can be asked for as
/// many synthetic cells as one likes.
#pragma once

#include <concepts>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/make_cells.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// A fitted model of cells. `generate(n, rng)` yields n >= 0 cells over the pilot's genes, in the
/// pilot's order; with an executor, on its threads; with an observer, watched.
///
/// Laws: equal engines give equal cells, for every executor and watched or not; whatever n is,
/// `rng` moves on by the same number of words; generating changes nothing in the model. The
/// observer is called on the calling thread; when it says stop, the cells are the first few.
/// @throws std::invalid_argument if n is negative.
template <class G>
concept generator = requires(const G& model, index cells, random_engine& rng,
                             const serial_executor& serial, const thread_executor& threads,
                             silent watch) {
  { model.genes() } -> std::same_as<index>;
  { model.generate(cells, rng) } -> std::same_as<count_matrix<>>;
  { model.generate(serial, cells, rng) } -> std::same_as<count_matrix<>>;
  { model.generate(threads, cells, rng) } -> std::same_as<count_matrix<>>;
  { model.generate(threads, cells, watch, rng) } -> std::same_as<count_matrix<>>;
};

/// `cells` cells made one by one by a `make(cell_engine, out)` that needs no scratch of its own;
/// see `make_cells`.
template <executor Executor, observer Observer, class Make>
count_matrix<> generate_by_cell(const Executor& run, index genes, index cells, Observer&& watch,
                                random_engine& rng, const Make& make) {
  return make_cells(
      run, genes, cells,
      [&make] { return [&make](auto& engine, auto& out) { make(engine, out); }; }, watch, rng);
}

}  // namespace harmonium::inline v0_2
