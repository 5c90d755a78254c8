// SPDX-License-Identifier: MIT
/// @file
/// From a table of figures to plain words, by one rule.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/report/candidates.hpp"
#include "harmonium/report/score_table.hpp"

namespace harmonium::inline v0_2 {

/// One thing that can be right or wrong about synthetic cells, and the figure that tells.
struct aspect {
  std::string_view name;    ///< for a person, such as "genes vary together"
  std::string_view metric;  ///< that has the figure
  std::string_view figure;  ///< that tells
  /// What perfect cells score; NaN: what the reference itself scores in the same comparison, which
  /// is the figure `<figure>_reference`.
  double ideal;
  std::string_view floor;  ///< the candidate that knows nothing of this aspect
  double chance;           ///< what cells that know nothing score; NaN: no such level
  std::string_view sense;  ///< where good is, for a person: "0 is best"
  /// What a person should know before a poor figure is held against the cells; empty: nothing.
  std::string_view caution = {};
};

/// The aspects of a judgement. Two-sample figures are those against fresh cells where the pilot is
/// known. The floor is independent negative binomial genes, except where these are as good as any
/// cells (single genes: the noisy replicate) and for copying (the bootstrap).
[[nodiscard]] inline std::vector<aspect> judged_aspects(bool pilot_known) {
  constexpr double reference = std::numeric_limits<double>::quiet_NaN(), none = reference;
  using namespace candidate;
  const auto fresh_if_known = [&](std::string_view with, std::string_view without) {
    return pilot_known ? with : without;
  };
  std::vector<aspect> all{
      {"cell types in right shares", "cluster_proportions", "total_variation", 0, independent, none,
       "0 is best",
       "types that are hard to tell apart are told apart by chance, in fresh cells as well"},
      {"rare cell types present", "cluster_proportions", "rare_types_found", 1, independent, 0,
       "1 is best", "a type of two or three cells in the pilot cannot come back from the pilot"},
      {"cell types as distinct", "davies_bouldin", "pca", reference, independent, none,
       "best as the real cells'"},
      {"clusters found anew", "adjusted_rand", "adjusted_rand", reference, independent, 0,
       "best as the real cells'"},
      {"marker genes as strong", "log_fold_change", "slope", 1, independent, 0, "1 is best"},
      {"marker genes the same", "log_fold_change", "r", 1, independent, 0, "1 is best"},
      {"counts of single genes", "gene_distributions", "ks_mean", 0, noisy, none, "0 is best"},
      {"share of zeros per gene", "marginals", "zero_fraction", 0, noisy, none, "0 is best"},
      {"variation of single genes", "marginals", "cv", 0, noisy, none, "0 is best"},
      {"variance at a given mean", "gene_trends", "variance", 0, independent, none, "0 is best",
       "where the genes are those that vary most in these very cells, a part of that is chance, "
       "which no new cells have"},
      {"genes either on or off", "bimodality", "upper_share", 0, noisy, none, "0 is best"},
      {"genes vary together", "gene_correlation", "r", 1, independent, 0, "1 is best"},
      {"counts per cell", "library_size", "ks", 0, independent, none, "0 is best"},
      {"classifier is fooled", "forest_auc", fresh_if_known("auc_fresh", "auc"), 0.5, independent,
       1, "0.5 is best"},
      {"neighbours are mixed", "lisi", fresh_if_known("lisi_fresh", "lisi"), 2, independent, 1,
       "2 is best"},
      {"all in all alike", "maximum_mean_discrepancy", fresh_if_known("mmd2_fresh", "mmd2"), 0,
       independent, none, "0 is best"}};
  if (pilot_known)
    all.push_back({"new cells, not copies", "memorisation", "nearer_to_pilot", 0.5, copies, 1,
                   "0.5 is best"});
  return all;
}

/// How far cells are from the best that can be hoped for.
enum class grade { unknown, unsteady, poor, weak, good, as_fresh };

/// What is said of one aspect. All figures are means over the repeats.
struct verdict {
  aspect about;                              ///< what is judged
  mean_and_spread value;                     ///< submitted cells
  mean_and_spread ceiling;                   ///< fresh cells
  mean_and_spread floor;                     ///< cells that know nothing of it
  double chance;                             ///< as in `about`
  double error, ceiling_error, floor_error;  ///< mean distance from the ideal
  grade given;                               ///< by the rule below
};

/// The rule. `error` is the distance of a figure from its ideal, averaged over the repeats.
/// - `as_fresh`: not above the error of fresh cells by more than two of its standard deviations;
/// - `unsteady`: neither, but by more than a third of the way to the floor: fresh cells' own figure
///   jumps between repeats, and tells nothing;
/// - `good`: below the geometric mean of the errors of fresh cells and of the floor, that is nearer
///   to fresh cells as a ratio;
/// - `weak`: below the error of the floor;
/// - `poor`: not even that;
/// - `unknown`: one of the figures is NaN.
///
/// @param spread standard deviation of the fresh cells' error; NaN counts as 0
[[nodiscard]] inline grade grade_of(double error, double ceiling_error, double spread,
                                    double floor_error) {
  if (std::isnan(error) || std::isnan(ceiling_error) || std::isnan(floor_error))
    return grade::unknown;
  const double within = ceiling_error + (spread > 0 ? 2 * spread : 0.0);
  if (error <= within)
    return floor_error > ceiling_error && 3 * (error - ceiling_error) > floor_error - ceiling_error
               ? grade::unsteady
               : grade::as_fresh;
  if (error >= floor_error) return grade::poor;
  return error <= std::sqrt(within * floor_error) ? grade::good : grade::weak;
}

/// Whom the floor's name means, for a person.
[[nodiscard]] inline std::string_view in_words(std::string_view candidate_name) {
  if (candidate_name == candidate::submitted) return "the synthetic cells";
  if (candidate_name == candidate::submitted_whole) return "all synthetic cells";
  if (candidate_name == candidate::fresh) return "fresh real cells";
  if (candidate_name == candidate::copies) return "copies of the pilot";
  if (candidate_name == candidate::noisy) return "the noisy replicate";
  if (candidate_name == candidate::independent) return "independent genes";
  return "independent genes per cluster";
}

/// A verdict in a few plain words; `rule_in_words` explains them.
[[nodiscard]] inline std::string in_words(const verdict& said) {
  switch (said.given) {
    case grade::as_fresh:
      return "as good as fresh cells";
    case grade::good:
      return "good";
    case grade::weak:
      return "weak";
    case grade::unsteady:
      return "open: fresh cells vary as much";
    case grade::poor:
      return "no better than " + std::string(in_words(said.about.floor));
    default:
      return "cannot be told";
  }
}

/// Whether a weak or poor figure comes with something to know.
[[nodiscard]] inline bool is_cautioned(const verdict& said) {
  return !said.about.caution.empty() && (said.given == grade::weak || said.given == grade::poor);
}

/// What the words mean, for whoever reads the table.
inline constexpr std::string_view rule_in_words =
    "Error is the distance from the ideal, averaged over the repeats. As good as fresh cells: at "
    "most "
    "two standard deviations above the error of fresh real cells. Good: nearer to fresh cells than "
    "to "
    "the floor, as a ratio of errors. Weak: nearer to the floor. No better than the floor: at "
    "least "
    "its error. Open: within two standard deviations of fresh cells, but only because their own "
    "figure jumps between the repeats.";

/// Share of cells in the wrong type where labels are drawn evenly: the chance level of
/// cluster_proportions.total_variation. NaN where no cell has a label.
[[nodiscard]] inline double even_total_variation(std::span<const index> labels) {
  std::vector<double> cells;
  double all = 0;
  for (const index label : labels) {
    if (label < 0) continue;
    if (static_cast<std::size_t>(label) >= cells.size())
      cells.resize(static_cast<std::size_t>(label) + 1, 0.0);
    cells[static_cast<std::size_t>(label)] += 1;
    all += 1;
  }
  if (all == 0) return std::numeric_limits<double>::quiet_NaN();
  const auto types = static_cast<double>(
      cells.size() - static_cast<std::size_t>(std::count(cells.begin(), cells.end(), 0.0)));
  double apart = 0;
  for (const double count : cells)
    if (count > 0) apart += std::abs(count / all - 1 / types);
  return apart / 2;
}

/// One verdict per aspect.
/// @param labels of the reference, for the chance level of the shares of cell types
[[nodiscard]] inline std::vector<verdict> judge(const score_table& scores,
                                                std::span<const aspect> aspects,
                                                std::span<const index> labels) {
  std::vector<verdict> verdicts;
  for (const aspect& about : aspects) {
    const auto errors_of = [&](std::string_view who) {
      auto values = scores.values(who, about.metric, about.figure);
      const auto own = scores.values(who, about.metric, std::string(about.figure) + "_reference");
      for (std::size_t k = 0; k < values.size(); ++k) {
        const double ideal = !std::isnan(about.ideal) ? about.ideal
                             : k < own.size()         ? own[k]
                                                      : about.ideal;
        values[k] = std::abs(values[k] - ideal);
      }
      return summarise(values);
    };
    const auto figure_of = [&](std::string_view who) {
      return summarise(scores.values(who, about.metric, about.figure));
    };
    const auto here = errors_of(candidate::submitted), best = errors_of(candidate::fresh),
               worst = errors_of(about.floor);
    verdicts.push_back(
        {about, figure_of(candidate::submitted), figure_of(candidate::fresh),
         figure_of(about.floor),
         about.figure == "total_variation" ? even_total_variation(labels) : about.chance, here.mean,
         best.mean, worst.mean, grade_of(here.mean, best.mean, best.spread, worst.mean)});
  }
  return verdicts;
}

}  // namespace harmonium::inline v0_2
