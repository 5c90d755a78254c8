// SPDX-License-Identifier: MIT
/// @file
/// The contract of what a study fits to pilots, again and again.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/metrics/concepts.hpp"
#include "harmonium/study/pilot_subsample.hpp"

namespace harmonium::inline v0_2 {

/// A pilot as a model gets it: every gene has a count.
struct pilot_cells {
  const count_matrix<>& counts;        ///< cells x genes
  std::span<const index> labels = {};  ///< type of each cell; empty where the model finds its own
};

/// Draws cells: `source(n, rng)` as `generate(n, rng)` of a `generator`.
using cell_source = std::function<count_matrix<>(index cells, random_engine& rng)>;

/// What one fit yields. The pilot's counts may be gone by the time the sources are asked.
struct study_fit {
  std::vector<cell_source> sources;  ///< one for each of the model's names
  std::vector<figure> facts = {};    ///< such as what a grid search chose
  /// Cells are over all genes of what pilots are drawn from, not over those of the pilot alone.
  bool of_all_genes = false;
};

/// Cells of a generator of a fit, over all genes of what its pilot was drawn from.
/// @throws std::invalid_argument if they have other genes than the fit says.
[[nodiscard]] inline count_matrix<> cells_of(const study_fit& fit, std::size_t generator,
                                             const pilot_subsample& pilot, index cells,
                                             random_engine& rng) {
  auto made = fit.sources.at(generator)(cells, rng);
  if (!fit.of_all_genes) return pilot.among_all_genes(made);
  require(made.genes() == pilot.all_genes, "cells_of",
          "a generator of all genes made cells of " + std::to_string(made.genes()) +
              " genes, not of " + std::to_string(pilot.all_genes));
  return made;
}

/// The names of a study model's generators: its static member `names`, or what `names()` returns
/// where they are settings.
template <class M>
[[nodiscard]] std::vector<std::string> names_of(const M& model) requires requires {
  model.names();
} || requires {
  std::span<const std::string_view>(M::names);
}
{
  if constexpr (requires { model.names(); }) {
    return model.names();
  } else {
    const std::span<const std::string_view> all(M::names);
    return {all.begin(), all.end()};
  }
}

/// Settings that can be fitted to a pilot. One fit may yield several generators, such as prior and
/// posterior sampling of one autoencoder, each with a name of its own.
///
/// Laws: a fit depends on pilot, settings and engine only, and may run beside others; facts have
/// the same names whatever the pilot.
template <class M>
concept study_model = std::copyable<M> &&
    requires(const M& model, const pilot_cells& pilot, random_engine& rng) {
  names_of(model);
  { model.fit(pilot, rng) } -> std::same_as<study_fit>;
};

/// Any of them, chosen at run time.
struct any_study_model {
  std::vector<std::string> names;  ///< of the generators; the first also names the fit
  std::function<study_fit(const pilot_cells&, random_engine&)> fit;  ///< fits to a pilot

  template <study_model Model>
  static any_study_model of(Model model) {
    std::vector<std::string> names = names_of(model);
    return {std::move(names),
            [model = std::move(model)](const pilot_cells& pilot, random_engine& rng) {
              return model.fit(pilot, rng);
            }};
  }
};

}  // namespace harmonium::inline v0_2
