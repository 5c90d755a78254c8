// SPDX-License-Identifier: MIT
/// @file
/// The original cells, that synthetic ones are compared with, and what is computed from them once.
#pragma once

#include <concepts>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/analysis/linear_operator.hpp"
#include "harmonium/analysis/neighbours.hpp"
#include "harmonium/analysis/normalise.hpp"
#include "harmonium/analysis/pca.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/lazy.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/metrics/labelled_cells.hpp"

namespace harmonium::inline v0_2 {

/// How a reference is prepared.
struct reference_options {
  index components = 20;  ///< principal components in which cells are compared
  /// The rows of the reference that the generator was trained on; empty where unknown. With it,
  /// metrics can tell a good generator from one that copies.
  std::vector<index> pilot = {};
};

/// The original cells. What is computed from them, also by metrics (`once`), is computed once, when
/// first asked for, and may be asked for from several threads.
class reference_cells : public lazy_results {
 public:
  /// @param counts borrowed (`count_view<>`, `count_matrix<>`) or copied (other types)
  /// @throws std::invalid_argument unless there is one label per cell, components >= 1, and the
  ///         pilot's rows are different rows of the reference.
  template <count_source Counts>
  reference_cells(const Counts& counts, std::span<const index> labels,
                  reference_options options = {})
      : cells_(counts, {labels.begin(), labels.end()}, "reference"), options_(std::move(options)) {
    require(options_.components >= 1, "reference_cells",
            "components must be at least 1, got " + std::to_string(options_.components));
    std::vector<bool> trained(labels.size(), false);
    for (const index row : options_.pilot) {
      require(row >= 0 && row < counts.cells() && !trained[static_cast<std::size_t>(row)],
              "reference_cells",
              "row " + std::to_string(row) +
                  " of the pilot is out of range or "
                  "named twice");
      trained[static_cast<std::size_t>(row)] = true;
    }
    if (options_.pilot.empty()) return;
    for (index i = 0; i < counts.cells(); ++i)
      if (!trained[static_cast<std::size_t>(i)]) fresh_.push_back(i);
  }

  /// Without labels: all of them unknown (-1). Metrics that need labels then give NaN.
  template <count_source Counts, std::same_as<reference_options> Options = reference_options>
  explicit reference_cells(const Counts& counts, Options options = {})
      : reference_cells(counts, std::vector<index>(static_cast<std::size_t>(counts.cells()), -1),
                        std::move(options)) {}

  [[nodiscard]] const count_view<>& counts() const noexcept { return cells_.counts(); }
  [[nodiscard]] std::span<const index> labels() const noexcept { return cells_.labels(); }
  [[nodiscard]] const labelled_cells& cells() const noexcept { return cells_; }
  /// Rows the generator was trained on, and the others; both empty where that is unknown.
  [[nodiscard]] std::span<const index> pilot() const noexcept { return options_.pilot; }
  [[nodiscard]] std::span<const index> fresh() const noexcept { return fresh_; }

  /// The library size that all cells, also synthetic ones, are normalised to: the median of these,
  /// or 1 where that is 0.
  [[nodiscard]] double common_library() const {
    return library_.get([&] {
      const double median = median_library(counts());
      return median > 0 ? median : 1.0;
    });
  }
  /// Log-normalised values, cells x genes.
  [[nodiscard]] const count_matrix<double>& values() const {
    return values_.get([&] { return log_normalise(counts(), {.target_sum = common_library()}); });
  }
  /// Principal components of the values; none where there is no cell or gene. A template, as is
  /// what rests on it, so that only who asks compiles the solver.
  template <std::same_as<principal_components> Result = principal_components>
  [[nodiscard]] const Result& components() const {
    return components_.get([&] {
      if (counts().cells() == 0 || counts().genes() == 0) {
        return principal_components{.scores = matrix<double>(counts().cells(), 0),
                                    .loadings = matrix<double>(counts().genes(), 0),
                                    .singular_values = vector<double>(0),
                                    .centre = vector<double>::Zero(counts().genes()),
                                    .converged = true};
      }
      return pca(sparse_operator(values()), {.components = options_.components});
    });
  }
  /// The cells in the space of the components, cells x components, prepared for searching.
  template <std::same_as<exact_index> Result = exact_index>
  [[nodiscard]] const Result& neighbours() const {
    return neighbours_.get([&] { return exact_neighbours{}.build(components().scores); });
  }

 private:
  labelled_cells cells_;
  reference_options options_;
  std::vector<index> fresh_;
  lazy<double> library_;
  lazy<count_matrix<double>> values_;
  lazy<principal_components> components_;
  lazy<exact_index> neighbours_;
};

}  // namespace harmonium::inline v0_2
