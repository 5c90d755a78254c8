// SPDX-License-Identifier: MIT
/// @file
/// Reference cells and synthetic cells side by side: what every metric looks at.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/analysis/linear_operator.hpp"
#include "harmonium/analysis/nearest_labels.hpp"
#include "harmonium/analysis/normalise.hpp"
#include "harmonium/analysis/pca.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/lazy.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/metrics/labelled_cells.hpp"
#include "harmonium/metrics/reference_cells.hpp"

namespace harmonium::inline v0_2 {

/// Equally many real and synthetic cells in principal components fitted on both, which favours
/// neither. The real ones come first; both in random order, so that the first few are a sample.
struct joint_space {
  matrix<double> points;         ///< 2 each x components
  index each = 0;                ///< cells of either kind
  std::vector<index> real;       ///< length each, rows of the reference
  std::vector<index> synthetic;  ///< length each, rows of the synthetic cells

  [[nodiscard]] bool is_real(index point) const noexcept { return point < each; }
  /// One per point: 0 is real, 1 is synthetic.
  [[nodiscard]] std::vector<std::uint8_t> kinds() const {
    std::vector<std::uint8_t> all(static_cast<std::size_t>(2 * each), 0);
    std::fill(all.begin() + each, all.end(), std::uint8_t(1));
    return all;
  }
};

/// How reference and synthetic cells are put into one space.
struct comparison_options {
  index joint_components = 30;  ///< of the joint space
  index joint_cells = 1000;     ///< at most so many real and so many synthetic cells in it
  std::uint64_t seed = 1;       ///< decides which
};

/// Synthetic cells against reference cells. What metrics share is computed once, when first asked
/// for, and may be asked for from several threads. Refers to the reference.
class comparison : public lazy_results {
 public:
  /// @param synthetic borrowed (`count_view<>`, `count_matrix<>`) or copied (other types)
  /// @throws std::invalid_argument unless there is one label per cell, the genes are as many as the
  ///         reference's, and the options are at least 1.
  template <count_source Counts>
  comparison(const reference_cells& reference, const Counts& synthetic,
             std::span<const index> labels, const comparison_options& options = {})
      : comparison(options, reference, synthetic, {labels.begin(), labels.end()}) {}

  /// The same with labels transferred, where the reference has any: every synthetic cell has the
  /// label of its nearest reference cell in the reference's principal components (of equally near
  /// ones the first).
  template <count_source Counts>
  comparison(const reference_cells& reference, const Counts& synthetic,
             const comparison_options& options = {})
      : comparison(options, reference, synthetic, place(reference, synthetic)) {}

  comparison(const reference_cells&&, const auto&, const auto&...) = delete;

  [[nodiscard]] const reference_cells& reference() const noexcept { return reference_; }
  [[nodiscard]] const labelled_cells& cells() const noexcept { return cells_; }
  [[nodiscard]] const count_view<>& counts() const noexcept { return cells_.counts(); }
  [[nodiscard]] std::span<const index> labels() const noexcept { return cells_.labels(); }
  [[nodiscard]] const comparison_options& options() const noexcept { return options_; }

  /// No gene, or no cell on one of the sides: there is nothing to compare.
  [[nodiscard]] bool empty() const noexcept {
    return counts().genes() == 0 || counts().cells() == 0 || reference_.counts().cells() == 0;
  }
  /// Clusters of either side: the largest label + 1.
  [[nodiscard]] index clusters() const noexcept {
    return std::max(cells_.clusters(), reference_.cells().clusters());
  }

