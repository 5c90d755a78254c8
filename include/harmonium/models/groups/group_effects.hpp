// SPDX-License-Identifier: MIT
/// @file
/// Groups of cells, that is batches or donors, in which the same hidden states have other means and
/// other shares: what was learned of those of a pilot, and the drawing of new ones.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "harmonium/core/draw/gamma.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/count_states.hpp"

namespace harmonium::inline v0_2 {

/// In group g the mean of gene m in state s is that of the pilot times
/// exp(gene(g, m) + state[g](s, m)), and the share of the state is shares(g, s). Of groups that are
/// not in the pilot the logarithms are normal with mean as in the pilot and the deviations given
/// here, the shares Dirichlet. `training/groups/fit_group_effects.hpp` learns them.
struct group_effects {
  std::vector<index> cells;           ///< of the pilot, per group
  vector<double> depth;               ///< per group, logarithm of its depth over the pilot's
  matrix<double> gene;                ///< groups x genes, of which `depth` is a part
  vector<double> gene_deviation;      ///< genes, >= 0; between groups of one depth
  std::vector<matrix<double>> state;  ///< per group, states x genes; or empty: none (batches)
  matrix<double> state_deviation;     ///< states x genes, >= 0; or empty
  matrix<double> shares;              ///< groups x states, rows sum to 1
  vector<double> mean_shares;         ///< of new groups, sum to 1
  double concentration = 0;           ///< of the Dirichlet distribution of shares, > 0

  [[nodiscard]] index groups() const noexcept { return gene.rows(); }
  [[nodiscard]] index genes() const noexcept { return gene.cols(); }
  [[nodiscard]] index states() const noexcept { return shares.cols(); }
  /// Whether states differ between groups beyond what all states do.
  [[nodiscard]] bool by_state() const noexcept { return !state.empty(); }
};

/// @throws std::invalid_argument unless all sizes fit together and `states`.
inline void check(const group_effects& effects, const count_states& states) {
  const index groups = effects.groups();
  bool fits = groups >= 1 && effects.genes() == states.genes() &&
              effects.states() == states.states() && std::ssize(effects.cells) == groups &&
              effects.depth.size() == groups && effects.gene_deviation.size() == states.genes() &&
              effects.shares.rows() == groups && effects.mean_shares.size() == states.states() &&
              effects.concentration > 0;
  if (effects.by_state()) {
    fits = fits && std::ssize(effects.state) == groups &&
           effects.state_deviation.rows() == states.states() &&
           effects.state_deviation.cols() == states.genes();
    for (const auto& own : effects.state)
      fits = fits && own.rows() == states.states() && own.cols() == states.genes();
  }
  require(fits, "group_effects", "the parts do not fit together, or not the states");
}

/// The states as they are in one group of the pilot.
/// @throws std::invalid_argument for a group that is not there.
inline count_states states_in_group(const count_states& states, const group_effects& effects,
                                    index group) {
  check(effects, states);
  require(group >= 0 && group < effects.groups(), "states_in_group",
          "there is no group " + std::to_string(group) + " of " + std::to_string(effects.groups()));
  count_states made = states;
  made.weights = effects.shares.row(group);
  for (index s = 0; s < states.states(); ++s)
    for (index m = 0; m < states.genes(); ++m) {
      double log_factor = effects.gene(group, m);
      if (effects.by_state()) log_factor += effects.state[static_cast<std::size_t>(group)](s, m);
      made.mean(s, m) = std::max(states.mean(s, m) * math::exp(log_factor), 1e-10);
    }
  return made;
}

/// Logarithms of factors in a group that is not in the pilot: combinations of the pilot's groups
/// with normal weights, so that genes which move together between donors move together in the new
/// one; what the shrunk effects of the pilot's groups lack of the deviation is drawn for every gene
/// by itself. Few groups tell their spread badly: combinations are those of a t distribution with
/// groups - 1 degrees of freedom (at least 4), as the prediction of a further normal number from
/// some is (Geisser 1993, Predictive Inference, 2.2). Their exponentials have mean 1 given the
/// spread that was drawn.
class new_group_factors {
 public:
  /// @param groups of the pilot; with one there are no combinations
  new_group_factors(index groups, random_engine& rng) {
    if (groups < 2) return;
    double sum = 0;
    for (index g = 0; g < groups; ++g) {
      weights_.push_back(draw::normal(rng));
      sum += weights_.back();
    }
    const auto n = static_cast<double>(groups);
    for (double& w : weights_) w = (w - sum / n) / std::sqrt(n - 1);
    const double freedom = std::max(n - 1, 4.0);
    further_ = 1 + 1 / n;
    spread_ = further_ * freedom / (2 * draw::gamma(freedom / 2, rng));
  }

