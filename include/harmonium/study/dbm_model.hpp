// SPDX-License-Identifier: MIT
/// @file
/// Deep Boltzmann machines as a study fits them.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/study/study_model.hpp"
#include "harmonium/training/model_selection.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium::inline v0_2 {

/// Any stack, trained by any recipe and drawn from by any sampler that serve it:
///
///     using deeper = dbm<negative_binomial, bernoulli, bernoulli, bernoulli>;
///     using models = generators<dbm_model<deeper, tempered>, cluster_nb_model>;
///
/// Several of them in one study need names of their own. With candidates, the first layer has as
/// many units as the candidate of largest held-out likelihood (cross-validation with `folds`), at
/// most 14; only where the likelihood is exact. Facts: `hidden`, and `held_out` in nats per cell,
/// NaN without candidates.
template <layered_model Stack, sampler_for<Stack> Sampler = exact, class Recipe = exact_em>
requires trainable_by<Stack, count_matrix<>, Recipe>
struct dbm_model {
  training_settings<Stack> settings;   ///< layers and the like
  Recipe recipe = {};                  ///< how it is trained
  Sampler sampler = {};                ///< how cells are drawn
  std::string name = "dbm";            ///< in the table; unique in a study
  std::vector<index> candidates = {};  ///< units of the first layer; empty: as `settings` has them
  index folds = 3;  ///< of the cross-validation that chooses among the candidates

  [[nodiscard]] std::vector<std::string> names() const { return {name}; }

  template <std::same_as<pilot_cells> Pilot = pilot_cells>  // compiled where it is called
  [[nodiscard]] study_fit fit(const Pilot& pilot, random_engine& rng) const {
    auto chosen = settings;
    double held_out = std::numeric_limits<double>::quiet_NaN();
    if (!candidates.empty()) held_out = choose_hidden(pilot, chosen, rng);
    auto generator =
        sampled(train<Stack>(serial_executor{}, pilot.counts, chosen, recipe, rng), sampler);
    return {{[generator = std::move(generator)](index cells, random_engine& own) {
              return generator.generate(cells, own);
            }},
            {{"hidden", static_cast<double>(chosen.hidden[0].units())}, {"held_out", held_out}}};
  }

 private:
  /// @return held-out log-likelihood of the choice
  template <class Pilot>
  double choose_hidden(const Pilot& pilot, training_settings<Stack>& chosen,
                       random_engine& rng) const {
    static_assert(enumerable_model<Stack>,
                  "candidates are compared by their exact likelihood: the states of the first "
                  "hidden layer must be enumerable");
    const auto fit_with = [this](index units) {
      return [this, units](const auto& training, const auto& fresh, random_engine& own) {
        auto tried = settings;
        tried.hidden[0] = units;
        const auto model = train<Stack>(serial_executor{}, training, tried, recipe, own);
        const hidden_enumeration<Stack> hidden(model);
        return exact_fit(serial_executor{}, model, hidden, fresh).log_likelihood;
      };
    };
    std::vector<decltype(fit_with(1))> trainers;
    for (const index units : candidates) trainers.push_back(fit_with(units));
    const auto found = cross_validate(serial_executor{}, pilot.counts,
                                      std::span<const decltype(fit_with(1))>(trainers),
                                      std::min(folds, pilot.counts.cells()), rng);
    chosen.hidden[0] = candidates[static_cast<std::size_t>(found.best)];
    return found.scores[static_cast<std::size_t>(found.best)].mean;
  }
};

/// The paper's stack, trained by exact maximum likelihood and sampled exactly.
struct scdbm_model {
  using stack = dbm<negative_binomial, bernoulli, bernoulli>;
  static constexpr std::array<std::string_view, 1> names{"scdbm"};
  /// Of two hidden layers, as the paper's.
  dbm_model<stack> machine{.settings = {.hidden = {4, 2}}};

  template <std::same_as<pilot_cells> Pilot = pilot_cells>  // compiled where it is called
  [[nodiscard]] study_fit fit(const Pilot& pilot, random_engine& rng) const {
    return machine.fit(pilot, rng);
  }
};

static_assert(study_model<scdbm_model> && study_model<dbm_model<scdbm_model::stack>>);

}  // namespace harmonium::inline v0_2
