// SPDX-License-Identifier: MIT
/// @file
/// Exact maximum likelihood for a harmonium whose hidden layer is one categorical group, which is a
/// mixture of negative binomials in other words: closed-form EM, no Monte Carlo, no learning rate.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/categorical_fit.hpp"
#include "harmonium/training/categorical_steps.hpp"
#include "harmonium/training/component_likelihood.hpp"
#include "harmonium/training/component_start.hpp"
#include "harmonium/training/groups/group_factors.hpp"
#include "harmonium/training/trainer_concept.hpp"
#include "harmonium/training/training_log.hpp"
#include "harmonium/training/watched_run.hpp"
#include "harmonium/units/dispersion.hpp"

namespace harmonium::inline v0_2 {

/// Settings of EM for a categorical group.
struct categorical_em_options {
  index components = 8;  ///< categories of the group; at most one per `min_cells` cells are used
  index min_cells = 12;  ///< per component, on average over the pilot; >= 1
  index principal_components = 10;  ///< of the deviance residuals, in which k-means starts
  index restarts = 10;              ///< of k-means
  index min_iterations = 12;        ///< of EM
  index max_iterations = 30;        ///< stated cap of EM
  double tolerance = 1e-5;          ///< EM ends when the log-likelihood rises by less, relatively
  double pseudo_cells = 1;          ///< average cells that every component starts with, >= 0
  index dispersion_every = 4;       ///< iterations between updates of theta; 0: never
  double initial_dispersion = 1;    ///< theta of every gene at the start
  dispersion_options dispersion = {.lower = 0.02, .upper = 1e3};  ///< of the genes' estimates
  index start_cells = 10'000;       ///< of larger pilots, the start sees about so many at random
  index dispersion_cells = 10'000;  ///< and theta, while EM runs, is learned from so many
};

/// Training by EM, a `trainer`: the first step finds the start, every other is one iteration. A
/// copy is a checkpoint; copies share what does not change.
/// With labels the group is clamped: a cell belongs to the components of its own label alone, of
/// which there is one or, where `components` exceeds the number of labels, several in proportion
/// to its cells.
/// Cost of an iteration: non-zero counts x components. Memory: a copy of the counts, sorted by
/// gene, and 8 bytes for every cell and component.
/// @tparam Sizes how the depth of a cell enters
template <count_source Counts, size_factor_policy Sizes = no_size_factors>
class categorical_trainer {
 public:
  using by_gene_type = counts_by_gene<typename Counts::value_type>;

  /// @param counts cells x genes, borrowed
  /// @param labels one label >= 0 per cell, or none
  /// @param rng    moves on by one word
  /// @param groups batch or donor of every cell, 0 to groups - 1, or none: means have a factor per
  ///               gene and group, so that components are not what tells groups apart
  /// @throws std::invalid_argument for an empty pilot, options out of range, misfitting labels or
  ///         groups.
  categorical_trainer(const Counts& counts, std::span<const index> labels,
                      const categorical_em_options& options, random_engine& rng,
                      std::span<const index> groups = {})
      : counts_(&counts),
        options_(options),
        label_(labels.begin(), labels.end()),
        group_(groups.begin(), groups.end()),
        key_(rng()) {
    require(counts.cells() > 0 && counts.nonzeros() > 0, "train",
            "the pilot holds no counts at all");
    require(options.components >= 1, "train",
            "components must be at least 1, got " + std::to_string(options.components));
    require(options.min_cells >= 1, "train", "min_cells must be at least 1");
    require(options.max_iterations >= 1, "train", "max_iterations must be at least 1");
    require(options.pseudo_cells >= 0, "train", "pseudo_cells must not be negative");
    require(options.initial_dispersion > 0, "train", "initial_dispersion must be positive");
    require(options.start_cells >= 1 && options.dispersion_cells >= 1, "train",
            "start_cells and dispersion_cells must be at least 1");
    require(labels.empty() || std::cmp_equal(labels.size(), counts.cells()), "train",
            "labels must have one entry per cell (" + std::to_string(counts.cells()) + "), got " +
                std::to_string(labels.size()));
    for (const index label : labels)
      require(label >= 0, "train", "labels must not be negative, got " + std::to_string(label));
    require(groups.empty() || std::cmp_equal(groups.size(), counts.cells()), "train",
            "groups must have one entry per cell (" + std::to_string(counts.cells()) + "), got " +
                std::to_string(groups.size()));
    for (const index group : groups)
      require(group >= 0, "train", "groups must not be negative, got " + std::to_string(group));
  }
  categorical_trainer(const Counts&&, auto&&...) = delete;

