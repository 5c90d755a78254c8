// SPDX-License-Identifier: MIT
/// @file
/// The recommended model as a study fits it.
#pragma once

#include <array>
#include <concepts>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/study/baseline_models.hpp"
#include "harmonium/study/study_model.hpp"
#include "harmonium/training/choose_components.hpp"
#include "harmonium/training/train_harmonium.hpp"

namespace harmonium::inline v0_2 {

/// `train_harmonium`, with the pilot's labels where it has some. With candidates, the number of
/// components is the one of largest held-out likelihood (`choose_components`). Facts: `components`,
/// and `held_out` in nats per cell, NaN without candidates.
struct harmonium_model {
  static constexpr std::array<std::string_view, 1> names{"harmonium"};
  harmonium_options<> options = {};  ///< of the training
  /// Numbers of components, of which cross-validation chooses; empty: as `options` has it.
  std::vector<index> candidates = {};

  template <std::same_as<pilot_cells> Pilot = pilot_cells>  // compiled where it is called
  [[nodiscard]] study_fit fit(const Pilot& pilot, random_engine& rng) const {
    auto settings = options;
    double held_out = std::numeric_limits<double>::quiet_NaN();
    if (!candidates.empty() && pilot.labels.empty()) {
      const auto choice = choose_components(serial_executor{}, pilot.counts, settings.em,
                                            {.candidates = candidates}, rng);
      settings.em.components = choice.components;
      for (std::size_t k = 0; k < choice.candidates.size(); ++k)
        if (choice.candidates[k] == choice.components) held_out = choice.held_out[k];
    }
    settings.labels = pilot.labels;
    auto trained = train_harmonium(serial_executor{}, pilot.counts, settings, rng);
    return {
        {source_of(std::move(trained.generator))},
        {{"components", static_cast<double>(trained.group.components())}, {"held_out", held_out}}};
  }
};

static_assert(study_model<harmonium_model>);

}  // namespace harmonium::inline v0_2
