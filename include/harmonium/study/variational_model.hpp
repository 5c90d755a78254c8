// SPDX-License-Identifier: MIT
/// @file
/// The variational autoencoder as a study fits it: one fit, sampled from its prior and from the
/// posteriors of the pilot's cells.
#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/models/variational_autoencoder.hpp"
#include "harmonium/samplers/variational_posterior.hpp"
#include "harmonium/samplers/variational_prior.hpp"
#include "harmonium/study/baseline_models.hpp"
#include "harmonium/study/study_model.hpp"
#include "harmonium/training/train_variational.hpp"

namespace harmonium::inline v0_2 {

/// scVI as in the paper, by default with the settings of its notebooks. With candidates, the latent
/// space has as many dimensions as the candidate of largest bound on `held_out_share` of the pilot;
/// the final fit is as `options` say. Facts: `latent`, and `held_out`, that bound in nats per cell,
/// NaN without candidates.
struct variational_model {
  static constexpr std::array<std::string_view, 2> names{"vae-prior", "vae-posterior"};
  variational_options options = paper_notebook();  ///< of the training
  std::vector<index> candidates = {};  ///< dimensions of latent space; empty: as `options` has them
  double held_out_share = 0.3;         ///< of the pilot's cells, for that choice; in (0, 1)

  template <std::same_as<pilot_cells> Pilot = pilot_cells>  // compiled where it is called
  [[nodiscard]] study_fit fit(const Pilot& pilot, random_engine& rng) const {
    const serial_executor run;
    variational_options settings = options;
    double best = std::numeric_limits<double>::quiet_NaN();
    if (!candidates.empty()) {
      const auto aside = static_cast<index>(
          std::floor(held_out_share * static_cast<double>(pilot.counts.cells())));
      require(aside >= 1, "variational_model", "the pilot is too small to hold cells out");
      const auto rows = draw::sample_without_replacement(pilot.counts.cells(), aside, rng);
      for (const index latent : candidates) {
        variational_options tried = options;
        tried.shape.latent = latent;
        tried.held_out = rows;
        variational_trainer<> trainer(pilot.counts, tried, rng);
        trainer.run(run, silent{});
        const auto fresh = select_cells(pilot.counts, std::span<const index>(rows));
        const double bound =
            bound_of(run, trainer.model(), count_rows<float>(fresh), 10, rng).value();
        if (std::isnan(best) || bound > best) {
          best = bound;
          settings.shape.latent = latent;
        }
      }
    }
    variational_trainer<> trainer(pilot.counts, settings, rng);
    trainer.run(run, silent{});
    const auto model = std::make_shared<const variational_autoencoder<>>(trainer.model());
    return {{source_of(variational_prior<>(model)),
             source_of(variational_posterior<>(run, model, pilot.counts))},
            {{"latent", static_cast<double>(settings.shape.latent)}, {"held_out", best}}};
  }
};

static_assert(study_model<variational_model>);

}  // namespace harmonium::inline v0_2
