// SPDX-License-Identifier: MIT
/// @file
/// Cells from a harmonium's hidden states and a residual correlation.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/categorical.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/make_cells.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/models/generator.hpp"
#include "harmonium/models/residuals/count_thresholds.hpp"
#include "harmonium/models/residuals/residual_scores.hpp"
#include "harmonium/models/residuals/score_calibration.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/units/nb_scores.hpp"

namespace harmonium::inline v0_2 {

/// Cells and the hidden state each was drawn in.
struct cells_with_states {
  count_matrix<> cells;      ///< cells x genes
  std::vector<index> state;  ///< of every cell
};

/// Generator: the hidden state by systematic sampling of the states' weights (no multinomial noise
/// in the proportions), scores of all genes from the residual correlation, counts as the negative
/// binomial quantiles of the scores. A count is at most three times the gene's largest pilot count
/// plus 3, since a tail is where a fit knows least; a gene that the pilot never counted stays at 0.
/// Memory: the tables of quantiles (`count_thresholds`), about 250 bytes per state and gene where
/// counts are small, five kilobytes where they are huge, about 130 MB at most; beyond that and with
/// size factors quantiles are found one by one.
/// @tparam Residual what draws the scores (`residual_scores`)
/// @tparam Sizes    how a cell's depth enters; depths are drawn from the state's pilot cells,
///                  smoothed with their variance kept
template <residual_scores Residual, size_factor_policy Sizes = no_size_factors>
class correlated_cells {
 public:
  using sizes = Sizes;

  /// What training/residuals/ fits; see `fit_correlated_cells`.
  /// @param largest      what no count of each gene exceeds, length genes
  /// @param calibrations per gene, the map between the scores of the negative binomials and those
  ///                     that are drawn; empty: none
  /// @throws std::invalid_argument if the parts do not fit together.
  template <executor Executor>
  correlated_cells(const Executor& run, count_states states, Residual residual,
                   vector<double> largest, std::vector<score_calibration> calibrations = {})
      : states_(std::move(states)),
        residual_(std::move(residual)),
        largest_(std::move(largest)),
        calibrations_(std::move(calibrations)) {
    check(states_, "correlated_cells");
    require(largest_.size() == genes() &&
                (calibrations_.empty() || std::ssize(calibrations_) == genes()),
            "correlated_cells", "one number per gene is needed");
    if constexpr (Sizes::uses_sizes) find_depths();
    if (Sizes::uses_sizes || table_nodes() > most_nodes) return;
    thresholds_ = count_thresholds(run, states_, largest_, calibrations_);
  }

  /// The same with other states of the same number and genes, such as those of a donor
  /// (models/groups/).
  /// @throws std::invalid_argument for other numbers.
  template <executor Executor>
  [[nodiscard]] correlated_cells with_states(const Executor& run, count_states states) const {
    require(states.states() == states_.states() && states.genes() == genes(), "with_states",
            "as many states and genes as before are needed");
    return correlated_cells(run, std::move(states), residual_, largest_, calibrations_);
  }

  /// The same with all means `factor` times as large, inverse dispersions as they are, and as much
  /// room for counts.
  /// @throws std::invalid_argument unless the factor is positive.
  template <executor Executor>
  [[nodiscard]] correlated_cells scaled(const Executor& run, double factor) const {
    require(factor > 0 && std::isfinite(factor), "scaled", "the factor must be positive");
    count_states larger = states_;
    larger.mean *= factor;
    return correlated_cells(run, std::move(larger), residual_, factor * largest_, calibrations_);
  }

  [[nodiscard]] index genes() const noexcept { return states_.genes(); }
  [[nodiscard]] const count_states& states() const noexcept { return states_; }
  [[nodiscard]] const Residual& residual() const noexcept { return residual_; }
  /// What no count of each gene exceeds, length genes.
  [[nodiscard]] const vector<double>& largest() const noexcept { return largest_; }
  /// Per gene; empty: none.
  [[nodiscard]] const std::vector<score_calibration>& calibrations() const noexcept {
    return calibrations_;
  }

  template <executor Executor, observer Observer>
  [[nodiscard]] count_matrix<> generate(const Executor& run, index cells, Observer&& watch,
                                        random_engine& rng) const {
    return generate_with_states(run, cells, watch, rng).cells;
  }
  template <executor Executor>
  [[nodiscard]] count_matrix<> generate(const Executor& run, index cells,
                                        random_engine& rng) const {
    return generate(run, cells, silent{}, rng);
  }
  [[nodiscard]] count_matrix<> generate(index cells, random_engine& rng) const {
    return generate(serial_executor{}, cells, silent{}, rng);
  }

  /// The same with the states, in random order.
  template <executor Executor, observer Observer>
  [[nodiscard]] cells_with_states generate_with_states(const Executor& run, index cells,
                                                       Observer&& watch, random_engine& rng) const {
    require(cells >= 0, "generate",
            "the number of cells must not be negative, got " + std::to_string(cells));
    random_engine order(rng(), 0);
    const auto weights = as_span(states_.weights);
    return make(run, draw::systematic(weights, cells, order), order, watch);
  }

