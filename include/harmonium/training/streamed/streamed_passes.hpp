// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// What is done with the cells of a streamed training, each a pass over all of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/count_chunks.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/watched_executor.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/component_likelihood.hpp"
#include "harmonium/training/component_start.hpp"
#include "harmonium/training/streamed/carried_cells.hpp"
#include "harmonium/training/streamed/count_histograms.hpp"
#include "harmonium/training/streamed/exact_sums.hpp"
#include "harmonium/training/streamed/processes.hpp"
#include "harmonium/training/streamed/streamed_state.hpp"

namespace harmonium::inline v0_2 {

/// The cells, of which a process reads its part.
template <count_chunks Chunks, training_processes Processes>
struct streamed_cells {
  Chunks* chunks;
  Processes processes;
  index chunk_cells;
  std::vector<index> labels;  ///< of every cell, or none

  [[nodiscard]] index cells() const { return chunks->cells(); }
  [[nodiscard]] index genes() const { return chunks->genes(); }

  /// Calls `use(chunk, first)` for the chunks of this process; `first` is the number of its first
  /// cell. The executor is asked in between.
  template <executor Executor, class Use>
  void for_each_chunk(const Executor& run, Use&& use) const {
    const auto [begin, end] = part_of(processes, cells());
    for (index at = begin; at < end; at += chunk_cells) {
      look_up(run);
      use(chunks->read(at, std::min(end, at + chunk_cells)), at);
    }
    look_up(run);
  }

  /// Posterior probabilities of the components of all cells, parts of a chunk at the same time:
  /// `use(part, chunk, i, probabilities, log_probability)`, probabilities rounded for exact sums;
  /// after each chunk `then(chunk, first)`.
  template <executor Executor, class Use, class Then>
  void expect(const Executor& run, const streamed_state& state, const Use& use,
              const Then& then) const {
    const component_likelihood<no_size_factors> likelihood(state.mean, state.theta);
    const auto components = static_cast<std::size_t>(state.mean.rows());
    std::vector<double> log_weights(components);
    for (std::size_t c = 0; c < components; ++c)
      log_weights[c] = math::log(state.weights[static_cast<index>(c)]);
    for_each_chunk(run, [&](const count_matrix<>& chunk, index first) {
      const auto work = [&](index part) {
        std::vector<double> terms(components);
        for (index i = part * chunk.cells() / parts; i < (part + 1) * chunk.cells() / parts; ++i) {
          const auto cell = chunk.cell(i);
          likelihood.evaluate(cell, 1, terms);
          for (std::size_t c = 0; c < components; ++c) {
            terms[c] += log_weights[c];
            if (!labels.empty() && state.type[c] != labels[static_cast<std::size_t>(first + i)])
              terms[c] = -std::numeric_limits<double>::infinity();
          }
          const double total = math::log_sum_exp(std::span<const double>(terms));
          for (double& term : terms) term = to_millionth(math::exp(term - total));
          use(static_cast<std::size_t>(part), chunk, i, std::span<const double>(terms),
              total + likelihood.log_base_measure(cell, 1));
        }
      };
      run.for_each_block(parts, block_body(work));
      then(chunk, first);
    });
  }

