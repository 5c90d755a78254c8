// SPDX-License-Identifier: MIT
/// @file
/// Several metrics at once.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"

namespace harmonium::inline v0_2 {

/// The figures of one metric, with what it says of itself.
struct scored_metric {
  std::string_view name, range, chance, ceiling;  ///< as the metric states them, for a person
  std::vector<figure> figures;                    ///< in the metric's order
};

/// What `evaluate` found.
struct evaluation {
  std::vector<scored_metric> metrics;  ///< in the order they were asked for

  /// A single figure. If a metric was asked for twice (with different options), the first counts.
  /// @throws std::out_of_range if there is none of that name.
  [[nodiscard]] double operator()(std::string_view metric_name,
                                  std::string_view figure_name) const {
    for (const scored_metric& scored : metrics)
      if (scored.name == metric_name)
        for (const figure& found : scored.figures)
          if (found.name == figure_name) return found.value;
    throw std::out_of_range("evaluation: no figure " + std::string(metric_name) + "." +
                            std::string(figure_name));
  }
};

/// The given metrics on one pair of reference and synthetic cells. Metrics may run at the same
/// time; the figures do not depend on it.
template <executor Executor, metric... Metrics>
evaluation evaluate(const Executor& run, const comparison& pair, const Metrics&... metrics) {
  evaluation result{
      {scored_metric{Metrics::name, Metrics::range, Metrics::chance, Metrics::ceiling, {}}...}};
  const std::array<std::function<std::vector<figure>()>, sizeof...(Metrics)> tasks{
      [&] { return metrics.evaluate(pair); }...};
  run.for_each_block(static_cast<index>(sizeof...(Metrics)), [&](index task) {
    result.metrics[static_cast<std::size_t>(task)].figures =
        tasks[static_cast<std::size_t>(task)]();
  });
  return result;
}

/// The same on the calling thread.
template <metric... Metrics>
evaluation evaluate(const comparison& pair, const Metrics&... metrics) {
  return evaluate(serial_executor{}, pair, metrics...);
}

/// Metrics with their default options, named as template arguments:
///
///     const auto score = evaluate<davies_bouldin, adjusted_rand>(reference, labels, cells);
///
/// @param synthetic_labels one per synthetic cell; left out, every synthetic cell has the label of
///        its nearest reference cell in principal components (see `comparison`).
/// @throws std::invalid_argument if labels and cells, or the genes of both sides, differ in number.
template <metric... Metrics, count_source Reference, count_source Synthetic>
requires(sizeof...(Metrics) > 0 && (std::default_initializable<Metrics> && ...))  //
    evaluation evaluate(const Reference& reference, std::span<const index> reference_labels,
                        const Synthetic& synthetic, std::span<const index> synthetic_labels) {
  const reference_cells original(reference, reference_labels);
  return evaluate(comparison(original, synthetic, synthetic_labels), Metrics{}...);
}

template <metric... Metrics, count_source Reference, count_source Synthetic>
requires(sizeof...(Metrics) > 0 && (std::default_initializable<Metrics> && ...))  //
    evaluation evaluate(const Reference& reference, std::span<const index> reference_labels,
                        const Synthetic& synthetic) {
  const reference_cells original(reference, reference_labels);
  return evaluate(comparison(original, synthetic), Metrics{}...);
}

/// Metrics that need no labels:
///
///     const auto score = evaluate<library_size, maximum_mean_discrepancy>(reference, cells);
///
/// @throws std::invalid_argument if the genes of both sides differ in number
template <metric... Metrics, count_source Reference, count_source Synthetic>
requires(sizeof...(Metrics) > 0 && (label_free_metric<Metrics> && ...) &&
         (std::default_initializable<Metrics> && ...))  //
    evaluation evaluate(const Reference& reference, const Synthetic& synthetic) {
  const reference_cells original(reference);
  return evaluate(comparison(original, synthetic), Metrics{}...);
}

}  // namespace harmonium::inline v0_2
