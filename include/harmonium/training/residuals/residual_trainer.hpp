// SPDX-License-Identifier: MIT
/// @file
/// From hidden states to a generator of correlated cells, in stages.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/models/correlated_cells.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/models/residuals/score_calibration.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/residuals/residual_policy.hpp"
#include "harmonium/training/residuals/scored_pilot.hpp"
#include "harmonium/training/trainer_concept.hpp"
#include "harmonium/training/training_log.hpp"
#include "harmonium/training/watched_run.hpp"

namespace harmonium::inline v0_2 {

/// What the training of a residual is told besides the pilot and its states.
struct residual_training_options {
  calibration_options calibration = {};  ///< whether genes may leave the negative binomial
  /// The residual correlation is learned from so many cells of each state; of states that have more
  /// they are chosen at random.
  index cells_per_state = 1000;
  /// Where counts of a state follow other negative binomials in every group of cells (batch,
  /// donor): those of each state in each group (`states_by_group`), state x groups + group. Cells
  /// are made of the states themselves. None: by these counts are scored too.
  std::shared_ptr<const count_states> by_group = {};
  /// Per gene, a count that is taken as seen in a pilot cell where it bounds those that are made:
  /// of cells that are not at hand, or of states that have no pilot cells. Empty: none.
  vector<double> also_counted = {};
};

/// The pilot cells that a residual correlation is learned from, ascending: all of every state, or
/// `most` of it at random.
/// @param state of every pilot cell
inline std::vector<index> cells_of_each_state(const std::vector<index>& state, index states,
                                              index most, random_engine& rng) {
  std::vector<std::vector<index>> by_state(static_cast<std::size_t>(states));
  for (std::size_t i = 0; i < state.size(); ++i)
    by_state[static_cast<std::size_t>(state[i])].push_back(static_cast<index>(i));
  std::vector<index> chosen;
  for (const auto& own : by_state) {
    const auto size = static_cast<index>(own.size());
    if (size <= most)
      chosen.insert(chosen.end(), own.begin(), own.end());
    else
      for (const index at : draw::sample_without_replacement(size, most, rng))
        chosen.push_back(own[static_cast<std::size_t>(at)]);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

/// Learns a residual correlation on given hidden states, a `trainer`. Stages: "scores" (the chosen
/// cells' counts as intervals of normal scores), "factors" (the policy's fit), "tables"
/// (quantiles). `model()` is a `correlated_cells`. Memory: for the chosen cells 12 bytes a non-zero
/// count and what the policy needs.
template <count_source Counts, residual_policy Policy, size_factor_policy Sizes = no_size_factors>
class residual_trainer {
 public:
  using model_type = correlated_cells<residual_scores_of<Policy>, Sizes>;

  /// @param pilot  the cells behind `states`, borrowed
  /// @param states may be those of joined fits, which have the cells several times
  /// @param rng    moves on by one word
  /// @throws std::invalid_argument if the parts do not fit together or options are out of range.
  residual_trainer(const Counts& pilot, count_states states, const Policy& policy,
                   const residual_training_options& options, random_engine& rng)
      : pilot_(&pilot),
        states_(std::move(states)),
        policy_(policy),
        options_(options),
        streams_(rng) {
    check(states_, "residual_trainer");
    copies_ = pilot.cells() > 0 ? std::max<index>(1, states_.cells() / pilot.cells()) : 1;
    require(states_.cells() == copies_ * pilot.cells() && states_.genes() == pilot.genes(),
            "residual_trainer", "the states belong to other cells or genes");
    require(options.cells_per_state >= 1, "residual_trainer",
            "cells_per_state must be at least 1, got " + std::to_string(options.cells_per_state));
    require(options_.also_counted.size() == 0 || options_.also_counted.size() == pilot.genes(),
            "residual_trainer", "also_counted must have one number per gene");
    if (options_.by_group) {
      check(*options_.by_group, "residual_trainer");
      require(copies_ == 1 && options_.by_group->cells() == pilot.cells() &&
                  options_.by_group->genes() == pilot.genes() &&
                  options_.by_group->states() % states_.states() == 0,
              "residual_trainer", "the states by group belong to other cells, genes or states");
    }
    (void)policy_.begin(nullptr, streams_);  // refuses its settings now, not after half the work
  }
  residual_trainer(const Counts&&, auto&&...) = delete;

  [[nodiscard]] bool done() const noexcept { return model_ != nullptr; }

  /// Nothing changes where `run` throws.
  template <executor Executor>
  const training_record& step(const Executor& run) {
    require(!done(), "residual_trainer::step", "training is finished");
    if (!fit_) {
      auto pilot = std::make_shared<const scored_pilot>(score(run));
      cells_ = pilot->cells() / copies_;
      calibrations_ = pilot->calibrations();
      fit_.emplace(policy_.begin(std::move(pilot), streams_));
      log_.push_back({"scores", 1, {{"cells", static_cast<double>(cells_)}}});
    } else if (fit_->taken() < fit_->steps()) {
      fit_->step(run);
      log_.push_back({"factors", fit_->taken(), {}});
    } else {
      vector<double> largest = vector<double>::Zero(pilot_->genes());
      for (index m = 0; m < options_.also_counted.size(); ++m)
        if (options_.also_counted[m] > 0) largest[m] = 3 * options_.also_counted[m] + 3;
      for (index i = 0; i < pilot_->cells(); ++i)
        row::for_each_nonzero(pilot_->cell(i), [&](index m, auto value) {
          largest[m] = std::max(largest[m], 3 * static_cast<double>(value) + 3);
        });
      model_ = std::make_shared<const model_type>(run, states_, fit_->result(), std::move(largest),
                                                  calibrations_);
      log_.push_back({"tables", 1, {}});
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
    if (!fit_) return {"scores", 0, 1, {}};
    if (fit_->taken() < fit_->steps()) return {"factors", fit_->taken(), fit_->steps(), {}};
    return {"tables", done() ? 1 : 0, 1, {}};
  }

  [[nodiscard]] const training_log& log() const noexcept { return log_; }
  /// Pilot cells that the correlation was learned from; 0 before the first step.
  [[nodiscard]] index cells_used() const noexcept { return cells_; }
  /// @throws std::invalid_argument unless `done()`.
  [[nodiscard]] const model_type& model() const {
    require(done(), "residual_trainer::model", "training is not finished");
    return *model_;
  }

 private:
  template <executor Executor>
  [[nodiscard]] scored_pilot score(const Executor& run) const {
    random_engine rng = streams_[choice_stream];
    auto chosen =
        cells_of_each_state(states_.cell, states_.states(), options_.cells_per_state, rng);
    const count_states& scored = options_.by_group ? *options_.by_group : states_;
    std::vector<index> merged;
    if (options_.by_group)
      for (index v = 0; v < scored.states(); ++v)
        merged.push_back(v / (scored.states() / states_.states()));
    if (copies_ == 1 && std::ssize(chosen) == pilot_->cells())
      return scored_pilot::make<Sizes>(run, *pilot_, scored, options_.calibration, merged);
    count_states own = scored;
    own.cell.clear();
    own.sizes.resize(std::ssize(chosen));
    for (std::size_t k = 0; k < chosen.size(); ++k) {
      own.cell.push_back(scored.cell[static_cast<std::size_t>(chosen[k])]);
      own.sizes[static_cast<index>(k)] = scored.sizes[chosen[k]];
    }
    for (index& row : chosen) row %= pilot_->cells();
    return scored_pilot::make<Sizes>(run, cell_selection(*pilot_, std::move(chosen)), own,
                                     options_.calibration, merged, copies_);
  }

  /// Beyond the streams of genes.
  static constexpr std::uint64_t choice_stream = ~std::uint64_t{0};

  const Counts* pilot_;
  count_states states_;
  Policy policy_;
  residual_training_options options_;
  random_streams streams_;
  index cells_ = 0;
  index copies_ = 1;  ///< of the pilot in `states_`
  std::vector<score_calibration> calibrations_;
  std::optional<residual_fit_of<Policy>> fit_;  ///< none: the scores are ahead
  std::shared_ptr<const model_type> model_;
  training_log log_;
};

/// The whole of it: cells from hidden states with the residual correlation that `policy` learns.
///
///     const auto cells = fit_correlated_cells(run, pilot, states, low_rank_copula{}, {}, rng);
///
/// @throws as `residual_trainer`.
template <size_factor_policy Sizes = no_size_factors, executor Executor, count_source Counts,
          residual_policy Policy>
correlated_cells<residual_scores_of<Policy>, Sizes> fit_correlated_cells(
    const Executor& run, const Counts& pilot, count_states states, const Policy& policy,
    const residual_training_options& options, random_engine& rng) {
  residual_trainer<Counts, Policy, Sizes> training(pilot, std::move(states), policy, options, rng);
  while (!training.done()) training.step(executor_ref(run));
  return training.model();
}

}  // namespace harmonium::inline v0_2
