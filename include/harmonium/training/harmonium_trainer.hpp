// SPDX-License-Identifier: MIT
/// @file
/// Training of the recommended model, in stages.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/correlated_cells.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/categorical_em.hpp"
#include "harmonium/training/component_dispersions.hpp"
#include "harmonium/training/groups/fit_group_effects.hpp"
#include "harmonium/training/groups/states_with_groups.hpp"
#include "harmonium/training/harmonium_options.hpp"
#include "harmonium/training/joined_fits.hpp"
#include "harmonium/training/prior/add_unseen_types.hpp"
#include "harmonium/training/prior/atlas.hpp"
#include "harmonium/training/prior/pilot_in_atlas.hpp"
#include "harmonium/training/prior/prior_guard.hpp"
#include "harmonium/training/prior/prior_report.hpp"
#include "harmonium/training/prior/unseen_types.hpp"
#include "harmonium/training/residuals/factor_centre.hpp"
#include "harmonium/training/residuals/low_rank_copula.hpp"
#include "harmonium/training/residuals/residual_policy.hpp"
#include "harmonium/training/residuals/residual_trainer.hpp"
#include "harmonium/training/states_of_fit.hpp"
#include "harmonium/training/trained_harmonium.hpp"
#include "harmonium/training/trainer_concept.hpp"
#include "harmonium/training/training_log.hpp"
#include "harmonium/training/watched_run.hpp"

namespace harmonium::inline v0_2 {

/// A `trainer` of the recommended composition. Stages: with a prior whose use is left to held-out
/// cells "prior" (`prior_guard`, one step a fold), then for each of the fits "components"
/// (principal components and k-means), "expectation-maximisation" (exact, of the categorical group)
/// and "dispersions" (means and dispersions shrunk over the genes), then those of
/// `residual_trainer`: "scores", "factors", "tables". Copies share what does not change.
///
/// Of large pilots not every cell is used everywhere: components start from `em.start_cells`,
/// theta is learned from `em.dispersion_cells` while EM runs, the residual correlation from
/// `residual_cells` of each component; every iteration of EM, the means and the final dispersions
/// see all. Memory: beside the counts their copy by gene, and 100 bytes a cell.
template <count_source Counts, residual_policy Residual = low_rank_copula,
          size_factor_policy Sizes = no_size_factors>
class harmonium_trainer {
 public:
  using residual_type = residual_trainer<Counts, Residual, Sizes>;
  using generator_type = typename residual_type::model_type;

  /// @param counts cells x genes, borrowed
  /// @param rng    moves on by two words
  /// @throws std::invalid_argument for an empty pilot, options out of range or misfitting labels.
  harmonium_trainer(const Counts& counts, const harmonium_options<Residual>& options,
                    random_engine& rng)
      : counts_(&counts),
        options_(options),
        group_rng_(rng),
        group_(std::in_place, counts, options.labels, options.em, rng, options.groups),
        residual_rng_(rng()) {
    options_.labels = {};  // the group has its copy
    groups_.assign(options.groups.begin(), options.groups.end());
    options_.groups = {};
    random_engine unused(0);
    (void)options.residual.begin(nullptr, random_streams(unused));
    require(options.residual_cells >= 1, "train_harmonium", "residual_cells must be at least 1");
    require(options.fits >= 0, "train_harmonium", "fits must not be negative");
    require(options.fits <= 1 || groups_.empty(), "train_harmonium",
            "batches or donors need one fit, got fits = " + std::to_string(options.fits));
    if (options.types_of_prior) {
      require(options.prior.has_value(), "types_of_prior", "needs a prior");
      require(!options.prior->labels.empty(), "types_of_prior",
              "needs a prior whose components have labels: an atlas fitted with types");
      require(groups_.empty(), "types_of_prior", "does not go with batches or donors");
    }
    labels_.assign(options.labels.begin(), options.labels.end());
    if (options_.prior) consider_prior(options.labels);
  }
  harmonium_trainer(const Counts&&, auto&&...) = delete;

  [[nodiscard]] bool done() const noexcept { return residual_ && residual_->done(); }

  /// Nothing changes where `run` throws.
  template <executor Executor>
  const training_record& step(const Executor& run) {
    require(!done(), "harmonium_trainer::step", "training is finished");
    if (residual_) {
      log_.push_back(residual_->step(run));
    } else if (guard_) {
      guard_->step(run, *options_.prior);
      const auto verdict = guard_->verdict();
      log_.push_back({"prior", guard_->taken(), {{"gain", verdict.gain}}});
      if (guard_->done()) decide(verdict);
    } else if (!group_->done()) {
      log_.push_back(group_->step(run));
    } else {
      auto [fit, by_group] = find_states(run);
      std::vector<fitted_states> all = fits_;
      all.push_back(std::move(fit));
      const index taken = std::ssize(all);
      if (taken < fits_wanted()) {
        begin_fit(taken);
        fits_ = std::move(all);
      } else {
        fitted_states joined = join_fits<Sizes>(run, *counts_, std::move(all));
        added_states added;
        if (report_ && report_->used && options_.types_of_prior) {
          const auto placed =
              place_in_atlas<Sizes>(run, *counts_, joined.group.sizes, *options_.prior);
          report_->unseen = find_unseen_types(*options_.prior, placed);
          added = add_unseen_types(*counts_, *options_.prior, placed, report_->unseen, joined);
        }
        Residual residual = options_.residual;
        if constexpr (requires { residual.centre; })
          if (joined.centre) residual.centre = joined.centre;
        if (report_) report_->weight = joined.prior_weight;
        random_engine own = residual_rng_;
        residual_.emplace(*counts_, std::move(joined.states), residual,
                          residual_training_options{.calibration = options_.calibration,
                                                    .cells_per_state = options_.residual_cells,
                                                    .by_group = std::move(by_group),
                                                    .also_counted = std::move(added.counted)},
                          own);
        dispersion_ = std::move(joined.dispersion);
        fit_ = std::move(joined.group);
        group_.reset();  // and the counts by gene
        fits_.clear();
      }
      log_.push_back({"dispersions", taken, {}});
    }
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
    if (guard_) return {"prior", guard_->taken(), guard_->steps(), {}};
    if (!group_->done()) return group_->ahead();
    return {"dispersions", std::ssize(fits_), fits_wanted(), {}};
  }

