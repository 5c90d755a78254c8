// SPDX-License-Identifier: MIT
/// @file
/// Training of the recommended model on cells that are too many for memory.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/count_chunks.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/watched_executor.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/models/residuals/score_calibration.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/categorical_em.hpp"
#include "harmonium/training/categorical_fit.hpp"
#include "harmonium/training/categorical_steps.hpp"
#include "harmonium/training/component_dispersions.hpp"
#include "harmonium/training/component_likelihood.hpp"
#include "harmonium/training/component_start.hpp"
#include "harmonium/training/empirical_bayes_means.hpp"
#include "harmonium/training/residuals/low_rank_copula.hpp"
#include "harmonium/training/residuals/residual_policy.hpp"
#include "harmonium/training/residuals/residual_trainer.hpp"
#include "harmonium/training/streamed/carried_cells.hpp"
#include "harmonium/training/streamed/count_histograms.hpp"
#include "harmonium/training/streamed/exact_sums.hpp"
#include "harmonium/training/streamed/processes.hpp"
#include "harmonium/training/trained_harmonium.hpp"
#include "harmonium/training/training_log.hpp"
#include "harmonium/training/watched_run.hpp"

namespace harmonium::inline v0_2 {

/// @tparam Residual a residual policy, as of `harmonium_options`
template <residual_policy Residual = low_rank_copula>
struct streamed_options {
  categorical_em_options em = {};  ///< of the sample, `em.start_cells` at random, and of all cells
                                   ///< the part of the prior
  index passes = 12;               ///< over all cells, at most, of EM that begins with the sample's
  double tolerance = 1e-6;         ///< it ends when the log-likelihood rises by less, relatively
  empirical_bayes_options means = {};
  component_dispersion_options dispersion = {};
  calibration_options calibration = {.calibrate = true};
  Residual residual = {};
  std::span<const index> labels = {};  ///< one >= 0 per cell clamps the group, or none; borrowed
  index residual_cells = 1000;         ///< of each component at random, from which the residual
                                       ///< correlation is learned
  index chunk_cells = 16'384;          ///< read at once: memory, not results
};

/// How far EM over all cells has come; with the same options and cells, `resume` goes on from here.
struct streamed_state {
  vector<double> weights;   ///< of the components
  matrix<double> mean;      ///< components x genes
  vector<double> theta;     ///< inverse dispersion per gene
  std::vector<index> type;  ///< label of every component
  std::vector<dispersion_status> statuses;
  double log_likelihood = -std::numeric_limits<double>::infinity();
  index passes = 0;  ///< of EM over all cells
  bool converged = false;
  training_log log;
};

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
      : chunks_(&chunks),
        options_(options),
        labels_(options.labels.begin(), options.labels.end()),
        processes_(processes),
        key_(rng()) {
    options_.labels = {};
    require(chunks.cells() > 0, "streamed_trainer", "there are no cells");
    require(options.chunk_cells >= 1, "streamed_trainer", "chunk_cells must be at least 1");
    require(options.passes >= 1, "streamed_trainer", "passes must be at least 1");
    require(options.residual_cells >= 1, "streamed_trainer", "residual_cells must be at least 1");
    require(options.em.start_cells >= 1, "streamed_trainer", "em.start_cells must be at least 1");
    require(labels_.empty() || std::ssize(labels_) == chunks.cells(), "streamed_trainer",
            "labels must have one entry per cell (" + std::to_string(chunks.cells()) + "), got " +
                std::to_string(labels_.size()));
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
    else if (!sample_)
      read_sample(run);
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
    if (!sample_) return {"reading", 0, 1, {}};
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
    require(!sample_, "streamed_trainer::resume", "training has begun");
    require(state.mean.cols() == chunks_->genes() && state.theta.size() == chunks_->genes() &&
                state.weights.size() == state.mean.rows() && state.mean.rows() > 0 &&
                std::ssize(state.type) == state.mean.rows() &&
                std::ssize(state.statuses) == state.theta.size(),
            "streamed_trainer::resume", "the state is one of other genes");
    state_ = std::move(state);
  }

