// SPDX-License-Identifier: MIT
/// @file
/// The paper's model, trained: on a simulated tissue, and on real pilots where these are there.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "samplers/targets/target.hpp"

namespace targets {

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;

/// The cells that `tissue` is trained on, with what an autoencoder of the same cells needs.
struct tissue_pilot {
  hm::count_matrix<> counts;
  target<scdbm> trained;
};

/// 384 simulated cells of 200 genes; 4 and 2 hidden units, as in the paper's notebook.
inline tissue_pilot tissue() {
  hm::random_engine rng(7);
  auto pilot = hm::simulate_tissue({.cells = 384, .genes = 200}, rng);
  auto model = hm::train<scdbm>(hm::serial_executor{}, pilot.counts, {.hidden = {4, 2}},
                                hm::exact_em{}, rng);
  return {std::move(pilot.counts), enumerated("tissue", std::move(model))};
}

/// A 10x folder of 1000 genes, at most 384 cells evenly over its order; 8 and 2 hidden units (256
/// states of h_1).
inline target<scdbm> real_cells(std::string name, const std::filesystem::path& folder) {
  const auto data = hm::io::read_10x(folder);
  std::vector<hm::index> rows;
  const hm::index step = (data.counts.cells() + 383) / 384;
  for (hm::index i = 0; i < data.counts.cells(); i += step) rows.push_back(i);
  const auto pilot = hm::select_cells(data.counts, std::span<const hm::index>(rows));
  hm::random_engine rng(7);
  auto model = hm::train<scdbm>(hm::serial_executor{}, pilot, {.hidden = {8, 2}},
                                hm::exact_em{.iterations = 30, .starts = 2}, rng);
  return enumerated(std::move(name), std::move(model));
}

}  // namespace targets