  [[nodiscard]] bool done() const noexcept {
    return fit_.converged || iterations() >= options_.max_iterations;
  }

  /// The start, or one E- and one M-step. Between updates of theta the log-likelihood, with the
  /// prior's part of the pseudo cells and of the weights (a tenth of a cell in every component),
  /// never falls (where the size policy is not `separable`, whose M-step is only a fixed-point
  /// step, it may). The record's figure: "log_likelihood", nats per cell.
  /// Nothing changes where `run` throws.
  template <executor Executor>
  const training_record& step(const Executor& run) {
    require(!done(), "categorical_trainer::step", "training is finished");
    if (!by_gene_) {
      start(run);
      log_.push_back({"components", 1, {}});
      return log_.back();
    }
    categorical_fit next = fit_;
    expect_components<Sizes>(run, *counts_, label_, group_, next);
    maximise_components<Sizes>(run, *by_gene_, group_, gene_means_, options_.pseudo_cells, next);
    const index iteration = iterations() + 1;
    const bool settle = iteration + 1 >= options_.max_iterations;
    if (options_.dispersion_every > 0 && iteration % options_.dispersion_every == 0 && !settle)
      update_law(run, *by_gene_, next);
    else if (iteration > std::max<index>(options_.min_iterations, 1))
      next.converged = std::abs(next.log_likelihood - fit_.log_likelihood) <
                       options_.tolerance * std::abs(next.log_likelihood);
    log_.push_back(
        {"expectation-maximisation", iteration, {{"log_likelihood", next.log_likelihood}}});
    fit_ = std::move(next);
    return log_.back();
  }

  /// Steps until done. @return false if the observer stopped it before; a step that it stopped
  /// half-way is done anew by the next one.
  template <executor Executor, observer Observer>
  bool run(const Executor& run, Observer&& watch) {
    return watched_run(*this, run, watch);
  }

  /// Where training stands: the stage of the next step, its steps so far and in all.
  [[nodiscard]] progress ahead() const noexcept {
    if (!by_gene_) return {"components", 0, 1, {}};
    return {"expectation-maximisation",
            iterations(),
            fit_.converged ? iterations() : options_.max_iterations,
            {}};
  }

  [[nodiscard]] const training_log& log() const noexcept { return log_; }
  /// Empty before the first step.
  [[nodiscard]] const categorical_fit& model() const noexcept { return fit_; }
  /// The counts sorted by gene; none before the first step.
  [[nodiscard]] const std::shared_ptr<const by_gene_type>& by_gene() const noexcept {
    return by_gene_;
  }

 private:
  [[nodiscard]] index iterations() const noexcept {
    return std::max<index>(std::ssize(log_) - 1, 0);
  }