  /// As many cells of each state as `counts` says (length states).
  /// @throws std::invalid_argument for another length or negative numbers.
  template <executor Executor, observer Observer>
  [[nodiscard]] cells_with_states generate_states(const Executor& run,
                                                  std::span<const index> counts, Observer&& watch,
                                                  random_engine& rng) const {
    require(std::cmp_equal(counts.size(), states_.states()), "generate",
            "one number of cells per state is needed");
    for (const index n : counts)
      require(n >= 0, "generate", "numbers of cells must not be negative");
    random_engine order(rng(), 0);
    return make(run, std::vector<index>(counts.begin(), counts.end()), order, watch);
  }

 private:
  template <executor Executor, observer Observer>
  cells_with_states make(const Executor& run, const std::vector<index>& counts,
                         random_engine& order, Observer&& watch) const {
    cells_with_states result;
    for (std::size_t s = 0; s < counts.size(); ++s)
      result.state.insert(result.state.end(), static_cast<std::size_t>(counts[s]),
                          static_cast<index>(s));
    draw::shuffle(std::span<index>(result.state), order);
    random_engine root(order(), 0);
    const auto& state = result.state;
    result.cells = make_cells(
        run, genes(), static_cast<index>(state.size()),
        [this, &state] {
          return [this, &state, scores = std::vector<float>(static_cast<std::size_t>(genes())),
                  scratch = std::vector<std::int32_t>()](random_engine& own,
                                                         count_matrix<>& out) mutable {
            // The stream's number is the cell's.
            const index s = state[static_cast<std::size_t>(own.item())];
            if (thresholds_.empty()) return draw_cell(s, scores, own, out);
            residual_.draw(s, own, scores);
            thresholds_.append(s, scores, scratch, out);
          };
        },
        watch, root);
    result.state.resize(static_cast<std::size_t>(result.cells.cells()));
    return result;
  }

  /// Without tables: the quantiles one by one.
  void draw_cell(index state, std::vector<float>& scores, random_engine& rng,
                 count_matrix<>& out) const {
    const double size = draw_size(state, rng);
    residual_.draw(state, rng, scores);
    for (index m = 0; m < genes(); ++m) {
      if (!(largest_[m] > 0)) continue;
      auto z = static_cast<double>(scores[static_cast<std::size_t>(m)]);
      if (!calibrations_.empty()) z = calibrations_[static_cast<std::size_t>(m)].inverse(z);
      z = std::clamp(z, -score_limit, score_limit);
      const double count =
          nb_quantile(math::normal_cdf(z), Sizes::mean(size, states_.mean(state, m)),
                      Sizes::dispersion(size, states_.theta(state, m)));
      out.push_back(m, std::min(count, largest_[m]));
    }
  }

  /// Logarithms of the size factors of a state's pilot cells.
  struct depths {
    std::vector<double> logs;
    double mean = 0, deviation = 0;
  };

  void find_depths() {
    depths_.resize(static_cast<std::size_t>(states_.states()));
    for (index i = 0; i < states_.cells(); ++i)
      depths_[static_cast<std::size_t>(states_.cell[static_cast<std::size_t>(i)])].logs.push_back(
          math::log(states_.sizes[i]));
    for (depths& own : depths_) {
      if (own.logs.empty()) continue;
      double sum = 0, squares = 0;
      for (const double size : own.logs) sum += size;
      own.mean = sum / static_cast<double>(own.logs.size());
      for (const double size : own.logs) squares += (size - own.mean) * (size - own.mean);
      own.deviation = std::sqrt(squares / static_cast<double>(own.logs.size()));
    }
  }

  /// log size = that of a pilot cell of the state, moved towards their mean and jittered so that
  /// mean and variance stay; 1 for a state without pilot cells.
  double draw_size(index state, random_engine& rng) const {
    if constexpr (Sizes::uses_sizes) {
      const depths& own = depths_[static_cast<std::size_t>(state)];
      if (own.logs.empty()) return 1;
      constexpr double jitter = 0.3;
      const double like = own.logs[static_cast<std::size_t>(draw::below(own.logs.size(), rng))];
      return math::exp(own.mean + std::sqrt(1 - jitter * jitter) * (like - own.mean) +
                       jitter * own.deviation * draw::normal(rng));
    } else {
      return 1;
    }
  }

  /// Nodes of all tables together, from every 61st of them.
  [[nodiscard]] index table_nodes() const {
    const index tables = states_.states() * genes();
    index nodes = 0;
    for (index k = 0; k < tables && nodes <= most_nodes; k += 61)
      nodes += 61 * static_cast<index>(
                        nb_score_table(states_.mean.data()[k], states_.theta.data()[k]).nodes());
    return nodes;
  }
  static constexpr index most_nodes = index{1} << 24;  ///< of 8 bytes

  count_states states_;
  Residual residual_;
  vector<double> largest_;
  std::vector<score_calibration> calibrations_;  ///< per gene; empty: none
  std::vector<depths> depths_;                   ///< by state, if sizes are used
  count_thresholds thresholds_;                  ///< empty: quantiles are found one by one
};

}  // namespace harmonium::inline v0_2
