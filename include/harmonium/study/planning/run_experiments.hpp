// SPDX-License-Identifier: MIT
/// @file
/// Experiments of growing size that models of the pilot make, clustered as real ones would be.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <mutex>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/analysis/label_transfer.hpp"
#include "harmonium/analysis/louvain_clustering.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/davies_bouldin.hpp"
#include "harmonium/metrics/partition_agreement.hpp"
#include "harmonium/study/depth.hpp"
#include "harmonium/study/pilot_subsample.hpp"
#include "harmonium/study/planning/evidence.hpp"
#include "harmonium/study/planning/place_types.hpp"
#include "harmonium/study/study_model.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `run_experiments`.
struct experiment_options {
  std::vector<any_study_model> models;  ///< each makes `repeats` experiments per size
  index repeats = 5;                    ///< of each model, >= 1
  double fitted_share = 0.8;            ///< of the pilot, drawn anew for every fit
  index components = 20;                ///< in which experiments are clustered
  louvain_clustering clustering = {};   ///< of every experiment
  bool is_stability_wanted = true;      ///< else `stability` is NaN, in half the time
};

/// Experiments, and two figures of each at full depth, sizes x columns.
struct experiment_figures {
  plan_experiments experiments;  ///< types by clusters
  matrix<double> stability;      ///< adjusted Rand index of the clusters of two experiments
  matrix<double> compactness;    ///< minus the Davies-Bouldin index
};

namespace detail {

/// Labels numbered 0, 1, ... without gaps, as models want them.
[[nodiscard]] inline std::vector<index> labels_without_gaps(std::span<const index> types,
                                                            std::span<const index> rows) {
  std::vector<index> labels;
  for (const index row : rows) labels.push_back(types[static_cast<std::size_t>(row)]);
  std::vector<index> present = labels;
  std::sort(present.begin(), present.end());
  present.erase(std::unique(present.begin(), present.end()), present.end());
  for (index& label : labels)
    label = std::lower_bound(present.begin(), present.end(), label) - present.begin();
  return labels;
}

}  // namespace detail

/// Cells made by a model of `fit_cells` random cells of the pilot (a `fixed_model` looks at none),
/// over all its genes.
[[nodiscard]] inline count_matrix<> synthetic_experiment(const plan_pilot& pilot,
                                                         const any_study_model& model,
                                                         index fit_cells, index cells,
                                                         random_engine& rng) {
  const auto part = draw_pilot(pilot.counts, fit_cells, pilot_drawing::without_replacement, rng);
  const auto labels = detail::labels_without_gaps(pilot.types, part.rows);
  const auto fit = model.fit({part.counts, labels}, rng);
  return cells_of(fit, 0, part, cells, rng);
}

