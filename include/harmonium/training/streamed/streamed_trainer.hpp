// SPDX-License-Identifier: MIT
/// @file
/// Training of the recommended model on cells that are too many for memory.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/count_chunks.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/categorical_em.hpp"
#include "harmonium/training/categorical_fit.hpp"
#include "harmonium/training/categorical_steps.hpp"
#include "harmonium/training/component_dispersions.hpp"
#include "harmonium/training/empirical_bayes_means.hpp"
#include "harmonium/training/residuals/low_rank_copula.hpp"
#include "harmonium/training/residuals/residual_policy.hpp"
#include "harmonium/training/residuals/residual_trainer.hpp"
#include "harmonium/training/streamed/carried_cells.hpp"
#include "harmonium/training/streamed/exact_sums.hpp"
#include "harmonium/training/streamed/processes.hpp"
#include "harmonium/training/streamed/streamed_options.hpp"
#include "harmonium/training/streamed/streamed_passes.hpp"
#include "harmonium/training/streamed/streamed_state.hpp"
#include "harmonium/training/trained_harmonium.hpp"
#include "harmonium/training/training_log.hpp"
#include "harmonium/training/watched_run.hpp"

namespace harmonium::inline v0_2 {

/// A `trainer` of a categorical group with residual correlation, without size factors, that reads
/// the cells again and again. Stages: "reading" (counts of the genes, and a sample), "sample" (the
/// steps of `categorical_trainer` on it), "expectation-maximisation" (one pass over all cells a
/// step; theta is learned from the sample), "dispersions" (one more pass: means shrunk over the
/// genes, inverse dispersions from all cells), then those of `residual_trainer` on cells chosen of
/// each component.
///
/// What is summed over cells is rounded so that sums are exact: neither threads, nor the size of
/// chunks, nor processes change a bit. A gene may have at most 2^33 counts in all.
/// Memory: a chunk, the sample, the chosen cells, 5 copies of the sums (8 bytes for a gene and
/// component), and 60 bytes for a gene and component five times in the last pass. Every process has
/// the sample and the chosen cells.
template <count_chunks Chunks, residual_policy Residual = low_rank_copula,
          training_processes Processes = one_process>
class streamed_trainer {
 public:
  using residual_type = residual_trainer<count_matrix<>, Residual>;
  using generator_type = typename residual_type::model_type;

  /// @param chunks    all cells, borrowed; a process reads its part of them
  /// @param rng       moves on by one word; the same in all processes
  /// @param processes that train together
  /// @throws std::invalid_argument without cells, for options out of range or misfitting labels.
  streamed_trainer(Chunks& chunks, const streamed_options<Residual>& options, random_engine& rng,
                   const Processes& processes = {})
      : cells_{&chunks,
               processes,
               options.chunk_cells,
               {options.labels.begin(), options.labels.end()}},
        options_(options),
        key_(rng()) {
    options_.labels = {};
    require(chunks.cells() > 0, "streamed_trainer", "there are no cells");
    require(options.chunk_cells >= 1, "streamed_trainer", "chunk_cells must be at least 1");
    require(options.passes >= 1, "streamed_trainer", "passes must be at least 1");
    require(options.residual_cells >= 1, "streamed_trainer", "residual_cells must be at least 1");
    require(options.em.start_cells >= 1, "streamed_trainer", "em.start_cells must be at least 1");
    require(cells_.labels.empty() || std::ssize(cells_.labels) == chunks.cells(),
            "streamed_trainer",
            "labels must have one entry per cell (" + std::to_string(chunks.cells()) + "), got " +
                std::to_string(cells_.labels.size()));
    random_engine unused(0);
    (void)options.residual.begin(nullptr, random_streams(unused));
  }

  [[nodiscard]] bool done() const noexcept { return residual_ && residual_->done(); }