  [[nodiscard]] const training_log& log() const noexcept { return log_; }

  /// The categorical group as far as it is trained: that of the present fit, then of all.
  [[nodiscard]] const categorical_fit& group() const noexcept {
    return group_ ? group_->model() : fit_;
  }
  /// Whether `group()` is final.
  [[nodiscard]] bool group_done() const noexcept {
    return !group_ || (group_->done() && std::ssize(fits_) + 1 == fits_wanted());
  }
  /// Pilot cells that the residual correlation was learned from; 0 before.
  [[nodiscard]] index residual_cells_used() const noexcept {
    return residual_ ? residual_->cells_used() : 0;
  }

  /// @throws std::invalid_argument unless `done()`.
  [[nodiscard]] trained_harmonium<generator_type> model() const {
    require(done(), "harmonium_trainer::model", "training is not finished");
    return {fit_, dispersion_, residual_->model(), report_, effects_};
  }

 private:
  void consider_prior(std::span<const index> labels) {
    const atlas_prior& prior = *options_.prior;
    require(prior.genes() == counts_->genes(), "train_harmonium",
            "the prior was made for " + std::to_string(prior.genes()) + " genes, the pilot has " +
                std::to_string(counts_->genes()));
    require(options_.shrink_means, "train_harmonium",
            "a prior needs shrink_means: it says where to shrink them");
    report_ = report_of(prior);
    if (options_.prior_weight == prior_weighting::zero) return;
    if (options_.prior_weight == prior_weighting::one) return use_prior();
    if (!report_->knows_genes()) return;
    // A stream that nothing else draws from: a prior refused leaves what the pilot alone would be.
    guard_.emplace(*counts_, labels, options_.em, options_.means, options_.dispersion,
                   random_engine(residual_rng_.seed(), 1));
    if (guard_->done()) decide({});
  }

  void decide(const prior_verdict& verdict) {
    report_->verdict = verdict;
    if (report_->helps()) use_prior();
    guard_.reset();
  }

  void use_prior() {
    report_->used = true;
    if (options_.prior_components <= options_.em.components) return;
    options_.em.components = options_.prior_components;
    random_engine rng = group_rng_;
    group_.emplace(*counts_, labels_, options_.em, rng, groups_);
  }

  [[nodiscard]] index fits_wanted() const noexcept {
    if (!groups_.empty()) return 1;
    return options_.fits > 0
               ? options_.fits
               : default_fits(counts_->cells(), least_components(), options_.em.min_cells);
  }

  /// Of the first fit; every label has at least one.
  [[nodiscard]] index least_components() const noexcept {
    const index labels =
        labels_.empty() ? 0 : 1 + *std::max_element(labels_.begin(), labels_.end());
    return std::max(options_.em.components, labels);
  }

  /// The fits after the first have streams that nothing else draws from.
  void begin_fit(index number) {
    categorical_em_options em = options_.em;
    em.components = components_of_fit(least_components(), number);
    random_engine rng(residual_rng_.seed(), 1 + static_cast<std::uint64_t>(number));
    group_.emplace(*counts_, labels_, em, rng, groups_);
  }

  struct found_states {
    fitted_states fit;
    std::shared_ptr<const count_states> by_group = {};
  };

  template <executor Executor>
  found_states find_states(const Executor& run) {
    const categorical_fit& fit = group_->model();
    fitted_states found =
        report_ && report_->used
            ? states_of_fit_with_prior<Sizes>(run, *counts_, *group_->by_gene(), fit, options_)
            : states_of_fit<Sizes>(run, *group_->by_gene(), fit, options_);
    if (groups_.empty()) return {std::move(found)};
    const index groups = *std::max_element(groups_.begin(), groups_.end()) + 1;
    auto own = states_with_groups<Sizes>(run, *counts_, *group_->by_gene(), std::move(found.states),
                                         std::move(found.dispersion), groups_, groups,
                                         options_.group_effects, options_.dispersion);
    effects_ = std::move(own.effects);
    found.states = std::move(own.states);
    found.dispersion = std::move(own.dispersion);
    return {std::move(found), std::move(own.by_group)};
  }

  const Counts* counts_;
  harmonium_options<Residual> options_;
  random_engine group_rng_;          ///< as it was before the group took from it
  std::vector<index> labels_;        ///< of every cell, or none
  std::vector<fitted_states> fits_;  ///< that are finished, until they are joined
  std::optional<categorical_trainer<Counts, Sizes>> group_;  ///< until the residual's turn
  random_engine residual_rng_;
  std::optional<prior_guard<Counts, Sizes>> guard_;  ///< until it has decided
  std::optional<prior_report> report_;               ///< if there is a prior
  std::vector<index> groups_;                        ///< of every cell, or none
  std::optional<group_effects> effects_;             ///< with groups
  categorical_fit fit_;
  component_dispersions dispersion_;
  std::optional<residual_type> residual_;
  training_log log_;
};

}  // namespace harmonium::inline v0_2
