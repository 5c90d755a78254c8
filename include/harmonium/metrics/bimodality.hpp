// SPDX-License-Identifier: MIT
/// @file
/// Do genes that are either low or high in the reference, such as CD74 in blood, keep their two
/// modes in the synthetic cells?
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"

namespace harmonium::inline v0_2 {

/// The cut of a sample into a lower and an upper part whose means explain most of its variance.
struct two_part_split {
  double explained = 0;    ///< share of the variance between the parts: 0.64 for a normal sample,
                           ///< 0.75 for an even one, 1 for two values; 0 where nothing varies
  double threshold = 0;    ///< largest value of the lower part
  double low = 0;          ///< mean of the lower part
  double high = 0;         ///< mean of the upper part
  double upper_share = 0;  ///< of the sample that is in the upper part; 0 where nothing varies
};

/// The best cut of ascending values, by trying all: two-means in one dimension, exactly.
/// Source: Otsu (1979), IEEE Trans. SMC 9:62, doi 10.1109/TSMC.1979.4310076.
[[nodiscard]] inline two_part_split split_in_two(std::span<const double> sorted) {
  two_part_split best;
  if (sorted.empty() || !(sorted.front() < sorted.back())) return best;
  const auto size = static_cast<double>(sorted.size());
  double total = 0, squares = 0;
  for (const double x : sorted) total += x;
  for (const double x : sorted) squares += (x - total / size) * (x - total / size);
  double below = 0, gain = 0;
  for (std::size_t k = 0; k + 1 < sorted.size(); ++k) {
    below += sorted[k];
    if (sorted[k] == sorted[k + 1]) continue;
    const auto lower = static_cast<double>(k + 1), upper = size - lower;
    const double low = below / lower, high = (total - below) / upper;
    const double between = lower * upper / size * (high - low) * (high - low);
    if (between > gain) {
      gain = between;
      best = {between / squares, sorted[k], low, high, upper / size};
    }
  }
  return best;
}

/// Of the genes seen in at least `detected` of the reference's cells and whose smaller part holds
/// at least `least_part` of them, the `genes` whose two parts have the largest gap between their
/// means (log-normalised values: a log-fold change, so that a gene that is merely 0 or 1 comes
/// late); averaged over these:
/// - `gap`, `gap_reference`: that difference of means, each side cut where it is best for it;
/// - `explained`, `explained_reference`: share of the variance that lies between the parts;
/// - `valley`, `valley_reference`: share of the cells in the middle third between the means of the
///   reference's parts, small where the modes are apart;
/// - `upper_share`: |difference between the sides| in the share of cells above the reference's cut;
/// - `genes`: how many genes that are.
///
/// NaN where there is no such gene (`genes` is 0) or a side has no cell.
struct bimodality {
  static constexpr std::string_view name = "bimodality";
  static constexpr std::string_view range =
      "gap 0 and up, explained, valley 0 to 1, good near the reference's; upper_share 0 (good) to "
      "1";
  static constexpr std::string_view chance = "one normal mode: explained 0.64, valley 0.21";
  static constexpr std::string_view ceiling = "the reference's own; upper_share sampling noise";

  index genes = 20;         ///< the figures are averages over so many at most; >= 1
  double detected = 0.25;   ///< share of the reference's cells that count a gene, 0 to 1
  double least_part = 0.1;  ///< share of them in the smaller part, 0 to 1