  /// Nothing changes where `run` throws; with several processes all must go on then, or none.
  template <executor Executor>
  const training_record& step(const Executor& run) {
    require(!done(), "streamed_trainer::step", "training is finished");
    if (residual_)
      log_.push_back(residual_->step(run));
    else if (!look_.sample)
      look(run);
    else if (first_)
      fit_sample(run);
    else if (!em_done())
      pass(run);
    else
      finish_states(run);
    return log_.back();
  }

  /// Steps until done. @return false if the observer stopped it before.
  template <executor Executor, observer Observer>
  bool run(const Executor& run, Observer&& watch) {
    return watched_run(*this, run, watch);
  }

  /// Where training stands: the stage of the next step, its steps so far and in all.
  [[nodiscard]] progress ahead() const noexcept {
    if (residual_) return residual_->ahead();
    if (!look_.sample) return {"reading", 0, 1, {}};
    if (first_) {
      const progress inner = first_->ahead();
      return {"sample", std::ssize(first_->log()), inner.total + 1, {}};
    }
    if (!em_done()) return {"expectation-maximisation", state_.passes, options_.passes, {}};
    return {"dispersions", 0, 1, {}};
  }

  [[nodiscard]] const training_log& log() const noexcept { return log_; }

  /// Where EM over all cells stands; without weights before its first pass.
  [[nodiscard]] const streamed_state& state() const noexcept { return state_; }

  /// Goes on where another training with the same options, cells and random numbers stood.
  /// @throws std::invalid_argument after the first step, or for a state of other genes.
  void resume(streamed_state state) {
    require(!look_.sample, "streamed_trainer::resume", "training has begun");
    require(state.mean.cols() == cells_.genes() && state.theta.size() == cells_.genes() &&
                state.weights.size() == state.mean.rows() && state.mean.rows() > 0 &&
                std::ssize(state.type) == state.mean.rows() &&
                std::ssize(state.statuses) == state.theta.size(),
            "streamed_trainer::resume", "the state is one of other genes");
    state_ = std::move(state);
  }

  /// Cells of the sample, and those that the residual correlation was learned from; 0 before.
  [[nodiscard]] index sample_cells() const noexcept {
    return look_.sample ? look_.sample->cells() : 0;
  }
  [[nodiscard]] index residual_cells_used() const noexcept {
    return chosen_ ? chosen_->cells() : 0;
  }

  /// `group.responsibilities` and `group.sizes` are empty, the generator's states know the cells
  /// that the residual correlation was learned from.
  /// @throws std::invalid_argument unless `done()`.
  [[nodiscard]] trained_harmonium<generator_type> model() const {
    require(done(), "streamed_trainer::model", "training is not finished");
    return {group_of(state_), dispersion_, residual_->model(), {}, {}};
  }

 private:
  [[nodiscard]] bool em_done() const noexcept {
    return state_.converged || state_.passes >= options_.passes;
  }

  template <executor Executor>
  void look(const Executor& run) {
    random_engine rng(key_, 0);
    first_look found = look_first(run, cells_, options_.em.start_cells, rng);
    if (state_.weights.size() == 0) {
      random_engine own(key_, 1);
      first_.emplace(*found.sample, found.sample_labels, options_.em, own);
      log_.push_back({"reading", 1, {}});
    } else {
      log_ = state_.log;
    }
    look_ = std::move(found);
  }

  template <executor Executor>
  void fit_sample(const Executor& run) {
    training_record line = first_->step(run);
    line.stage = "sample";
    line.epoch = std::ssize(first_->log());
    log_.push_back(std::move(line));
    if (!first_->done()) return;
    const categorical_fit& fit = first_->model();
    state_.weights = fit.weights;
    state_.mean = fit.mean;
    state_.theta = fit.theta;
    state_.type = fit.type;
    state_.statuses = fit.statuses;
    state_.log = log_;
    first_.reset();
  }

