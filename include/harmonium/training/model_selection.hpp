// SPDX-License-Identifier: MIT
/// @file
/// Choosing between models by K-fold cross-validation of the held-out log-likelihood.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/select_counts.hpp"

namespace harmonium::inline v0_2 {

/// Fits to the first cells and judges by the second: mean log-likelihood in nats per cell. Draws
/// from the engine only.
template <class F, class Counts>
concept scored_trainer = requires(const F& fit, const Counts& training, const Counts& fresh,
                                  random_engine& rng) {
  { fit(training, fresh, rng) } -> std::convertible_to<double>;
};

/// The cells in random order, dealt out to `folds` folds whose sizes differ by at most one; each
/// fold ascends. `rng` moves on by one word per cell, or a little more.
/// @throws std::invalid_argument unless 2 <= folds <= cells.
inline std::vector<std::vector<index>> deal_folds(index cells, index folds, random_engine& rng) {
  require(folds >= 2 && folds <= cells, "deal_folds",
          "folds must be between 2 and the number of cells (" + std::to_string(cells) + "), got " +
              std::to_string(folds));
  std::vector<index> fold_of(static_cast<std::size_t>(cells));
  for (index i = 0; i < cells; ++i) fold_of[static_cast<std::size_t>(i)] = i % folds;
  for (index i = cells - 1; i > 0; --i) {
    const auto other = draw::below(static_cast<std::uint64_t>(i) + 1, rng);
    std::swap(fold_of[static_cast<std::size_t>(i)], fold_of[other]);
  }
  std::vector<std::vector<index>> rows(static_cast<std::size_t>(folds));
  for (index i = 0; i < cells; ++i)
    rows[static_cast<std::size_t>(fold_of[static_cast<std::size_t>(i)])].push_back(i);
  return rows;
}

/// How a candidate did, nats per cell.
struct cross_validation_score {
  double mean = 0;            ///< over cells: folds weigh by their sizes
  double standard_error = 0;  ///< of the mean, from the spread of folds
  std::vector<double> folds;  ///< one figure per fold
};

/// Which candidate is chosen by its scores.
enum class selection_rule {
  best_mean,          ///< the highest mean, the first of equals
  one_standard_error  ///< the first candidate within one standard error of the highest mean: list
                      ///< candidates from simple to complex
};

/// Scores of candidates.
struct selection {
  std::vector<cross_validation_score> scores;  ///< one per candidate
  index best = 0;                              ///< the highest mean

  [[nodiscard]] index chosen(selection_rule rule) const {
    if (rule == selection_rule::best_mean) return best;
    const auto& top = scores[static_cast<std::size_t>(best)];
    for (std::size_t c = 0; c < scores.size(); ++c)
      if (scores[c].mean >= top.mean - top.standard_error) return static_cast<index>(c);
    return best;
  }
};

/// Every candidate on the same folds, each fit with a random stream of its own: the result does not
/// depend on the executor, which runs fits side by side. `rng` moves on as in `deal_folds`, and by
/// one word more.
/// @param candidates callables of one type, such as std::function or lambdas of one factory
/// @throws std::invalid_argument for no candidate or as `deal_folds`, and whatever a fit throws.
template <executor Executor, count_source Counts, class Candidate>
selection cross_validate(const Executor& run, const Counts& counts,
                         std::span<const Candidate> candidates, index folds, random_engine& rng) {
  using owned = decltype(select_cells(counts, std::span<const index>()));
  static_assert(scored_trainer<Candidate, owned>,
                "a candidate is called as fit(training, fresh, rng) and returns a number");
  require(!candidates.empty(), "cross_validate", "there are no candidates");
  const auto rows = deal_folds(counts.cells(), folds, rng);
  const random_streams streams(rng);
  selection result;
  result.scores.resize(candidates.size());
  for (auto& score : result.scores) score.folds.resize(rows.size());
  const auto fits = static_cast<index>(candidates.size()) * folds;
  run.for_each_block(fits, [&](index fit) {
    const auto fold = static_cast<std::size_t>(fit % folds);
    const auto which = static_cast<std::size_t>(fit / folds);
    std::vector<bool> out(static_cast<std::size_t>(counts.cells()), false);
    for (const index i : rows[fold]) out[static_cast<std::size_t>(i)] = true;
    std::vector<index> in;
    for (index i = 0; i < counts.cells(); ++i)
      if (!out[static_cast<std::size_t>(i)]) in.push_back(i);
    const owned training = select_cells(counts, std::span<const index>(in));
    const owned fresh = select_cells(counts, std::span<const index>(rows[fold]));
    random_engine own = streams[static_cast<std::uint64_t>(fit)];
    result.scores[which].folds[fold] = candidates[which](training, fresh, own);
  });
  for (auto& score : result.scores) {
    for (std::size_t f = 0; f < rows.size(); ++f)
      score.mean += static_cast<double>(rows[f].size()) * score.folds[f];
    score.mean /= static_cast<double>(counts.cells());
    double squares = 0;
    for (const double figure : score.folds)
      squares += (figure - score.mean) * (figure - score.mean);
    score.standard_error =
        std::sqrt(squares / static_cast<double>(folds - 1) / static_cast<double>(folds));
  }
  for (std::size_t c = 1; c < result.scores.size(); ++c)
    if (result.scores[c].mean > result.scores[static_cast<std::size_t>(result.best)].mean)
      result.best = static_cast<index>(c);
  return result;
}

}  // namespace harmonium::inline v0_2
