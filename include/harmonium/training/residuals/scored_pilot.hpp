// SPDX-License-Identifier: MIT
/// @file
/// Pilot cells as normal scores: for every count the interval of a standard normal number that its
/// state's negative binomial turns into that count.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/models/residuals/score_calibration.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/units/nb_scores.hpp"

namespace harmonium::inline v0_2 {

/// The intervals are kept for the non-zero counts only; zeros of a state share one. Their ends are
/// kept as floats, 1e-7 apart, which is nothing beside what a cell leaves open. Memory: 12 bytes a
/// non-zero count.
class scored_pilot {
 public:
  /// @param counts the pilot, cells x genes; need not outlive this
  /// @param states with the negative binomials that the counts are scored by
  /// @param merged of each of these states, the number of the state that it is a variant of, such
  ///               as the same in another donor: as such residual policies see it. Empty: they are
  ///               all states of their own.
  /// @param copies times that every pilot cell is among `counts`, each in a state of another fit:
  ///               what is learned of all of them is as sure as one copy of each makes it
  /// @throws std::invalid_argument if `states` does not belong to `counts`.
  template <size_factor_policy Sizes, executor Executor, count_source Counts>
  static scored_pilot make(const Executor& run, const Counts& counts, const count_states& states,
                           const calibration_options& calibration = {},
                           std::span<const index> merged = {}, index copies = 1) {
    check(states, "scored_pilot");
    require(states.cells() == counts.cells() && states.genes() == counts.genes(), "scored_pilot",
            "the states belong to other cells or genes");
    require(merged.empty() || std::ssize(merged) == states.states(), "scored_pilot",
            "one number per state is needed");
    require(copies >= 1, "scored_pilot", "every cell is there at least once");
    scored_pilot scored(cells_by_gene(counts), states.cell, states.states());
    scored.copies_ = copies;
    if (!merged.empty()) {
      scored.states_ = *std::max_element(merged.begin(), merged.end()) + 1;
      for (index& s : scored.state_) s = merged[static_cast<std::size_t>(s)];
    }
    const cells_by_gene& where = scored.where_;
    // Until its gene's turn comes, an interval's bytes hold the count itself.
    scored.intervals_.resize(where.size());
    where.for_each_place(counts, [&](std::size_t place, index, auto value) {
      scored.intervals_[place] = std::bit_cast<kept_interval>(static_cast<double>(value));
    });
    scored.zeros_.resize(static_cast<std::size_t>(counts.genes()));
    scored.zeros_by_cell_ = Sizes::uses_sizes;
    if (calibration.calibrate)
      scored.calibrations_.resize(static_cast<std::size_t>(counts.genes()));
    for_each_range(run, counts.genes(), 16, [&](index begin, index end) {
      std::vector<score_interval> all(static_cast<std::size_t>(counts.cells()));
      for (index m = begin; m < end; ++m) {
        const auto cells = where.cells(m);
        const auto own = where.part(std::span(scored.intervals_), m);
        auto& zeros = scored.zeros_[static_cast<std::size_t>(m)];
        const auto interval = [&](index i, double x) {
          const index s = states.cell[static_cast<std::size_t>(i)];
          return nb_score_interval(x, Sizes::mean(states.sizes[i], states.mean(s, m)),
                                   Sizes::dispersion(states.sizes[i], states.theta(s, m)));
        };
        if constexpr (Sizes::uses_sizes) {
          for (std::size_t k = 0; k < cells.size(); ++k)
            own[k] = kept(interval(cells[k], std::bit_cast<double>(own[k])));
          zeros.resize(static_cast<std::size_t>(counts.cells()));
          for (index i = 0; i < counts.cells(); ++i)
            zeros[static_cast<std::size_t>(i)] = static_cast<float>(interval(i, 0).upper);
        } else {
          std::vector<nb_score_table> tables(static_cast<std::size_t>(states.states()));
          std::vector<char> ready(tables.size(), 0);
          zeros.assign(tables.size(), 0.0f);
          const auto table = [&](std::size_t s) -> const nb_score_table& {
            if (!ready[s]) {
              const auto state = static_cast<index>(s);
              tables[s] = nb_score_table(states.mean(state, m), states.theta(state, m));
              ready[s] = 1;
            }
            return tables[s];
          };
          for (std::size_t k = 0; k < cells.size(); ++k) {
            const index s = states.cell[static_cast<std::size_t>(cells[k])];
            own[k] =
                kept(table(static_cast<std::size_t>(s)).interval(std::bit_cast<double>(own[k])));
          }
          for (const index s : states.cell) {
            const auto u = static_cast<std::size_t>(s);
            zeros[u] = static_cast<float>(table(u).interval(0).upper);
          }
        }
        if (calibration.calibrate) {
          scored.intervals(m, all);
          const score_calibration calibrated(all,
                                             static_cast<double>(copies) * calibration.prior_cells);
          scored.calibrations_[static_cast<std::size_t>(m)] = calibrated;
          const auto moved = [&](double z) {
            return std::clamp(calibrated(z), -score_limit, score_limit);
          };
          for (kept_interval& ends : own)
            ends = kept(
                {moved(static_cast<double>(ends.lower)), moved(static_cast<double>(ends.upper))});
          for (float& upper : zeros) upper = static_cast<float>(moved(static_cast<double>(upper)));
        }
      }
    });
    return scored;
  }