  /// @param effect    logarithms in the pilot's groups, `effect(g)`
  /// @param own       the same without what all rows of a group share
  /// @param deviation between groups of `own`
  template <class Effect, class Own>
  double draw(const Effect& effect, const Own& own, double deviation, random_engine& rng) const {
    double combined = 0, variance = 0;
    const double spread = variance_of(own);
    if (!weights_.empty()) {
      const double mean = mean_of(effect);
      for (std::size_t g = 0; g < weights_.size(); ++g)
        combined += weights_[g] * (effect(static_cast<index>(g)) - mean);
      variance = variance_of(effect);
    }
    const double rest = further_ * std::max(0.0, deviation * deviation - spread);
    return std::sqrt(spread_) * combined + std::sqrt(rest) * draw::normal(rng) -
           (spread_ * variance + rest) / 2;
  }

 private:
  template <class Effect>
  [[nodiscard]] double mean_of(const Effect& effect) const {
    double sum = 0;
    for (std::size_t g = 0; g < weights_.size(); ++g) sum += effect(static_cast<index>(g));
    return sum / static_cast<double>(weights_.size());
  }
  template <class Effect>
  [[nodiscard]] double variance_of(const Effect& effect) const {
    if (weights_.empty()) return 0;
    const double mean = mean_of(effect);
    double squares = 0;
    for (std::size_t g = 0; g < weights_.size(); ++g) {
      const double d = effect(static_cast<index>(g)) - mean;
      squares += d * d;
    }
    return squares / static_cast<double>(weights_.size() - 1);
  }

  std::vector<double> weights_;
  double further_ = 1;  ///< variance of a further number about the mean of the pilot's
  double spread_ = 1;   ///< the same with the spread not known
};

/// The states as they may be in a group of the same kind that is not in the pilot, such as a donor
/// who has not been seen.
/// @throws std::invalid_argument if the parts do not fit together.
inline count_states states_in_new_group(const count_states& states, const group_effects& effects,
                                        random_engine& rng) {
  check(effects, states);
  count_states made = states;
  double all = 0;
  for (index s = 0; s < states.states(); ++s) {
    const double shape = effects.concentration * effects.mean_shares[s];
    made.weights[s] = shape > 0 ? draw::gamma(shape, rng) : 0;
    all += made.weights[s];
  }
  if (!(all > 0)) made.weights = effects.mean_shares;
  const new_group_factors factors(effects.groups(), rng);
  for (index m = 0; m < states.genes(); ++m) {
    const double common =
        factors.draw([&](index g) { return effects.gene(g, m); },
                     [&](index g) { return effects.gene(g, m) - effects.depth[g]; },
                     effects.gene_deviation[m], rng);
    for (index s = 0; s < states.states(); ++s) {
      double log_factor = common;
      if (effects.by_state()) {
        const auto own = [&](index g) { return effects.state[static_cast<std::size_t>(g)](s, m); };
        log_factor += factors.draw(own, own, effects.state_deviation(s, m), rng);
      }
      made.mean(s, m) = std::max(states.mean(s, m) * math::exp(log_factor), 1e-10);
    }
  }
  return made;
}

}  // namespace harmonium::inline v0_2