/// Fits every model `repeats` times and clusters experiments of all sizes and depths; depths other
/// than 1 with the first model only. A column (model, repeat) is one block of the executor.
/// @param sizes  ascending, at least 3 cells
/// @param depths the first is 1; the others above 0 and below 1
/// @param watch  sees columns; stopping it stops before the next
/// @param rng    moves on by one word
/// @throws std::invalid_argument for options or sizes out of range; as models do
template <executor Executor, observer Watch>
[[nodiscard]] experiment_figures run_experiments(const Executor& run, const plan_pilot& pilot,
                                                 std::span<const index> sizes,
                                                 std::span<const double> depths,
                                                 const experiment_options& options, Watch&& watch,
                                                 random_engine& rng) {
  require(!sizes.empty() && std::is_sorted(sizes.begin(), sizes.end()) && sizes.front() >= 3,
          "run_experiments", "ascending sizes of at least 3 cells are needed");
  require(!depths.empty() && depths.front() == 1, "run_experiments", "the first depth must be 1");
  require(!options.models.empty() && options.repeats >= 1, "run_experiments",
          "at least one model and one repeat are needed");
  const random_streams streams(rng);
  const reference_cells reference(pilot.counts, pilot.types);
  const double library = reference.common_library();
  const auto kinds = static_cast<index>(pilot.names.size());
  const auto columns = static_cast<index>(options.models.size()) * options.repeats;
  const auto fit_cells = std::max<index>(
      2, static_cast<index>(options.fitted_share * static_cast<double>(pilot.counts.cells())));
  const index largest = sizes.back();

  experiment_figures found;
  auto& experiments = found.experiments;
  experiments.sizes.assign(sizes.begin(), sizes.end());
  experiments.depths.assign(depths.begin(), depths.end());
  for (index c = 0; c < columns; ++c)
    experiments.columns.push_back(
        options.models[static_cast<std::size_t>(c / options.repeats)].names.front() + " " +
        std::to_string(c % options.repeats + 1));
  for (index c = 0; c < options.repeats; ++c) experiments.thinned.push_back(c);
  experiments.tables.resize(depths.size() * sizes.size() * static_cast<std::size_t>(columns));
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  found.stability = matrix<double>::Constant(static_cast<index>(sizes.size()), columns, unknown);
  found.compactness = found.stability;

  const type_discriminant placing(reference.components().scores, pilot.types, kinds);
  const auto components_of = [&](const count_matrix<>& cells) {
    const auto values = log_normalise(cells, {.target_sum = library});
    return pca(sparse_operator(values), {.components = options.components});
  };
  const auto rows = [](const count_matrix<>& cells, index begin, index count) {
    std::vector<index> chosen(static_cast<std::size_t>(count));
    std::iota(chosen.begin(), chosen.end(), begin);
    return select_cells(cells, std::span<const index>(chosen));
  };
  std::mutex speaking;
  index done = 0;
  bool stopped = false;
  run.for_each_block(columns, [&](index column) {
    {
      const std::lock_guard lock(speaking);
      if (stopped) return;
    }
    const auto& model = options.models[static_cast<std::size_t>(column / options.repeats)];
    random_engine own = streams[static_cast<std::uint64_t>(column)];
    const random_streams thinning(own);
    const auto cells = synthetic_experiment(pilot, model, fit_cells, 2 * largest, own);
    for (std::size_t s = 0; s < sizes.size(); ++s) {
      const auto one = rows(cells, 0, sizes[s]);
      const auto types = placing.types_of(
          project(log_normalise(one, {.target_sum = library}), reference.components()));
      const auto keep = [&](std::size_t d, std::span<const index> clusters) {
        experiments.tables[(d * sizes.size() + s) * static_cast<std::size_t>(columns) +
                           static_cast<std::size_t>(column)] =
            types_by_clusters(types, kinds, clusters);
      };
      const auto here = components_of(one);
      const auto clusters = options.clustering.labels_of(serial_executor{}, here.scores);
      keep(0, clusters);
      const auto row = static_cast<index>(s);
      if (options.is_stability_wanted) {
        const auto other = rows(cells, largest, sizes[s]);
        const auto placed = project(log_normalise(other, {.target_sum = library}), here);
        const auto again =
            options.clustering.labels_of(serial_executor{}, components_of(other).scores);
        found.stability(row, column) = adjusted_rand_index(
            labels_of_nearest(serial_executor{}, here.scores, clusters, placed), again);
      }
      found.compactness(row, column) = -davies_bouldin_index(here.scores, clusters);
      if (column >= options.repeats) continue;
      for (std::size_t d = 1; d < depths.size(); ++d) {
        random_engine kept = thinning[d * sizes.size() + s];
        const auto thin = thin_counts(serial_executor{}, one, depths[d], kept);
        keep(d, options.clustering.labels_of(serial_executor{}, components_of(thin).scores));
      }
    }
    const std::lock_guard lock(speaking);
    if (watch(progress{"experiments", ++done, columns, {}}) == flow::stop) stopped = true;
  });
  if (stopped && done < columns) found.experiments.columns.clear();
  return found;
}

}  // namespace harmonium::inline v0_2