  template <executor Executor>
  void pass(const Executor& run) {
    const component_sums all = expect_sums(run, cells_, state_);
    streamed_state next = state_;
    maximise(all, next);
    ++next.passes;
    next.log_likelihood = all.log_likelihood / static_cast<double>(cells_.cells());
    const bool settle = next.passes + 1 >= options_.passes;
    if (options_.em.dispersion_every > 0 && next.passes % options_.em.dispersion_every == 0 &&
        !settle)
      learn_theta(run, next);
    else
      next.converged = std::abs(next.log_likelihood - state_.log_likelihood) <
                       options_.tolerance * std::abs(next.log_likelihood);
    log_.push_back(
        {"expectation-maximisation", next.passes, {{"log_likelihood", next.log_likelihood}}});
    next.log = log_;
    state_ = std::move(next);
  }

  /// As `maximise_components` does, from sums.
  void maximise(const component_sums& all, streamed_state& next) const {
    const index components = next.mean.rows();
    const auto cells = static_cast<double>(cells_.cells());
    double mass = 0;
    for (index c = 0; c < components; ++c) mass += all.cells[c];
    for (index c = 0; c < components; ++c) {
      next.weights[c] = weight_of_component(all.cells[c], mass, components);
      for (index m = 0; m < next.mean.cols(); ++m) {
        const double count = all.counts[static_cast<std::size_t>(m * components + c)];
        const double up = count + options_.em.pseudo_cells * look_.totals[m] / cells;
        const double down = all.cells[c] + options_.em.pseudo_cells;
        next.mean(c, m) = mean_of_component(up, down);
      }
    }
  }

  /// theta of the sample's cells about the new means.
  template <executor Executor>
  void learn_theta(const Executor& run, streamed_state& next) const {
    const count_matrix<>& sample = *look_.sample;
    categorical_fit fit = group_of(next);
    fit.sizes = vector<double>::Ones(sample.cells());
    fit.responsibilities = matrix<double>::Zero(sample.cells(), fit.components());
    expect_components<no_size_factors>(run, sample, look_.sample_labels, {}, fit);
    update_component_theta<no_size_factors>(run, counts_by_gene<std::int32_t>(sample), {}, {},
                                            options_.em.dispersion, fit);
    next.theta = fit.theta;
    next.statuses = fit.statuses;
  }

  template <executor Executor>
  void finish_states(const Executor& run) {
    const index components = state_.mean.rows(), genes = cells_.genes();
    const last_look found =
        look_last(run, cells_, state_, options_.residual_cells, random_engine(key_, 2)());
    component_totals totals{found.sums.cells, matrix<double>(genes, components), look_.totals};
    for (index m = 0; m < genes; ++m)
      for (index c = 0; c < components; ++c)
        totals.sums(m, c) = found.sums.counts[static_cast<std::size_t>(m * components + c)];
    count_states states;
    states.weights = state_.weights;
    states.mean = empirical_bayes_means(run, totals, state_.theta, options_.means);
    auto dispersion = found.counts.dispersions(run, states.mean, state_.theta, options_.dispersion);
    states.theta = dispersion.component;
    for (const carried_cell& cell : found.chosen) states.cell.push_back(cell.component);
    states.sizes = vector<double>::Ones(std::ssize(found.chosen));
    auto counts = std::make_shared<const count_matrix<>>(counts_of(found.chosen, genes));
    random_engine own(key_, 3);
    residual_.emplace(*counts, std::move(states), options_.residual,
                      residual_training_options{.calibration = options_.calibration,
                                                .cells_per_state = options_.residual_cells,
                                                .by_group = {},
                                                .also_counted = look_.largest},
                      own);
    chosen_ = std::move(counts);
    dispersion_ = std::move(dispersion);
    log_.push_back({"dispersions", 1, {}});
  }

  streamed_cells<Chunks, Processes> cells_;
  streamed_options<Residual> options_;
  std::uint64_t key_;
  first_look look_;                                           ///< without sample: it is ahead
  std::optional<categorical_trainer<count_matrix<>>> first_;  ///< of the sample, until it is done
  streamed_state state_;
  component_dispersions dispersion_;
  std::shared_ptr<const count_matrix<>> chosen_;  ///< what `residual_` borrows
  std::optional<residual_type> residual_;
  training_log log_;
};

}  // namespace harmonium::inline v0_2
