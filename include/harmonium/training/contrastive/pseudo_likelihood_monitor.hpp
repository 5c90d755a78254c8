// SPDX-License-Identifier: MIT
/// @file
/// Pseudo-likelihood in the training log, where a stage is asked for it.
#pragma once

#include <cstdint>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/likelihood/pseudo_likelihood.hpp"
#include "harmonium/training/training_log.hpp"

namespace harmonium::inline v0_2 {

/// A monitor of `pretrain`: every epoch of the first layer gets the figures `pseudo_likelihood`
/// and, where rows are held out, `held_out_pseudo_likelihood`, nats per row.
struct pseudo_likelihood_monitor {
  static constexpr bool measures = true;
  index sites = 0;  ///< random ones of every row; 0: all, exactly; more is dearer and steadier
  std::uint64_t seed = 1;  ///< of which sites: the same in every epoch, so that epochs compare

  template <executor Executor, finite_visible_sites Model, row_source Data>
  void add(const Executor& run, const Model& model, const Data& training, const Data& held_out,
           training_record& line) const {
    line.figures.push_back({"pseudo_likelihood", of(run, model, training)});
    if (row_count(held_out) > 0)
      line.figures.push_back({"held_out_pseudo_likelihood", of(run, model, held_out)});
  }

 private:
  template <executor Executor, class Model, row_source Data>
  double of(const Executor& run, const Model& model, const Data& data) const {
    if (sites == 0) return pseudo_likelihood(run, model, data);
    random_engine rng(seed);
    return estimated_pseudo_likelihood(run, model, data, sites, rng);
  }
};

}  // namespace harmonium::inline v0_2
