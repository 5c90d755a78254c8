// SPDX-License-Identifier: MIT
/// @file
/// Do genes that go together in the reference go together in the synthetic cells?
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/gram.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"

namespace harmonium::inline v0_2 {

/// Pearson correlation of two equally long lists; NaN where one does not vary.
[[nodiscard]] inline double correlation_of(std::span<const double> a, std::span<const double> b) {
  const auto size = static_cast<double>(a.size());
  double mean_a = 0, mean_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) mean_a += a[i], mean_b += b[i];
  mean_a /= size;
  mean_b /= size;
  double both = 0, square_a = 0, square_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    both += (a[i] - mean_a) * (b[i] - mean_b);
    square_a += (a[i] - mean_a) * (a[i] - mean_a);
    square_b += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return square_a > 0 && square_b > 0 ? both / (std::sqrt(square_a) * std::sqrt(square_b))
                                      : std::numeric_limits<double>::quiet_NaN();
}

/// Correlations over cells of the given genes (ascending, different), those of each pair j < k in
/// the order of (0, 1), (0, 2), ..., (1, 2), ...; 0 for a gene that does not vary.
/// Cost: O(non-zeros among the genes * genes + genes^2); nothing dense of cells x genes.
[[nodiscard]] inline std::vector<double> gene_correlations(const count_matrix<double>& values,
                                                           std::span<const index> genes) {
  const auto chosen = select_genes(values, genes);
  const index count = chosen.genes();
  const matrix<double> products = gram_of(chosen);
  vector<double> sums = vector<double>::Zero(count);
  for (index i = 0; i < chosen.cells(); ++i) row::add(chosen.cell(i), 1.0, as_span(sums));
  const auto cells = static_cast<double>(chosen.cells());
  vector<double> deviations(count);
  for (index j = 0; j < count; ++j) {
    const double square = products(j, j) - sums[j] * sums[j] / cells;
    // A constant gene leaves rounding errors only.
    deviations[j] = square > 1e-12 * products(j, j) ? std::sqrt(square) : 0.0;
  }
  std::vector<double> correlations;
  correlations.reserve(static_cast<std::size_t>(count * (count - 1) / 2));
  for (index j = 0; j < count; ++j)
    for (index k = j + 1; k < count; ++k) {
      const double scale = deviations[j] * deviations[k];
      correlations.push_back(scale > 0 ? (products(j, k) - sums[j] * sums[k] / cells) / scale
                                       : 0.0);
    }
  return correlations;
}

/// Over all pairs of the reference's most variable genes (log-normalised values), the correlation
/// between the pair's correlation in the reference and in the synthetic cells, `r`, and the mean
/// absolute difference of the two, `mad`. NaN for fewer than two genes or no cell on a side; `r`
/// also where the correlations of a side are all equal, as with constant genes.
struct gene_correlation {
  static constexpr std::string_view name = "gene_correlation";
  static constexpr std::string_view range = "r -1 to 1 (good); mad 0 (good) to 2";
  static constexpr std::string_view chance = "r 0";
  static constexpr std::string_view ceiling =
      "r below 1, as correlations are estimated: a half of the cells against the other says it";

  index genes = 300;  ///< so many of largest variance; fewer where there are not as many

  /// @throws std::invalid_argument if `genes` is below 2.
  [[nodiscard]] std::vector<figure> evaluate(const std::same_as<comparison> auto& pair) const {
    require(genes >= 2, "gene_correlation",
            "genes must be at least 2, got " + std::to_string(genes));
    if (pair.empty() || pair.counts().genes() < 2) return unknown_figures({"r", "mad"});
    const auto& [chosen, real] = pair.reference().template once<correlated_genes>(
        "gene_correlation " + std::to_string(genes), [&] {
          auto most = most_variable(pair.reference().values());
          auto correlations = gene_correlations(pair.reference().values(), most);
          return correlated_genes{std::move(most), std::move(correlations)};
        });
    const auto made = gene_correlations(pair.values(), chosen);
    double difference = 0;
    for (std::size_t k = 0; k < real.size(); ++k) difference += std::abs(real[k] - made[k]);
    return {{"r", correlation_of(real, made)},
            {"mad", difference / static_cast<double>(real.size())}};
  }

 private:
  /// The reference's.
  struct correlated_genes {
    std::vector<index> genes;
    std::vector<double> correlations;
  };

  [[nodiscard]] std::vector<index> most_variable(const count_matrix<double>& values) const {
    const auto cells = static_cast<double>(values.cells());
    vector<double> means = gene_means(values), variances = vector<double>::Zero(values.genes());
    vector<double> nonzeros = vector<double>::Zero(values.genes());
    for (index i = 0; i < values.cells(); ++i) {
      const auto cell = values.cell(i);
      for (std::size_t k = 0; k < cell.size(); ++k) {
        const double away = cell.values[k] - means[cell.genes[k]];
        variances[cell.genes[k]] += away * away;
        nonzeros[cell.genes[k]] += 1;
      }
    }
    for (index j = 0; j < values.genes(); ++j)
      variances[j] += (cells - nonzeros[j]) * means[j] * means[j];
    std::vector<index> order(static_cast<std::size_t>(values.genes()));
    std::iota(order.begin(), order.end(), index(0));
    std::stable_sort(order.begin(), order.end(),
                     [&](index a, index b) { return variances[a] > variances[b]; });
    order.resize(std::min(order.size(), static_cast<std::size_t>(genes)));
    std::sort(order.begin(), order.end());
    return order;
  }
};

static_assert(metric<gene_correlation>);

}  // namespace harmonium::inline v0_2
