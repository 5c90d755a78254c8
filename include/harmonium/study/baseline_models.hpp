// SPDX-License-Identifier: MIT
/// @file
/// The baselines as a study fits them.
#pragma once

#include <array>
#include <concepts>
#include <memory>
#include <string_view>
#include <utility>

#include "harmonium/models/baselines/bootstrap.hpp"
#include "harmonium/models/baselines/cluster_nb.hpp"
#include "harmonium/models/baselines/independent_nb.hpp"
#include "harmonium/models/baselines/noisy_replicate.hpp"
#include "harmonium/models/generator.hpp"
#include "harmonium/study/study_model.hpp"

namespace harmonium::inline v0_2 {

/// A fitted generator as a source of cells, on the calling thread.
template <generator Generator>
[[nodiscard]] cell_source source_of(Generator fitted) {
  return [shared = std::make_shared<const Generator>(std::move(fitted))](
             index cells, random_engine& rng) { return shared->generate(cells, rng); };
}

/// Pilot cells drawn again.
struct bootstrap_model {
  static constexpr std::array<std::string_view, 1> names{"bootstrap"};

  template <std::same_as<pilot_cells> Pilot = pilot_cells>  // compiled where it is called
  [[nodiscard]] study_fit fit(const Pilot& pilot, random_engine&) const {
    return {{source_of(bootstrap::fit(pilot.counts))}};
  }
};

/// The paper's noisy replicate of the pilot.
struct noisy_model {
  static constexpr std::array<std::string_view, 1> names{"noisy"};
  noisy_replicate_options options = {};  ///< of the noise

  template <std::same_as<pilot_cells> Pilot = pilot_cells>  // compiled where it is called
  [[nodiscard]] study_fit fit(const Pilot& pilot, random_engine&) const {
    return {{source_of(noisy_replicate::fit(pilot.counts, options))}};
  }
};

/// Negative binomial genes, independent of each other.
struct independent_nb_model {
  static constexpr std::array<std::string_view, 1> names{"independent-nb"};
  dispersion_options options = {};  ///< of the genes' estimates

  template <std::same_as<pilot_cells> Pilot = pilot_cells>  // compiled where it is called
  [[nodiscard]] study_fit fit(const Pilot& pilot, random_engine&) const {
    return {{source_of(independent_nb::fit(pilot.counts, options))}};
  }
};

/// With the pilot's labels where it has some, else with clusters by k-means.
struct cluster_nb_model {
  static constexpr std::array<std::string_view, 1> names{"cluster-nb"};
  cluster_nb_options options = {};  ///< of the clusters

  template <std::same_as<pilot_cells> Pilot = pilot_cells>  // compiled where it is called
  [[nodiscard]] study_fit fit(const Pilot& pilot, random_engine& rng) const {
    return {
        {source_of(pilot.labels.empty() ? cluster_nb::fit(pilot.counts, options, rng)
                                        : cluster_nb::fit(pilot.counts, pilot.labels, options))}};
  }
};

static_assert(study_model<bootstrap_model> && study_model<noisy_model> &&
              study_model<independent_nb_model> && study_model<cluster_nb_model>);

}  // namespace harmonium::inline v0_2