  /// Cost: O(cells log cells) for each gene that is seen often enough.
  /// @throws std::invalid_argument if `genes` is below 1 or a share is outside 0 to 1.
  [[nodiscard]] std::vector<figure> evaluate(const std::same_as<comparison> auto& pair) const {
    require(genes >= 1, "bimodality", "genes must be at least 1");
    require(detected >= 0 && detected <= 1 && least_part >= 0 && least_part <= 1, "bimodality",
            "detected and least_part must be between 0 and 1");
    auto figures = unknown_figures({"gap", "gap_reference", "explained", "explained_reference",
                                    "valley", "valley_reference", "upper_share"});
    figures.push_back({"genes", 0});
    if (pair.empty()) return figures;

    const auto& chosen = pair.reference().template once<std::vector<two_modes>>(
        "bimodality " + std::to_string(genes) + " " +
            std::to_string(std::bit_cast<std::uint64_t>(detected)) + " " +
            std::to_string(std::bit_cast<std::uint64_t>(least_part)),
        [&] { return most_apart(pair.reference().values()); });
    if (chosen.empty()) return figures;
    std::vector<index> which;
    for (const two_modes& one : chosen) which.push_back(one.gene);
    std::sort(which.begin(), which.end());
    const counts_by_gene made(select_genes(pair.values(), which));

    double gap = 0, gap_reference = 0, explained = 0, explained_reference = 0, valley = 0,
           valley_reference = 0, upper = 0;
    for (const auto& [gene, parts, own_valley] : chosen) {
      const auto place = std::lower_bound(which.begin(), which.end(), gene) - which.begin();
      const auto values = sorted_values(made, place);
      const auto own = split_in_two(values);
      gap += own.high - own.low;
      gap_reference += parts.high - parts.low;
      explained += own.explained;
      explained_reference += parts.explained;
      valley += middle_share(values, parts);
      valley_reference += own_valley;
      upper += std::abs(1 - share_up_to(values, parts.threshold) - parts.upper_share);
    }
    const auto count = static_cast<double>(chosen.size());
    return {{"gap", gap / count},
            {"gap_reference", gap_reference / count},
            {"explained", explained / count},
            {"explained_reference", explained_reference / count},
            {"valley", valley / count},
            {"valley_reference", valley_reference / count},
            {"upper_share", upper / count},
            {"genes", count}};
  }

 private:
  /// A gene of the reference with its two parts.
  struct two_modes {
    index gene;
    two_part_split parts;
    double valley;  ///< share of its cells between them
  };

  [[nodiscard]] std::vector<two_modes> most_apart(const count_matrix<double>& reference) const {
    const counts_by_gene real(reference);
    std::vector<two_modes> chosen;
    for (index j = 0; j < real.genes(); ++j) {
      const auto seen = static_cast<double>(real.values(j).size());
      if (seen < detected * static_cast<double>(real.cells())) continue;
      const auto parts = split_in_two(sorted_values(real, j));
      if (parts.explained > 0 && parts.upper_share >= least_part &&
          1 - parts.upper_share >= least_part)
        chosen.push_back({j, parts, 0});
    }
    std::stable_sort(chosen.begin(), chosen.end(), [](const auto& a, const auto& b) {
      return a.parts.high - a.parts.low > b.parts.high - b.parts.low;
    });
    chosen.resize(std::min(chosen.size(), static_cast<std::size_t>(genes)));
    for (two_modes& one : chosen)
      one.valley = middle_share(sorted_values(real, one.gene), one.parts);
    return chosen;
  }

  /// All values of a gene, zeros included, ascending.
  template <class Value>
  static std::vector<double> sorted_values(const counts_by_gene<Value>& values, index gene) {
    // Log-normalised values are positive where they are not 0.
    const auto seen = values.values(gene);
    std::vector<double> all(static_cast<std::size_t>(values.cells()), 0.0);
    const auto first = std::copy_backward(seen.begin(), seen.end(), all.end());
    std::sort(first, all.end());
    return all;
  }

  static double share_up_to(std::span<const double> sorted, double threshold) {
    const auto count = std::upper_bound(sorted.begin(), sorted.end(), threshold) - sorted.begin();
    return static_cast<double>(count) / static_cast<double>(sorted.size());
  }

  static double middle_share(std::span<const double> sorted, const two_part_split& parts) {
    const double third = (parts.high - parts.low) / 3;
    return share_up_to(sorted, parts.high - third) - share_up_to(sorted, parts.low + third);
  }
};

static_assert(metric<bimodality>);

}  // namespace harmonium::inline v0_2
