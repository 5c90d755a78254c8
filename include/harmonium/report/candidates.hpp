// SPDX-License-Identifier: MIT
/// @file
/// Submitted cells beside what they could at best and at worst be: fresh cells, copies, noise, and
/// models without structure, all judged alike.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "harmonium/analysis/label_transfer.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/evaluate.hpp"
#include "harmonium/metrics/evaluate_all.hpp"
#include "harmonium/models/baselines/bootstrap.hpp"
#include "harmonium/models/baselines/cluster_nb.hpp"
#include "harmonium/models/baselines/independent_nb.hpp"
#include "harmonium/models/baselines/noisy_replicate.hpp"
#include "harmonium/report/score_table.hpp"

namespace harmonium::inline v0_2 {

/// What the rows of the table are about.
namespace candidate {
inline constexpr std::string_view submitted = "synthetic";            ///< as many as of all others
inline constexpr std::string_view submitted_whole = "synthetic-all";  ///< all, against all cells
inline constexpr std::string_view fresh = "fresh-cells";  ///< real, and not judged against
inline constexpr std::string_view copies = "bootstrap";   ///< copies of pilot cells
inline constexpr std::string_view noisy = "noisy";  ///< the paper's noisy replicate of the pilot
inline constexpr std::string_view independent = "independent-nb";  ///< negative binomial genes
inline constexpr std::string_view clustered = "cluster-nb";        ///< the same within clusters
}  // namespace candidate

/// Settings of `compare_candidates`.
struct candidates_options {
  index repeats = 3;      ///< each with another split of the reference
  index cells = 0;        ///< of every candidate; 0: as many as all can give
  index components = 20;  ///< principal components in which cells are compared
  /// Where the reference cell is nearest whose label a candidate's cell takes. The layouts cost
  /// seconds a candidate.
  transfer_space transfer = transfer_space::pca;
  /// Rows of the reference that the generator was trained on; empty where unknown.
  std::vector<index> pilot = {};
};

/// What `compare_candidates` found.
struct candidates_result {
  score_table scores;        ///< a row per candidate, repeat and figure
  index cells = 0;           ///< of every candidate
  index judged_against = 0;  ///< cells of the reference in a repeat, the pilot's among them
  bool pilot_known = false;  ///< whether `pilot` was given
  bool finished = false;     ///< false: the observer stopped it, and rows are missing
};

/// The metrics of `compare_candidates` unless others are asked for.
struct all_metrics {
  evaluation operator()(const std::same_as<comparison> auto& pair) const {
    return evaluate_all(serial_executor{}, pair);
  }
};

/// Baselines fitted to a pilot.
struct fitted_baselines {
  bootstrap copies;            ///< the pilot's cells, drawn again
  noisy_replicate noisy;       ///< the pilot's cells with noise
  independent_nb independent;  ///< genes alone
  cluster_nb clustered;        ///< genes alone within clusters