  /// Cells of the sample, and those that the residual correlation was learned from; 0 before.
  [[nodiscard]] index sample_cells() const noexcept { return sample_ ? sample_->cells() : 0; }
  [[nodiscard]] index residual_cells_used() const noexcept {
    return chosen_ ? chosen_->cells() : 0;
  }

  /// `group.responsibilities` and `group.sizes` are empty, the generator's states know the cells
  /// that the residual correlation was learned from.
  /// @throws std::invalid_argument unless `done()`.
  [[nodiscard]] trained_harmonium<generator_type> model() const {
    require(done(), "streamed_trainer::model", "training is not finished");
    categorical_fit group = fit_of_state();
    return {std::move(group), dispersion_, residual_->model(), {}, {}};
  }

 private:
  static constexpr index parts = 4;  ///< of a chunk, worked on at the same time

  [[nodiscard]] bool em_done() const noexcept {
    return state_.converged || state_.passes >= options_.passes;
  }

  [[nodiscard]] categorical_fit fit_of_state() const {
    categorical_fit fit;
    fit.weights = state_.weights;
    fit.mean = state_.mean;
    fit.theta = state_.theta;
    fit.statuses = state_.statuses;
    fit.type = state_.type;
    fit.log_likelihood = state_.log_likelihood;
    fit.converged = state_.converged;
    return fit;
  }

  /// Calls `use(chunk, first)` for the chunks of this process; `first` is the number of its first
  /// cell. The executor is asked in between.
  template <executor Executor, class Use>
  void for_each_chunk(const Executor& run, Use&& use) {
    const auto [begin, end] = part_of(processes_, chunks_->cells());
    for (index at = begin; at < end; at += options_.chunk_cells) {
      look_up(run);
      use(chunks_->read(at, std::min(end, at + options_.chunk_cells)), at);
    }
    look_up(run);
  }

