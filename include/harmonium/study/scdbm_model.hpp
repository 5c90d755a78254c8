// SPDX-License-Identifier: MIT
/// @file
/// The paper's deep Boltzmann machine as a study fits it.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/generate.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/study/study_model.hpp"
#include "harmonium/training/dbm_trainer.hpp"
#include "harmonium/training/model_selection.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium::inline v0_2 {

/// Negative binomial counts below two layers of Bernoulli units, trained by exact maximum
/// likelihood and sampled exactly. With candidates, the first layer has as many units as the
/// candidate of largest held-out likelihood (cross-validation with `folds`), at most 14. Facts:
/// `hidden`, and `held_out` in nats per cell, NaN without candidates.
struct scdbm_model {
  using model_type = dbm<negative_binomial, bernoulli, bernoulli>;
  static constexpr std::array<std::string_view, 1> names{"scdbm"};
  training_options<model_type> options{.hidden = {4, 2}};
  std::vector<index> candidates = {};
  index folds = 3;

  template <std::same_as<pilot_cells> Pilot = pilot_cells>  // compiled where it is called
  [[nodiscard]] study_fit fit(const Pilot& pilot, random_engine& rng) const {
    auto settings = options;
    double held_out = std::numeric_limits<double>::quiet_NaN();
    if (!candidates.empty()) {
      const auto fit_with = [this](index units) {
        return [this, units](const auto& training, const auto& fresh, random_engine& own) {
          auto tried = options;
          tried.hidden[0] = units;
          const auto model = train<model_type>(training, tried, own);
          const hidden_enumeration<model_type> hidden(model);
          return exact_fit(serial_executor{}, model, hidden, fresh).log_likelihood;
        };
      };
      std::vector<decltype(fit_with(1))> trainers;
      for (const index units : candidates) trainers.push_back(fit_with(units));
      const auto found = cross_validate(serial_executor{}, pilot.counts,
                                        std::span<const decltype(fit_with(1))>(trainers),
                                        std::min(folds, pilot.counts.cells()), rng);
      settings.hidden[0] = candidates[static_cast<std::size_t>(found.best)];
      held_out = found.scores[static_cast<std::size_t>(found.best)].mean;
    }
    auto model = std::make_shared<const model_type>(train<model_type>(pilot.counts, settings, rng));
    return {{[model](index cells, random_engine& own) {
              return generate(*model, cells, exact{}, own);
            }},
            {{"hidden", static_cast<double>(settings.hidden[0])}, {"held_out", held_out}}};
  }
};

static_assert(study_model<scdbm_model>);

}  // namespace harmonium::inline v0_2