  /// @param labels one per cell, >= 0
  template <executor Executor>
  static fitted_baselines fit(const Executor& run, const count_matrix<>& pilot,
                              std::span<const index> labels) {
    return {bootstrap::fit(pilot), noisy_replicate::fit(pilot), independent_nb::fit(run, pilot),
            cluster_nb::fit(run, pilot, labels)};
  }
};

/// Judges submitted cells and, by the same rules, fresh cells (the ceiling), the bootstrap of the
/// pilot (copies), the paper's noisy replicate, independent negative binomial genes, and negative
/// binomial genes per cluster.
///
/// A repeat splits the cells outside the pilot at random into halves: all candidates are judged
/// against the pilot and the first half; fresh cells are drawn from the second, which no other
/// candidate sees. Every candidate has the same number of cells, drawn anew in each repeat; labels
/// are transferred to all of them alike. Where the pilot is unknown, the second half stands in for
/// it, and candidates are judged against the first half alone (then cells that the generator was
/// trained on may be among those it is judged against, which rewards copying). Finally all
/// submitted cells are judged against the whole reference (`candidate::submitted_whole`, repeat 0).
///
/// Same for every executor; candidates run at the same time. `rng` moves on by one word.
/// @param reference cells x genes
/// @param labels    one per reference cell, >= 0
/// @param submitted cells x the same genes
/// @param judge     called for every candidate, at the same time: comparison -> evaluation
/// @param watch     sees candidates that are done; on the calling thread
/// @throws std::invalid_argument if shapes do not fit, an option is below its least value, a label
///         is negative, `cells` is more than there are, or fewer than 4 cells are outside the
///         pilot.
template <executor Executor, observer Observer, std::invocable<const comparison&> Judge>
candidates_result compare_candidates(const Executor& run, const count_view<>& reference,
                                     std::span<const index> labels, const count_view<>& submitted,
                                     const candidates_options& options, const Judge& judge,
                                     Observer&& watch, random_engine& rng) {
  const char* const here = "compare_candidates";
  require(options.repeats >= 1, here,
          "repeats must be at least 1, got " + std::to_string(options.repeats));
  require(options.cells >= 0, here, "cells must not be negative");
  require(submitted.cells() > 0, here, "there are no synthetic cells");
  for (const index label : labels) require(label >= 0, here, "a reference cell has no label");
  const reference_cells whole(reference, labels,
                              {.components = options.components, .pilot = options.pilot});
  candidates_result result;
  result.pilot_known = !options.pilot.empty();
  std::vector<index> outside(whole.fresh().begin(), whole.fresh().end());
  if (!result.pilot_known)
    for (index i = 0; i < reference.cells(); ++i) outside.push_back(i);
  require(outside.size() >= 4, here,
          "at least 4 reference cells outside the pilot are needed to tell what fresh cells score, "
          "got " +
              std::to_string(outside.size()));
  const auto half = static_cast<index>(outside.size() / 2);
  const index most = std::min(half, submitted.cells());
  require(options.cells <= most, here,
          "cells must be at most " + std::to_string(most) +
              ", the smaller of half the reference cells outside the pilot and the synthetic "
              "cells, got " +
              std::to_string(options.cells));
  result.cells = options.cells > 0 ? options.cells : most;
  result.judged_against =
      static_cast<index>(outside.size()) - half + static_cast<index>(options.pilot.size());

  const random_streams streams(rng);
  const auto fit = [&](std::span<const index> rows) {
    std::vector<index> own;
    for (const index row : rows) own.push_back(labels[static_cast<std::size_t>(row)]);
    return fitted_baselines::fit(run, select_cells(reference, rows), own);
  };
  std::optional<fitted_baselines> baselines;
  if (result.pilot_known) baselines.emplace(fit(options.pilot));

  constexpr index candidates = 6;
  const auto total = candidates * options.repeats + 1;
  const auto caller = std::this_thread::get_id();
  std::atomic<index> done{0};
  std::atomic<bool> stopped{false};
  const auto finish_one = [&] {
    ++done;
    if (std::this_thread::get_id() != caller) return;
    if (watch(progress{"judging candidates", done.load(), total, {}}) == flow::stop) stopped = true;
  };

  const auto judge_labelled = [&](const reference_cells& against, const count_view<>& cells,
                                  random_engine engine) {
    if (options.transfer == transfer_space::pca) return judge(comparison(against, cells));
    const auto transferred =
        transfer_labels(serial_executor{}, against.counts(), against.labels(), cells,
                        {.space = options.transfer, .components = options.components}, engine);
    return judge(comparison(against, cells, transferred));
  };

  evaluation of_all;
  for (index repeat = 1; repeat <= options.repeats; ++repeat) {
    random_engine own = streams[static_cast<std::uint64_t>(repeat)];
    const random_streams drawn(own);
    random_engine splitting = drawn[0];
    draw::shuffle(std::span(outside), splitting);
    const auto second = std::span<const index>(outside).first(static_cast<std::size_t>(half));
    std::vector<index> rows = options.pilot;
    rows.insert(rows.end(), outside.begin() + half, outside.end());
    std::vector<index> row_labels, pilot;
    for (const index row : rows) row_labels.push_back(labels[static_cast<std::size_t>(row)]);
    for (std::size_t k = 0; k < options.pilot.size(); ++k) pilot.push_back(static_cast<index>(k));
    const auto known = select_cells(reference, std::span<const index>(rows));
    const reference_cells judged(known, row_labels,
                                 {.components = options.components, .pilot = std::move(pilot)});
    if (!result.pilot_known) baselines.emplace(fit(second));

    const std::array<std::pair<std::string_view, std::function<count_matrix<>(random_engine&)>>,
                     candidates>
        makers{
            {{candidate::submitted,
              [&](random_engine& engine) {
                const auto taken =
                    draw::sample_without_replacement(submitted.cells(), result.cells, engine);
                return select_cells(submitted, std::span<const index>(taken));
              }},
             {candidate::fresh,
              [&](random_engine&) {  // in random order already
                return select_cells(reference,
                                    second.first(static_cast<std::size_t>(result.cells)));
              }},
             {candidate::copies,
              [&](random_engine& e) { return baselines->copies.generate(result.cells, e); }},
             {candidate::noisy,
              [&](random_engine& e) { return baselines->noisy.generate(result.cells, e); }},
             {candidate::independent,
              [&](random_engine& e) { return baselines->independent.generate(result.cells, e); }},
             {candidate::clustered,
              [&](random_engine& e) { return baselines->clustered.generate(result.cells, e); }}}};
    std::array<evaluation, candidates> found;
    run.for_each_block(candidates + (repeat == 1 ? 1 : 0), [&](index k) {
      if (stopped) return;
      if (k == candidates) {
        of_all = judge_labelled(whole, submitted, drawn[candidates + 1]);
        return finish_one();
      }
      random_engine engine = drawn[static_cast<std::uint64_t>(k) + 1];
      const auto cells = makers[static_cast<std::size_t>(k)].second(engine);
      found[static_cast<std::size_t>(k)] = judge_labelled(judged, cells, engine);
      finish_one();
    });
    if (stopped) return result;
    (void)watch(progress{"judging candidates", done.load(), total, {}});
    for (std::size_t k = 0; k < makers.size(); ++k)
      result.scores.add(makers[k].first, repeat, found[k]);
  }
  result.scores.add(candidate::submitted_whole, 0, of_all);
  result.finished = true;
  return result;
}

/// The same by all metrics, unwatched.
template <executor Executor>
candidates_result compare_candidates(const Executor& run, const count_view<>& reference,
                                     std::span<const index> labels, const count_view<>& submitted,
                                     const candidates_options& options, random_engine& rng) {
  return compare_candidates(run, reference, labels, submitted, options, all_metrics{}, silent{},
                            rng);
}

}  // namespace harmonium::inline v0_2