  static constexpr index parts = 4;  ///< of a chunk, worked on at the same time
};

/// What the first pass finds.
struct first_look {
  vector<double> totals, largest;  ///< of every gene in all cells
  std::shared_ptr<const count_matrix<>> sample;
  std::vector<index> sample_labels;
};

/// Counts of the genes, and cells at random: about `most`, but 100 of each label that has them.
/// @throws std::invalid_argument without a count, or for a gene of 2^33 counts or more.
template <executor Executor, class Cells>
first_look look_first(const Executor& run, const Cells& all, index most, random_engine& rng) {
  auto kinds = cells_by_label(all.labels, all.cells());
  choose_cells(kinds, all.cells(), most, rng);
  std::vector<index> rows;
  for (const auto& kind : kinds) rows.insert(rows.end(), kind.cells.begin(), kind.cells.end());
  std::sort(rows.begin(), rows.end());
  first_look found{vector<double>::Zero(all.genes()), vector<double>::Zero(all.genes()), {}, {}};
  std::vector<carried_cell> taken;
  all.for_each_chunk(run, [&](const count_matrix<>& chunk, index first) {
    auto next = std::lower_bound(rows.begin(), rows.end(), first);
    for (index i = 0; i < chunk.cells(); ++i) {
      const auto cell = chunk.cell(i);
      for (std::size_t k = 0; k < cell.genes.size(); ++k) {
        const auto count = static_cast<double>(cell.values[k]);
        found.totals[cell.genes[k]] += count;
        found.largest[cell.genes[k]] = std::max(found.largest[cell.genes[k]], count);
      }
      if (next == rows.end() || *next != first + i) continue;
      ++next;
      taken.push_back({first + i,
                       0,
                       {cell.genes.begin(), cell.genes.end()},
                       {cell.values.begin(), cell.values.end()}});
    }
  });
  all.processes.sum(as_span(found.totals));
  all.processes.maximum(as_span(found.largest));
  require(all.genes() > 0 && found.totals.maxCoeff() > 0, "streamed_trainer",
          "the cells hold no counts at all");
  require(found.totals.maxCoeff() < 0x1p33, "streamed_trainer",
          "a gene has 2^33 counts or more, which cannot be summed exactly");
  found.sample = std::make_shared<const count_matrix<>>(
      counts_of(gathered(all.processes, taken), all.genes()));
  if (!all.labels.empty())
    for (const index row : rows)
      found.sample_labels.push_back(all.labels[static_cast<std::size_t>(row)]);
  return found;
}

/// Of the parts of this process, then of all processes.
template <class Cells>
component_sums added(const Cells& all, std::vector<component_sums> sums) {
  component_sums together = std::move(sums.front());
  for (std::size_t part = 1; part < sums.size(); ++part) together.add(sums[part]);
  all.processes.sum(as_span(together.cells));
  all.processes.sum(together.counts);
  all.processes.sum(std::span<double>(&together.log_likelihood, 1));
  return together;
}

/// The E-step.
template <executor Executor, class Cells>
component_sums expect_sums(const Executor& run, const Cells& all, const streamed_state& state) {
  std::vector<component_sums> sums(Cells::parts, component_sums(state.mean.rows(), all.genes()));
  all.expect(
      run, state,
      [&](std::size_t part, const count_matrix<>& chunk, index i, std::span<const double> shares,
          double log_probability) { sums[part].add(chunk.cell(i), shares, log_probability); },
      [](const count_matrix<>&, index) {});
  return added(all, std::move(sums));
}

/// What the last pass finds.
struct last_look {
  component_sums sums;
  count_histograms counts;           ///< of cells by their most probable component
  std::vector<carried_cell> chosen;  ///< of each of these, at random
};

/// An E-step, and all that inverse dispersions and the residual correlation are learned from.
/// @param most cells that are chosen of a component
template <executor Executor, class Cells>
last_look look_last(const Executor& run, const Cells& all, const streamed_state& state, index most,
                    std::uint64_t seed) {
  const index components = state.mean.rows();
  std::vector<component_sums> sums(Cells::parts, component_sums(components, all.genes()));
  std::vector<count_histograms> counts(Cells::parts, count_histograms(components, all.genes()));
  chosen_of_components chosen(components, most, seed);
  std::vector<index> best(static_cast<std::size_t>(std::min(all.chunk_cells, all.cells())));
  all.expect(
      run, state,
      [&](std::size_t part, const count_matrix<>& chunk, index i, std::span<const double> shares,
          double log_probability) {
        sums[part].add(chunk.cell(i), shares, log_probability);
        const index own = std::max_element(shares.begin(), shares.end()) - shares.begin();
        counts[part].add(chunk.cell(i), own);
        best[static_cast<std::size_t>(i)] = own;
      },
      [&](const count_matrix<>& chunk, index first) {
        for (index i = 0; i < chunk.cells(); ++i)
          chosen.add(first + i, best[static_cast<std::size_t>(i)], chunk.cell(i));
      });
  for (std::size_t part = 1; part < counts.size(); ++part) counts[0].add(counts[part]);
  counts[0].add_up(all.processes);
  return {added(all, std::move(sums)), std::move(counts[0]), chosen.of_all(all.processes)};
}

}  // namespace harmonium::inline v0_2
