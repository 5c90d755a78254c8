// SPDX-License-Identifier: MIT
/// @file
/// One way to ask any generator for cells: how many, of which states and group, how deep, with
/// which counts given.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/thin_counts.hpp"
#include "harmonium/models/generator.hpp"

namespace harmonium::inline v0_2 {

/// A count that is given: only cells that have it are wanted.
struct clamped_gene {
  index gene = 0;          ///< its number
  std::int32_t count = 0;  ///< >= 0
};

/// Which cells are wanted.
struct cells_request {
  index cells = 0;                          ///< how many, unless `of_states` says
  std::vector<index> of_states = {};        ///< in place of `cells`: how many of each state, in all
  std::optional<index> of_group = {};       ///< batch or donor of the pilot whose cells are wanted
  bool of_new_group = false;                ///< of a group that is not in the pilot
  std::optional<double> mean_library = {};  ///< mean counts per cell; > 0
  double depth = 1;                         ///< share of the molecules that are counted, in (0, 1]
  std::vector<clamped_gene> clamped = {};   ///< counts that are given
};

/// Cells, and what their model tells of each.
struct cells_and_origins {
  count_matrix<> cells;       ///< cells x genes
  std::vector<index> state;   ///< in which each was drawn, or empty
  std::vector<index> source;  ///< pilot cell around which each was drawn, or empty
};

/// Cells of a generator with what it tells of them.
/// @param counts cells of each state, or empty: `cells` as they come
/// @throws std::invalid_argument where cells of a state cannot be asked for.
template <executor Executor, generator Model, observer Observer>
cells_and_origins cells_with_origins(const Executor& run, const Model& model, index cells,
                                     std::span<const index> counts, Observer&& watch,
                                     random_engine& rng) {
  if constexpr (requires { model.generate_with_origins(run, cells, watch, rng); }) {
    if (counts.empty()) return model.generate_with_origins(run, cells, watch, rng);
    return model.generate_states(run, counts, watch, rng);
  } else if constexpr (requires { model.generate_with_states(run, cells, watch, rng); }) {
    auto made = counts.empty() ? model.generate_with_states(run, cells, watch, rng)
                               : model.generate_states(run, counts, watch, rng);
    return {std::move(made.cells), std::move(made.state), {}};
  } else {
    require(counts.empty(), "cells_request", "the model has no states that cells can be asked of");
    if constexpr (requires { model.generate_with_sources(run, cells, watch, rng); }) {
      auto made = model.generate_with_sources(run, cells, watch, rng);
      return {std::move(made.cells), {}, std::move(made.source)};
    } else {
      return {model.generate(run, cells, watch, rng), {}, {}};
    }
  }
}

/// Mean counts per cell, of 2000 cells from a stream of its own.
template <executor Executor, generator Model>
[[nodiscard]] double mean_library(const Executor& run, const Model& model) {
  random_engine rng(0);
  const auto cells = model.generate(run, 2000, rng);
  return library_sizes(cells).mean();
}

/// The cells of a request that have its clamped counts: cells are drawn until enough have them,
/// which is the model's own distribution given those counts, exactly, for every generator. Cost:
/// that of 1 / (probability of the counts) cells for one.
/// @throws std::invalid_argument if fewer than one cell of 100,000 has them.
template <executor Executor, generator Model, observer Observer>
cells_and_origins cells_with_clamped(const Executor& run, const Model& model,
                                     const cells_request& request, double kept, Observer&& watch,
                                     random_engine& rng) {
  constexpr double rarest = 1e-5;
  const bool by_state = !request.of_states.empty();
  std::vector<index> missing = by_state ? request.of_states : std::vector<index>{request.cells};
  cells_and_origins found{count_matrix<>(model.genes()), {}, {}};
  double made = 0, taken = 0;
  for (;;) {
    const index wanted = std::accumulate(missing.begin(), missing.end(), index{0});
    if (wanted == 0) return found;
    const double chance = (taken + 0.5) / (made + 1);
    require(made < 1 / rarest || taken / made >= rarest, "cells_request",
            "fewer than one cell of 100,000 has the clamped counts");
    // As many as are likely to do, but no more than a hundred thousand at a time.
    const double factor =
        std::min(1 / chance, std::max(1.0, 1e5 / static_cast<double>(std::max<index>(wanted, 1))));
    std::vector<index> counts;
    index cells = 0;
    for (const index n : missing) {
      counts.push_back(n == 0 ? 0 : static_cast<index>(std::ceil(factor * static_cast<double>(n))));
      cells += counts.back();
    }
    auto drawn = cells_with_origins(
        run, model, cells, by_state ? std::span<const index>(counts) : std::span<const index>(),
        watch, rng);
    const bool stopped = drawn.cells.cells() < cells;
    if (kept < 1) drawn.cells = thin_counts(run, drawn.cells, kept, rng);
    for (index i = 0; i < drawn.cells.cells(); ++i) {
      const auto u = static_cast<std::size_t>(i);
      const auto cell = drawn.cells.cell(i);
      const bool fits =
          std::all_of(request.clamped.begin(), request.clamped.end(), [&](const clamped_gene& one) {
            const auto at = std::lower_bound(cell.genes.begin(), cell.genes.end(), one.gene);
            const bool counted = at != cell.genes.end() && *at == one.gene;
            return (counted ? cell.values[static_cast<std::size_t>(at - cell.genes.begin())] : 0) ==
                   one.count;
          });
      made += 1;
      taken += fits ? 1 : 0;
      index& open = missing[by_state ? static_cast<std::size_t>(drawn.state[u]) : 0];
      if (!fits || open == 0) continue;
      --open;
      for (std::size_t k = 0; k < cell.size(); ++k)
        found.cells.push_back(static_cast<index>(cell.genes[k]), cell.values[k]);
      found.cells.finish_cell();
      if (!drawn.state.empty()) found.state.push_back(drawn.state[u]);
      if (!drawn.source.empty()) found.source.push_back(drawn.source[u]);
    }
    if (stopped) return found;
  }
}

/// What can be asked for cells: a generator, or a trained model that holds one.
template <class Model>
concept serves_requests = generator<Model> || requires(const Model& model) {
  { model.generator } -> generator;
};

/// Cells as they were asked for. What a model cannot serve is refused by name: states, groups, and
/// a library larger than its own, for which a model needs `scaled(run, factor)`. A library that is
/// smaller and a depth are binomial thinning; counts are clamped as they are after it.
///
///     const auto knocked_out = generate(run, model, {.cells = 500, .clamped = {{gene, 0}}}, rng);
///
/// gives cells that do not express the gene, as the model correlates them with the others: what is
/// seen in them need not be what a knock-out does, of which counts alone do not tell.
/// @throws std::invalid_argument for what the model cannot serve and numbers out of range.
template <executor Executor, serves_requests Model, observer Observer>
cells_and_origins generate(const Executor& run, const Model& model, const cells_request& request,
                           Observer&& watch, random_engine& rng) {
  require(request.cells >= 0, "cells_request", "the number of cells must not be negative");
  require(request.depth > 0 && request.depth <= 1, "cells_request",
          "a depth is a share above 0, at most 1");
  require(!request.mean_library || *request.mean_library > 0, "cells_request",
          "a library must be positive");
  if (request.of_group || request.of_new_group) {
    if constexpr (requires { model.of_group(run, index{}); }) {
      cells_request rest = request;
      rest.of_group.reset();
      rest.of_new_group = false;
      const auto of_group =
          request.of_new_group ? model.new_group(run, rng) : model.of_group(run, *request.of_group);
      return generate(run, of_group, rest, watch, rng);
    } else {
      require(false, "cells_request", "the model knows no batches or donors");
    }
  }
  if constexpr (generator<Model>) {
    for (const clamped_gene& one : request.clamped)
      require(one.gene >= 0 && one.gene < model.genes() && one.count >= 0, "cells_request",
              "a clamped gene is one of the model's, its count not negative");
    double kept = request.depth;
    if (request.mean_library) {
      const double factor = *request.mean_library / mean_library(run, model);
      if (factor > 1) {
        if constexpr (requires { model.scaled(run, factor); }) {
          cells_request rest = request;
          rest.mean_library.reset();
          const auto larger = model.scaled(run, factor);
          return generate(run, larger, rest, watch, rng);
        } else {
          require(false, "cells_request",
                  "the model makes no larger libraries than its own, but thinner ones");
        }
      }
      kept *= std::min(factor, 1.0);
    }
    if (!request.clamped.empty()) return cells_with_clamped(run, model, request, kept, watch, rng);
    auto made = cells_with_origins(run, model, request.cells, request.of_states, watch, rng);
    if (kept < 1) made.cells = thin_counts(run, made.cells, kept, rng);
    return made;
  } else {
    return generate(run, model.generator, request, watch, rng);
  }
}

template <executor Executor, serves_requests Model>
cells_and_origins generate(const Executor& run, const Model& model, const cells_request& request,
                           random_engine& rng) {
  return generate(run, model, request, silent{}, rng);
}

}  // namespace harmonium::inline v0_2