  template <executor Executor>
  void read_sample(const Executor& run) {
    random_engine rng(key_);
    auto kinds = cells_by_label(labels_, chunks_->cells());
    choose_cells(kinds, chunks_->cells(), options_.em.start_cells, rng);
    std::vector<index> rows;
    for (const auto& kind : kinds) rows.insert(rows.end(), kind.cells.begin(), kind.cells.end());
    std::sort(rows.begin(), rows.end());
    vector<double> totals = vector<double>::Zero(chunks_->genes()), largest = totals;
    std::vector<carried_cell> taken;
    for_each_chunk(run, [&](const count_matrix<>& chunk, index first) {
      auto next = std::lower_bound(rows.begin(), rows.end(), first);
      for (index i = 0; i < chunk.cells(); ++i) {
        const auto cell = chunk.cell(i);
        for (std::size_t k = 0; k < cell.genes.size(); ++k) {
          const auto count = static_cast<double>(cell.values[k]);
          totals[cell.genes[k]] += count;
          largest[cell.genes[k]] = std::max(largest[cell.genes[k]], count);
        }
        if (next == rows.end() || *next != first + i) continue;
        ++next;
        taken.push_back({first + i,
                         0,
                         {cell.genes.begin(), cell.genes.end()},
                         {cell.values.begin(), cell.values.end()}});
      }
    });
    processes_.sum(as_span(totals));
    processes_.maximum(as_span(largest));
    require(totals.size() > 0 && totals.maxCoeff() > 0, "streamed_trainer",
            "the cells hold no counts at all");
    require(totals.maxCoeff() < 0x1p33, "streamed_trainer",
            "a gene has 2^33 counts or more, which cannot be summed exactly");
    auto sample = std::make_shared<const count_matrix<>>(
        counts_of(gathered(processes_, taken), chunks_->genes()));
    if (state_.weights.size() == 0) {
      std::vector<index> labels;
      if (!labels_.empty())
        for (const index row : rows) labels.push_back(labels_[static_cast<std::size_t>(row)]);
      random_engine own(key_, 1);
      first_.emplace(*sample, labels, options_.em, own);
      log_.push_back({"reading", 1, {}});
    } else {
      log_ = state_.log;
    }
    totals_ = std::move(totals);
    largest_ = std::move(largest);
    sample_labels_.clear();
    if (!labels_.empty())
      for (const index row : rows) sample_labels_.push_back(labels_[static_cast<std::size_t>(row)]);
    sample_ = std::move(sample);
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

  /// Posterior probabilities of the components of all cells of a chunk, parts of it at the same
  /// time: `use(part, i, probabilities, log_probability)`, rounded for exact sums.
  template <executor Executor, class Use>
  void expect(const Executor& run, const component_likelihood<no_size_factors>& likelihood,
              const count_matrix<>& chunk, index first, const Use& use) const {
    const auto components = static_cast<std::size_t>(state_.mean.rows());
    const auto work = [&](index part) {
      std::vector<double> terms(components);
      for (index i = part * chunk.cells() / parts; i < (part + 1) * chunk.cells() / parts; ++i) {
        const auto cell = chunk.cell(i);
        likelihood.evaluate(cell, 1, terms);
        for (std::size_t c = 0; c < components; ++c) {
          terms[c] += math::log(state_.weights[static_cast<index>(c)]);
          if (!labels_.empty() && state_.type[c] != labels_[static_cast<std::size_t>(first + i)])
            terms[c] = -std::numeric_limits<double>::infinity();
        }
        const double total = math::log_sum_exp(std::span<const double>(terms));
        for (double& term : terms) term = to_millionth(math::exp(term - total));
        use(part, i, std::span<const double>(terms), total + likelihood.log_base_measure(cell, 1));
      }
    };
    run.for_each_block(parts, block_body(work));
  }

  [[nodiscard]] std::vector<component_sums> no_sums() const {
    return std::vector<component_sums>(static_cast<std::size_t>(parts),
                                       component_sums(state_.mean.rows(), chunks_->genes()));
  }

  /// Of all parts and processes.
  [[nodiscard]] component_sums added(std::vector<component_sums> sums) const {
    component_sums all = std::move(sums.front());
    for (std::size_t part = 1; part < sums.size(); ++part) all.add(sums[part]);
    processes_.sum(as_span(all.cells));
    processes_.sum(all.counts);
    processes_.sum(std::span<double>(&all.log_likelihood, 1));
    return all;
  }

  template <executor Executor>
  void pass(const Executor& run) {
    const component_likelihood<no_size_factors> likelihood(state_.mean, state_.theta);
    auto sums = no_sums();
    for_each_chunk(run, [&](const count_matrix<>& chunk, index first) {
      expect(run, likelihood, chunk, first,
             [&](index part, index i, std::span<const double> shares, double log_probability) {
               sums[static_cast<std::size_t>(part)].add(chunk.cell(i), shares, log_probability);
             });
    });
    const component_sums all = added(std::move(sums));
    streamed_state next = state_;
    maximise(all, next);
    ++next.passes;
    const double before = state_.log_likelihood;
    next.log_likelihood = all.log_likelihood / static_cast<double>(chunks_->cells());
    const bool settle = next.passes + 1 >= options_.passes;
    if (options_.em.dispersion_every > 0 && next.passes % options_.em.dispersion_every == 0 &&
        !settle)
      learn_theta(run, next);
    else
      next.converged = std::abs(next.log_likelihood - before) <
                       options_.tolerance * std::abs(next.log_likelihood);
    log_.push_back(
        {"expectation-maximisation", next.passes, {{"log_likelihood", next.log_likelihood}}});
    next.log = log_;
    state_ = std::move(next);
  }

  /// As `maximise_components` does, from sums.
  void maximise(const component_sums& all, streamed_state& next) const {
    constexpr double least_mean = 1e-10, prior_cells = 0.1;
    const index components = next.mean.rows();
    const auto cells = static_cast<double>(chunks_->cells());
    double mass = 0;
    for (index c = 0; c < components; ++c) mass += all.cells[c];
    for (index c = 0; c < components; ++c) {
      next.weights[c] =
          (all.cells[c] + prior_cells) / (mass + prior_cells * static_cast<double>(components));
      for (index m = 0; m < next.mean.cols(); ++m) {
        const double count = all.counts[static_cast<std::size_t>(m * components + c)];
        const double up = count + options_.em.pseudo_cells * totals_[m] / cells;
        const double down = all.cells[c] + options_.em.pseudo_cells;
        next.mean(c, m) = down > 0 ? std::max(up / down, least_mean) : least_mean;
      }
    }
  }

  /// theta of the sample's cells about the new means.
  template <executor Executor>
  void learn_theta(const Executor& run, streamed_state& next) const {
    categorical_fit fit;
    fit.weights = next.weights;
    fit.mean = next.mean;
    fit.theta = next.theta;
    fit.statuses = next.statuses;
    fit.type = next.type;
    fit.sizes = vector<double>::Ones(sample_->cells());
    fit.responsibilities = matrix<double>::Zero(sample_->cells(), fit.components());
    expect_components<no_size_factors>(run, *sample_, sample_labels_, {}, fit);
    update_component_theta<no_size_factors>(run, counts_by_gene<std::int32_t>(*sample_), {}, {},
                                            options_.em.dispersion, fit);
    next.theta = fit.theta;
    next.statuses = fit.statuses;
  }

  template <executor Executor>
  void finish_states(const Executor& run) {
    const index components = state_.mean.rows(), genes = chunks_->genes();
    const component_likelihood<no_size_factors> likelihood(state_.mean, state_.theta);
    auto sums = no_sums();
    std::vector<count_histograms> tallies(static_cast<std::size_t>(parts),
                                          count_histograms(components, genes));
    chosen_of_components chosen(components, options_.residual_cells, random_engine(key_, 2)());
    std::vector<index> component;
    for_each_chunk(run, [&](const count_matrix<>& chunk, index first) {
      component.resize(static_cast<std::size_t>(chunk.cells()));
      expect(run, likelihood, chunk, first,
             [&](index part, index i, std::span<const double> shares, double log_probability) {
               const auto p = static_cast<std::size_t>(part);
               sums[p].add(chunk.cell(i), shares, log_probability);
               const index best = std::max_element(shares.begin(), shares.end()) - shares.begin();
               tallies[p].add(chunk.cell(i), best);
               component[static_cast<std::size_t>(i)] = best;
             });
      for (index i = 0; i < chunk.cells(); ++i)
        chosen.add(first + i, component[static_cast<std::size_t>(i)], chunk.cell(i));
    });
    const component_sums all = added(std::move(sums));
    for (std::size_t part = 1; part < tallies.size(); ++part) tallies[0].add(tallies[part]);
    tallies.resize(1, count_histograms(0, 0));
    tallies[0].add_up(processes_);
    count_states states;
    states.weights = state_.weights;
    component_totals totals{all.cells, matrix<double>(genes, components), totals_};
    for (index m = 0; m < genes; ++m)
      for (index c = 0; c < components; ++c)
        totals.sums(m, c) = all.counts[static_cast<std::size_t>(m * components + c)];
    states.mean = empirical_bayes_means(run, totals, state_.theta, options_.means);
    auto dispersion = tallies[0].dispersions(run, states.mean, state_.theta, options_.dispersion);
    states.theta = dispersion.component;
    const auto cells = chosen.of_all(processes_);
    for (const carried_cell& cell : cells) states.cell.push_back(cell.component);
    states.sizes = vector<double>::Ones(std::ssize(cells));
    auto counts = std::make_shared<const count_matrix<>>(counts_of(cells, genes));
    random_engine own(key_, 3);
    residual_.emplace(*counts, std::move(states), options_.residual,
                      residual_training_options{.calibration = options_.calibration,
                                                .cells_per_state = options_.residual_cells,
                                                .by_group = {},
                                                .seen = largest_},
                      own);
    chosen_ = std::move(counts);
    dispersion_ = std::move(dispersion);
    log_.push_back({"dispersions", 1, {}});
  }

  Chunks* chunks_;
  streamed_options<Residual> options_;
  std::vector<index> labels_;  ///< of every cell, or none
  Processes processes_;
  std::uint64_t key_;
  std::shared_ptr<const count_matrix<>> sample_;  ///< none: reading is ahead
  std::vector<index> sample_labels_;
  vector<double> totals_, largest_;                           ///< of every gene in all cells
  std::optional<categorical_trainer<count_matrix<>>> first_;  ///< of the sample, until it is done
  streamed_state state_;
  component_dispersions dispersion_;
  std::shared_ptr<const count_matrix<>> chosen_;  ///< what `residual_` borrows
  std::optional<residual_type> residual_;
  training_log log_;
};

}  // namespace harmonium::inline v0_2
