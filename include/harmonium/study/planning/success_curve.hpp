// SPDX-License-Identifier: MIT
/// @file
/// The chance of success over sizes, from experiments that succeeded or not (component
/// `harmonium::planning`).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/study/planning/design.hpp"
#include "harmonium/study/planning/evidence.hpp"
#include "harmonium/study/planning/tails.hpp"

namespace harmonium::inline v0_2 {

/// Shares made non-decreasing by pooling neighbours that are not, each with the same weight.
/// Source: Ayer et al. (1955), Annals of Mathematical Statistics 26:641.
[[nodiscard]] inline std::vector<double> isotonic(const std::vector<double>& values) {
  std::vector<std::pair<double, std::size_t>> blocks;  // sum, count
  for (const double value : values) {
    blocks.emplace_back(value, 1);
    while (blocks.size() > 1) {
      const auto [sum, count] = blocks.back();
      auto& before = blocks[blocks.size() - 2];
      if (before.first / static_cast<double>(before.second) <= sum / static_cast<double>(count))
        break;
      before.first += sum;
      before.second += count;
      blocks.pop_back();
    }
  }
  std::vector<double> smooth;
  for (const auto& [sum, count] : blocks)
    smooth.insert(smooth.end(), count, sum / static_cast<double>(count));
  return smooth;
}

/// Success over sizes, for each depth tried. Successes are made non-decreasing over sizes; the
/// interval is Jeffreys' of a binomial share, lines join sizes on a logarithmic axis. Below the
/// smallest size the chance is that of a line to 0 at no cells, beyond the largest it stays.
class success_curves {
 public:
  /// @param succeeded `bool(table)` of an experiment's cells by type and cluster
  template <class Succeeded>
  success_curves(const plan_experiments& experiments, Succeeded&& succeeded)
      : sizes_(experiments.sizes), depths_(experiments.depths) {
    for (std::size_t d = 0; d < depths_.size(); ++d) {
      const std::size_t columns = experiments.columns_of(d);
      std::vector<double> shares;
      for (std::size_t s = 0; s < sizes_.size(); ++s) {
        double successes = 0;
        for (std::size_t c = 0; c < columns; ++c)
          if (succeeded(experiments.table(d, s, c))) successes += 1;
        shares.push_back(successes / static_cast<double>(columns));
      }
      const auto n = static_cast<double>(columns);
      std::vector<chance_estimate> curve;
      for (const double share : isotonic(shares)) {
        const double a = share * n + 0.5, b = (1 - share) * n + 0.5;
        curve.push_back({share, share > 0 ? tails::beta_quantile(a, b, 0.05) : 0.0,
                         share < 1 ? tails::beta_quantile(a, b, 0.95) : 1.0});
      }
      curves_.push_back(std::move(curve));
    }
  }

  /// At the largest size and full depth.
  [[nodiscard]] double at_largest() const noexcept { return curves_.front().back().mean; }

  /// For depths between those tried, of the nearest one.
  [[nodiscard]] chance_estimate at(const plan_design& design) const {
    std::size_t depth = 0;
    for (std::size_t d = 1; d < depths_.size(); ++d)
      if (std::abs(depths_[d] - design.depth) < std::abs(depths_[depth] - design.depth)) depth = d;
    const auto& curve = curves_[depth];
    const index cells = design.total();
    if (cells >= sizes_.back()) return curve.back();
    const auto mixed = [](const chance_estimate& a, const chance_estimate& b, double share) {
      return chance_estimate{a.mean + share * (b.mean - a.mean),
                             a.lower + share * (b.lower - a.lower),
                             a.upper + share * (b.upper - a.upper)};
    };
    if (cells <= sizes_.front())
      return mixed(
          {}, curve.front(),
          static_cast<double>(std::max<index>(0, cells)) / static_cast<double>(sizes_.front()));
    const auto next = static_cast<std::size_t>(
        std::upper_bound(sizes_.begin(), sizes_.end(), cells) - sizes_.begin());
    const auto log_of = [](index n) { return math::log(static_cast<double>(n)); };
    return mixed(curve[next - 1], curve[next],
                 (log_of(cells) - log_of(sizes_[next - 1])) /
                     (log_of(sizes_[next]) - log_of(sizes_[next - 1])));
  }

 private:
  std::vector<index> sizes_;
  std::vector<double> depths_;
  std::vector<std::vector<chance_estimate>> curves_;
};

}  // namespace harmonium::inline v0_2
