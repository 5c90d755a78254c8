// SPDX-License-Identifier: MIT
/// @file
/// An atlas out of a model file.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/io/any_model.hpp"
#include "harmonium/io/model_file.hpp"
#include "harmonium/io/models/trained_harmonium.hpp"
#include "harmonium/models/correlated_cells.hpp"
#include "harmonium/models/residuals/factor_scores.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/prior/atlas.hpp"
#include "harmonium/training/trained_harmonium.hpp"

namespace harmonium::inline v0_2::io {

/// The atlas that a file of `train_harmonium`'s model is, written with the names of its genes
/// (`save` with notes, `harmonium fit`). Types of its cells are those that it was fitted with. Its
/// residual correlation must be the default, `low_rank_copula`; any size factors will do.
///
///     const auto prior = prior_for(io::load_atlas("tissue.harmonium"), genes.ids, genes.symbols);
///
/// @throws io_error for files that are none, of other kinds or without names of genes.
template <executor Executor = serial_executor>
atlas load_atlas(const std::filesystem::path& path, const Executor& run = {}) {
  using plain = trained_harmonium<correlated_cells<factor_scores>>;
  using by_dispersion = trained_harmonium<correlated_cells<factor_scores, scaled_dispersion>>;
  using by_mean = trained_harmonium<correlated_cells<factor_scores, scaled_mean>>;
  const any_model model = load_any(model_list<plain, by_dispersion, by_mean>{}, run, path);
  const features& genes = model.notes().genes;
  if (genes.size() != model.genes())
    throw io_error(path.string(), 0,
                   "does not name its genes, so that it cannot be matched to a pilot");
  // `harmonium fit` without types numbers the components, which names none.
  std::vector<std::string> labels = model.notes().labels;
  const bool numbered = std::all_of(labels.begin(), labels.end(), [](const std::string& label) {
    constexpr std::string_view name = "component ";
    return label.starts_with(name) && label.size() > name.size() &&
           label.find_first_not_of("0123456789", name.size()) == std::string::npos;
  });
  if (numbered) labels.clear();
  if (const auto* of = model.get_if<plain>())
    return atlas_of(*of, genes.ids, genes.symbols, labels);
  if (const auto* of = model.get_if<by_dispersion>())
    return atlas_of(*of, genes.ids, genes.symbols, labels);
  return atlas_of(*model.get_if<by_mean>(), genes.ids, genes.symbols, labels);
}

}  // namespace harmonium::inline v0_2::io