  [[nodiscard]] index cells() const noexcept { return static_cast<index>(state_.size()); }
  /// Times that every cell of the pilot is among them.
  [[nodiscard]] index copies() const noexcept { return copies_; }
  [[nodiscard]] index genes() const noexcept { return where_.genes(); }
  [[nodiscard]] index states() const noexcept { return states_; }
  /// State of every cell.
  [[nodiscard]] const std::vector<index>& state() const noexcept { return state_; }
  /// Variants of states, by which counts are scored; as many as states unless some were merged.
  [[nodiscard]] index variants() const noexcept { return variants_; }
  /// Variant of every cell. Zeros of a gene share an interval within it.
  [[nodiscard]] const std::vector<index>& variant() const noexcept { return variant_; }

  /// Intervals of one gene in all cells. @param[out] out length cells, overwritten.
  void intervals(index gene, std::span<score_interval> out) const {
    const auto g = static_cast<std::size_t>(gene);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto at = zeros_by_cell_ ? i : static_cast<std::size_t>(variant_[i]);
      out[i] = {-score_limit, static_cast<double>(zeros_[g][at])};
    }
    const auto cells = where_.cells(gene);
    const auto own = where_.part(std::span(intervals_), gene);
    for (std::size_t k = 0; k < cells.size(); ++k)
      out[static_cast<std::size_t>(cells[k])] = {static_cast<double>(own[k].lower),
                                                 static_cast<double>(own[k].upper)};
  }

  /// The same as two lists, of lower and of upper ends, each of length cells.
  void intervals(index gene, std::span<double> lower, std::span<double> upper) const {
    const auto g = static_cast<std::size_t>(gene);
    std::fill(lower.begin(), lower.end(), -score_limit);
    for (std::size_t i = 0; i < upper.size(); ++i)
      upper[i] = static_cast<double>(
          zeros_[g][zeros_by_cell_ ? i : static_cast<std::size_t>(variant_[i])]);
    const auto cells = where_.cells(gene);
    const auto own = where_.part(std::span(intervals_), gene);
    for (std::size_t k = 0; k < cells.size(); ++k) {
      const auto i = static_cast<std::size_t>(cells[k]);
      lower[i] = static_cast<double>(own[k].lower);
      upper[i] = static_cast<double>(own[k].upper);
    }
  }

  /// Per gene, the map that its scores went through; empty where they were not calibrated.
  [[nodiscard]] const std::vector<score_calibration>& calibrations() const noexcept {
    return calibrations_;
  }

  /// The cells with non-zero counts, by gene.
  [[nodiscard]] const cells_by_gene& counted() const noexcept { return where_; }

 private:
  struct kept_interval {
    float lower, upper;
  };
  static kept_interval kept(const score_interval& ends) {
    return {static_cast<float>(ends.lower), static_cast<float>(ends.upper)};
  }

  scored_pilot(cells_by_gene where, std::vector<index> state, index states)
      : where_(std::move(where)),
        variant_(state),
        variants_(states),
        state_(std::move(state)),
        states_(states) {}

  cells_by_gene where_;
  std::vector<index> variant_;
  index variants_;
  std::vector<index> state_;
  index states_;
  index copies_ = 1;
  std::vector<kept_interval> intervals_;   ///< of the non-zero counts, gene by gene
  std::vector<std::vector<float>> zeros_;  ///< per gene, by variant or by cell: upper ends of zeros
  bool zeros_by_cell_ = false;
  std::vector<score_calibration> calibrations_;
};

}  // namespace harmonium::inline v0_2
