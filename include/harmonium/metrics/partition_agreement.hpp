// SPDX-License-Identifier: MIT
/// @file
/// How far two ways of clustering the same cells agree: Rand, adjusted Rand, mutual information.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// How many cells have label i in one partition and j in the other. Cells with a negative label in
/// either are left out. All agreements are symmetric, do not depend on how clusters are numbered,
/// and are 1 for equal partitions, also for those of one cluster only; NaN where no cell is left
/// (`rand` and `adjusted_rand`: fewer than two).
class contingency_table {
 public:
  /// @throws std::invalid_argument unless both label the same number of cells.
  contingency_table(std::span<const index> a, std::span<const index> b) {
    require(a.size() == b.size(), "contingency_table", "both must label the same cells");
    index rows = 0, columns = 0;
    for (const index label : a) rows = std::max(rows, label + 1);
    for (const index label : b) columns = std::max(columns, label + 1);
    cells_ = matrix<double>::Zero(rows, columns);
    in_a_.assign(static_cast<std::size_t>(rows), 0.0);
    in_b_.assign(static_cast<std::size_t>(columns), 0.0);
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (a[i] < 0 || b[i] < 0) continue;
      cells_(a[i], b[i]) += 1;
      in_a_[static_cast<std::size_t>(a[i])] += 1;
      in_b_[static_cast<std::size_t>(b[i])] += 1;
      total_ += 1;
    }
  }

  /// Share of the pairs of cells on which both agree: together in both, or apart in both; 0 to 1.
  /// Chance is not 0 and depends on the sizes of the clusters.
  /// Source: Rand (1971), JASA 66:846, doi 10.1080/01621459.1971.10482356.
  [[nodiscard]] double rand() const {
    const double pairs = pairs_of(total_);
    if (!(pairs > 0)) return std::numeric_limits<double>::quiet_NaN();
    return (pairs + 2 * together() - pairs_in(in_a_) - pairs_in(in_b_)) / pairs;
  }

  /// The Rand index less its chance level, scaled: 1 is equal, 0 is chance, negative is worse.
  /// Source: Hubert & Arabie (1985), Journal of Classification 2:193, doi 10.1007/BF01908075.
  [[nodiscard]] double adjusted_rand() const {
    const double pairs = pairs_of(total_);
    if (!(pairs > 0)) return std::numeric_limits<double>::quiet_NaN();
    const double a = pairs_in(in_a_), b = pairs_in(in_b_), both = together();
    if (both == a && both == b) return 1;
    // Twice the textbook's, so that whole numbers stay whole for longer.
    return 2 * (both * pairs - a * b) / ((a + b) * pairs - 2 * a * b);
  }

  /// Mutual information over the mean of the two entropies, 0 to 1. Chance is 0 only for large
  /// clusters: many small ones agree by accident.
  /// Source: Strehl & Ghosh (2002), JMLR 3:583; the arithmetic mean as in scikit-learn.
  [[nodiscard]] double normalised_mutual_information() const {
    if (total_ == 0) return std::numeric_limits<double>::quiet_NaN();
    const double entropies = entropy(in_a_) + entropy(in_b_);
    if (!(entropies > 0)) return 1;  // one cluster each
    double information = 0;
    for (index i = 0; i < cells_.rows(); ++i)
      for (index j = 0; j < cells_.cols(); ++j) {
        const double n = cells_(i, j);
        if (n > 0)
          information +=
              n / total_ *
              math::log(n * total_ /
                        (in_a_[static_cast<std::size_t>(i)] * in_b_[static_cast<std::size_t>(j)]));
      }
    return std::max(0.0, 2 * information / entropies);
  }

 private:
  static double pairs_of(double cells) { return cells * (cells - 1) / 2; }

  static double pairs_in(const std::vector<double>& clusters) {
    double sum = 0;
    for (const double cells : clusters) sum += pairs_of(cells);
    return sum;
  }

  /// Pairs that are together in both.
  [[nodiscard]] double together() const {
    double sum = 0;
    for (index i = 0; i < cells_.rows(); ++i)
      for (index j = 0; j < cells_.cols(); ++j) sum += pairs_of(cells_(i, j));
    return sum;
  }

  [[nodiscard]] double entropy(const std::vector<double>& clusters) const {
    double sum = 0;
    for (const double cells : clusters)
      if (cells > 0) sum -= cells / total_ * math::log(cells / total_);
    return sum;
  }

  matrix<double> cells_;
  std::vector<double> in_a_, in_b_;
  double total_ = 0;
};

/// `contingency_table::rand` of two labellings.
/// @throws std::invalid_argument unless both label the same number of cells.
[[nodiscard]] inline double rand_index(std::span<const index> a, std::span<const index> b) {
  return contingency_table(a, b).rand();
}
/// `contingency_table::adjusted_rand` of two labellings.
/// @throws std::invalid_argument unless both label the same number of cells.
[[nodiscard]] inline double adjusted_rand_index(std::span<const index> a,
                                                std::span<const index> b) {
  return contingency_table(a, b).adjusted_rand();
}
/// `contingency_table::normalised_mutual_information` of two labellings.
/// @throws std::invalid_argument unless both label the same number of cells.
[[nodiscard]] inline double normalised_mutual_information(std::span<const index> a,
                                                          std::span<const index> b) {
  return contingency_table(a, b).normalised_mutual_information();
}

}  // namespace harmonium::inline v0_2