  template <executor Executor>
  void start(const Executor& run) {
    const index cells = counts_->cells();
    random_engine rng(key_);
    const auto found = found_components(run, {}, rng);
    look_up(run);
    gene_means_ = gene_means(*counts_);
    look_up(run);
    auto by_gene = std::make_shared<const by_gene_type>(*counts_);
    if (cells > options_.dispersion_cells) {
      judged_.assign(static_cast<std::size_t>(cells), 0);
      for (const index i : draw::sample_without_replacement(cells, options_.dispersion_cells, rng))
        judged_[static_cast<std::size_t>(i)] = 1;
    }
    categorical_fit fit = fit_from(run, found, *by_gene);
    if (!group_.empty()) {
      // Clusters of what is left of the cells when their group's mean is gone may be the better
      // ones: where groups are more unlike than types.
      categorical_fit other = fit_from(run, found_components(run, group_, rng), *by_gene);
      expect_components<Sizes>(run, *counts_, label_, group_, fit);
      expect_components<Sizes>(run, *counts_, label_, group_, other);
      if (other.log_likelihood > fit.log_likelihood) fit = std::move(other);
      maximise_components<Sizes>(run, *by_gene, group_, gene_means_, options_.pseudo_cells, fit);
    }
    fit_ = std::move(fit);
    by_gene_ = std::move(by_gene);
  }

  template <executor Executor>
  [[nodiscard]] component_start found_components(const Executor& run, std::span<const index> groups,
                                                 random_engine& rng) const {
    return start_components(run, *counts_, label_,
                            {.components = options_.components,
                             .min_cells = options_.min_cells,
                             .principal_components = options_.principal_components,
                             .restarts = options_.restarts,
                             .cells = options_.start_cells,
                             .groups = groups},
                            rng);
  }

  /// The fit to cells that are in these components for certain.
  template <executor Executor>
  [[nodiscard]] categorical_fit fit_from(const Executor& run, const component_start& found,
                                         const by_gene_type& by_gene) const {
    categorical_fit fit;
    fit.sizes = size_factors<Sizes>(*counts_);
    fit.theta = vector<double>::Constant(counts_->genes(), options_.initial_dispersion);
    fit.statuses.assign(static_cast<std::size_t>(counts_->genes()), dispersion_status::all_zero);
    fit.type = found.type;
    fit.responsibilities = matrix<double>::Zero(counts_->cells(), std::ssize(found.type));
    if (!group_.empty())
      fit.group_factor = matrix<double>::Ones(*std::max_element(group_.begin(), group_.end()) + 1,
                                              counts_->genes());
    bool all_seen = true;
    for (index i = 0; i < counts_->cells(); ++i) {
      const index own = found.component[static_cast<std::size_t>(i)];
      all_seen &= own >= 0;
      if (own >= 0) fit.responsibilities(i, own) = 1;
    }
    maximise_components<Sizes>(run, by_gene, group_, gene_means_, options_.pseudo_cells, fit);
    if (!all_seen) {
      expect_components<Sizes>(run, *counts_, label_, group_, fit);
      maximise_components<Sizes>(run, by_gene, group_, gene_means_, options_.pseudo_cells, fit);
    }
    if (options_.dispersion_every > 0) update_law(run, by_gene, fit);
    return fit;
  }

  /// theta and, with groups, their factors.
  template <executor Executor>
  void update_law(const Executor& run, const by_gene_type& by_gene, categorical_fit& fit) const {
    update_component_theta<Sizes>(run, by_gene, group_, judged_, options_.dispersion, fit);
    if (group_.empty()) return;
    update_group_factors(run, by_gene, group_, fit);
    maximise_components<Sizes>(run, by_gene, group_, gene_means_, options_.pseudo_cells, fit);
  }

  const Counts* counts_;
  categorical_em_options options_;
  std::vector<index> label_;                     ///< of every cell; empty where the group is free
  std::vector<index> group_;                     ///< batch or donor of every cell; empty: none
  std::uint64_t key_;                            ///< of the random numbers of the start
  std::shared_ptr<const by_gene_type> by_gene_;  ///< none: the start is ahead
  vector<double> gene_means_;
  std::vector<char> judged_;  ///< per cell, whether theta is learned from it; empty: all are
  categorical_fit fit_;
  training_log log_;
};

static_assert(trainer<categorical_trainer<count_matrix<>>>);

}  // namespace harmonium::inline v0_2
