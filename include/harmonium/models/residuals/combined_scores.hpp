// SPDX-License-Identifier: MIT
/// @file
/// Scores as random combinations of those of pilot cells of the same state.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/draw/gamma.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/normals.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/residuals/residual_scores.hpp"

namespace harmonium::inline v0_2 {

/// The parts of it: what `full_copula` learns from a pilot.
struct score_combinations {
  double strength = 0;                    ///< h in [0, 1]
  index blend = 0;                        ///< pilot cells combined with positive weights; 0: all
  matrix<float> residuals;                ///< cells x genes, scores about their state's mean
  matrix<float> means;                    ///< d, states x genes
  std::vector<std::vector<index>> cells;  ///< of each state
};

/// z = d + sqrt(h) R'g + sqrt(1 - h) e with R the residuals of the state's pilot cells over the
/// root of their number, g and e independent standard normal; with a blend, that many of the cells
/// with positive random weights whose squares sum to 1. States of at most 3 cells take the cells of
/// all larger ones; where there are none, genes are independent. Cost: one multiplication a gene
/// and combined cell. Memory: cells x genes floats.
class combined_scores {
 public:
  /// @throws std::invalid_argument unless sizes fit together and every cell exists.
  explicit combined_scores(score_combinations parts) : parts_(std::move(parts)) {
    require(std::ssize(parts_.cells) == parts_.means.rows() &&
                parts_.residuals.cols() == parts_.means.cols(),
            "combined_scores", "sizes do not fit together");
    for (const auto& own : parts_.cells) {
      for (const index i : own)
        require(i >= 0 && i < parts_.residuals.rows(), "combined_scores", "a cell does not exist");
      if (own.size() > few) many_.insert(many_.end(), own.begin(), own.end());
    }
  }

  void draw(index state, random_engine& rng, std::span<float> scores) const {
    const auto& own = parts_.cells[static_cast<std::size_t>(state)];
    const auto& cells = own.size() > few ? own : many_;
    const float* mean = parts_.means.data() + state * parts_.means.cols();
    const double strength = parts_.strength;
    const auto alone = static_cast<float>(cells.empty() ? 1 : std::sqrt(1 - strength));
    draw::normals(scores, rng);
    for (std::size_t m = 0; m < scores.size(); ++m) scores[m] = mean[m] + alone * scores[m];
    if (cells.empty()) return;
    if (parts_.blend > 0) {
      const index count = std::min(parts_.blend, static_cast<index>(cells.size()));
      const auto chosen =
          draw::sample_without_replacement(static_cast<index>(cells.size()), count, rng);
      std::vector<double> weights;  // roots of a Dirichlet(2, ..., 2): squares sum to 1
      double total = 0;
      for (index b = 0; b < count; ++b) {
        weights.push_back(draw::gamma(2.0, rng));
        total += weights.back();
      }
      for (std::size_t b = 0; b < weights.size(); ++b)
        add(cells[static_cast<std::size_t>(chosen[b])], std::sqrt(strength * weights[b] / total),
            scores);
    } else {
      const double scale = std::sqrt(strength / static_cast<double>(cells.size()));
      for (const index cell : cells) add(cell, scale * draw::normal(rng), scores);
    }
  }

  [[nodiscard]] const score_combinations& parts() const noexcept { return parts_; }

 private:
  static constexpr std::size_t few = 3;

  void add(index cell, double weight, std::span<float> scores) const {
    const float* r = parts_.residuals.data() + cell * parts_.residuals.cols();
    const auto w = static_cast<float>(weight);
    for (std::size_t m = 0; m < scores.size(); ++m) scores[m] += w * r[m];
  }

  score_combinations parts_;
  std::vector<index> many_;  ///< cells of the states of more than `few`
};

static_assert(residual_scores<combined_scores>);

}  // namespace harmonium::inline v0_2
