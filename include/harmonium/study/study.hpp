// SPDX-License-Identifier: MIT
/// @file
/// A study composed at compile time: which models, which metrics.
#pragma once

#include <concepts>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"
#include "harmonium/metrics/evaluate.hpp"
#include "harmonium/study/jobs.hpp"
#include "harmonium/study/study_model.hpp"
#include "harmonium/study/study_table.hpp"
#include "harmonium/study/sweep.hpp"

namespace harmonium::inline v0_2 {

/// The models of a study.
template <study_model... Models>
struct generators {};
/// The metrics of a study.
template <metric... Metrics>
struct metrics {};

/// Fits every model to every pilot, generates, and judges by every metric:
///
///     using pilot_study = study<generators<harmonium_model, bootstrap_model>,
///                               metrics<cluster_proportions, marginals>>;
///     const study_table found = pilot_study({.sizes = {96, 192}, .repeats = 5})
///                                   .run(thread_dealer(2), counts, labels, silent{});
///
/// Models with settings that have no default, such as `dbm_model<Stack, Sampler>`, are passed to
/// the constructor. Same figures for any dealer. `study_results` (study/study_results.hpp) is the
/// table as an xtensor. Cells get the labels of their nearest reference cells.
template <class Generators, class Metrics>
class study;

template <study_model... Models, metric... Metrics>
class study<generators<Models...>, metrics<Metrics...>> {
 public:
  explicit study(study_options options, Models... models)
      : options_(std::move(options)), models_{any_study_model::of(std::move(models))...} {}
  explicit study(study_options options) requires(sizeof...(Models) > 0 &&
                                                 (std::default_initializable<Models> && ...))
      : study(std::move(options), Models{}...) {}

  /// @param dealer who works, such as `thread_dealer(2)`
  /// @param counts the reference, cells x genes: `count_view<>` or `count_matrix<>`
  /// @param labels one per cell
  /// @param watch  sees finished fits; where it says stop, the rest of the table stays NaN
  /// @throws std::invalid_argument as `sweep`; std::runtime_error naming the fit if one fails.
  template <job_dealer Dealer, observer Observer>
  [[nodiscard]] study_table run(Dealer&& dealer, const count_view<>& counts,
                                std::span<const index> labels, Observer&& watch) const {
    const reference_cells reference(counts, labels);
    const sweep all(counts, {}, models_, options_);
    const study_judge judge = [&](const count_view<>& cells, random_engine&) {
      return evaluate(comparison(reference, cells), Metrics{}...);
    };
    std::vector<std::vector<study_score>> scores(static_cast<std::size_t>(all.jobs()));
    std::vector<index> jobs;
    for (index k = 0; k < all.jobs(); ++k) jobs.push_back(k);
    index done = 0;
    bool stopped = false;  // seen and set by the dealer's workers one at a time
    job_desk desk;
    desk.work = [&](index job) {
      scores[static_cast<std::size_t>(job)] = all.run(all.job(job), judge);
      return std::string();
    };
    desk.finish = [&](const job_outcome& outcome) {
      if (outcome.failed)
        throw std::runtime_error("fit " + all.name(all.job(outcome.job)) + ": " + outcome.text);
      ++done;
      stopped = watch(progress{"fits", done, all.jobs(), {}}) == flow::stop;
    };
    desk.go_on = [&] { return !stopped; };
    dealer.deal(jobs, desk);

    study_table table = all.table();
    for (const index job : jobs)
      table.add(all.job(job).size, all.job(job).repeat, scores[static_cast<std::size_t>(job)]);
    return table;
  }

 private:
  study_options options_;
  std::vector<any_study_model> models_;
};

}  // namespace harmonium::inline v0_2