  /// Log-normalised synthetic values, to the library size of the reference.
  [[nodiscard]] const count_matrix<double>& values() const {
    return values_.get(
        [&] { return log_normalise(counts(), {.target_sum = reference_.common_library()}); });
  }
  /// The synthetic cells in the reference's principal components, cells x components.
  template <std::same_as<matrix<double>> Result = matrix<double>>
  [[nodiscard]] const Result& scores() const {
    return scores_.get([&] { return project(values(), reference_.components()); });
  }
  /// Synthetic cells and cells of the whole reference.
  template <std::same_as<joint_space> Result = joint_space>
  [[nodiscard]] const Result& joint() const {
    return joint_.get([&] { return make_joint(std::nullopt, 0); });
  }
  /// Synthetic cells and cells of the reference that the generator has not seen, so that copying
  /// does not pay. Without cells where the pilot is unknown.
  template <std::same_as<joint_space> Result = joint_space>
  [[nodiscard]] const Result& joint_fresh() const {
    return joint_fresh_.get([&] { return make_joint(reference_.fresh(), 1); });
  }

 private:
  template <count_source Counts>
  comparison(const comparison_options& options, const reference_cells& reference,
             const Counts& synthetic, std::vector<index> labels)
      : reference_(reference),
        cells_(synthetic, std::move(labels), "synthetic"),
        options_(options) {
    require(reference.counts().genes() == synthetic.genes(), "comparison",
            "reference and synthetic cells have different genes");
    require(options.joint_components >= 1 && options.joint_cells >= 1, "comparison",
            "joint_components and joint_cells must be at least 1");
  }

  struct placed_cells {
    std::vector<index> labels;
    std::optional<count_matrix<double>> values;
    matrix<double> scores;
  };

  template <count_source Counts>
  comparison(const comparison_options& options, const reference_cells& reference,
             const Counts& synthetic, placed_cells placed)
      : comparison(options, reference, synthetic, std::move(placed.labels)) {
    if (placed.values) (void)values_.get([&] { return std::move(*placed.values); });
    if (placed.values) (void)scores_.get([&] { return std::move(placed.scores); });
  }

  template <count_source Counts>
  static placed_cells place(const reference_cells& reference, const Counts& synthetic) {
    if (reference.cells().clusters() == 0)
      return {std::vector<index>(static_cast<std::size_t>(synthetic.cells()), -1), {}, {}};
    placed_cells placed;
    placed.values = log_normalise(synthetic, {.target_sum = reference.common_library()});
    placed.scores = project(*placed.values, reference.components());
    placed.labels = labels_of_nearest(serial_executor{}, reference.neighbours(), reference.labels(),
                                      placed.scores);
    return placed;
  }

  /// `count` of `from` (of all rows below `all` where that is empty) in random order.
  static std::vector<index> random_rows(index all, std::optional<std::span<const index>> from,
                                        index count, random_engine rng) {
    std::vector<index> rows = draw::sample_without_replacement(all, count, rng);
    draw::shuffle(std::span(rows), rng);
    if (from)
      for (index& row : rows) row = (*from)[static_cast<std::size_t>(row)];
    return rows;
  }

  template <std::same_as<joint_space> Result = joint_space>
  [[nodiscard]] Result make_joint(std::optional<std::span<const index>> real,
                                  std::uint64_t stream) const {
    const index available = real ? static_cast<index>(real->size()) : reference_.counts().cells();
    Result space;
    space.each = std::min({available, counts().cells(), options_.joint_cells});
    if (space.each == 0 || counts().genes() == 0) {
      space.each = 0;
      return space;
    }
    random_engine rng(options_.seed);
    const random_streams streams(rng);
    space.real = random_rows(available, real, space.each, streams[2 * stream]);
    space.synthetic =
        random_rows(counts().cells(), std::nullopt, space.each, streams[2 * stream + 1]);
    auto both = select_cells(reference_.values(), space.real);
    both.append(select_cells(values(), space.synthetic));
    space.points = pca(sparse_operator(both), {.components = options_.joint_components}).scores;
    return space;
  }

  const reference_cells& reference_;
  labelled_cells cells_;
  comparison_options options_;
  lazy<count_matrix<double>> values_;
  lazy<matrix<double>> scores_;
  lazy<joint_space> joint_;
  lazy<joint_space> joint_fresh_;
};

}  // namespace harmonium::inline v0_2
