// SPDX-License-Identifier: MIT
/// @file
/// Reference cells and synthetic cells side by side: what every metric looks at.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/analysis/linear_operator.hpp"
#include "harmonium/analysis/nearest_labels.hpp"
#include "harmonium/analysis/neighbours.hpp"
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

namespace harmonium::inline v0_2 {

/// Counts of cells with a label each: borrowed where their type is that of `count_view<>`, else
/// copied. A label is the cluster or type 0, 1, ..., or negative where it is unknown.
class labelled_cells {
 public:
  /// @throws std::invalid_argument unless there is one label per cell; as `count_matrix::push_back`
  ///         for counts of another type that are no whole numbers.
  template <count_source Counts>
  labelled_cells(const Counts& counts, std::vector<index> labels, const char* whose)
      : copy_(copy_unless_viewable(counts)),
        view_(copy_ ? copy_->view() : view_of(counts)),
        labels_(std::move(labels)) {
    require(std::cmp_equal(labels_.size(), view_.cells()), "comparison",
            std::string("one label per ") + whose + " cell expected, got " +
                std::to_string(labels_.size()) + " labels for " + std::to_string(view_.cells()) +
                " cells");
    for (const index label : labels_) clusters_ = std::max(clusters_, label + 1);
  }
  labelled_cells(const labelled_cells&) = delete;
  labelled_cells& operator=(const labelled_cells&) = delete;

  [[nodiscard]] const count_view<>& counts() const noexcept { return view_; }
  [[nodiscard]] std::span<const index> labels() const noexcept { return labels_; }
  /// The largest label + 1; 0 where no cell has one.
  [[nodiscard]] index clusters() const noexcept { return clusters_; }

  /// Cells of every label, length `clusters` (at least `clusters()`). Unlabelled cells are left
  /// out.
  [[nodiscard]] std::vector<index> cells_per_cluster(index clusters) const {
    std::vector<index> cells(static_cast<std::size_t>(clusters), 0);
    for (const index label : labels_)
      if (label >= 0) ++cells[static_cast<std::size_t>(label)];
    return cells;
  }

 private:
  template <count_source Counts>
  static std::optional<count_matrix<>> copy_unless_viewable(const Counts& counts) {
    if constexpr (std::convertible_to<const Counts&, count_view<>>) {
      return std::nullopt;
    } else {
      count_matrix<> copy(counts.genes());
      for (index i = 0; i < counts.cells(); ++i) {
        const auto cell = counts.cell(i);
        for (std::size_t k = 0; k < cell.size(); ++k)
          copy.push_back(static_cast<index>(cell.genes[k]), cell.values[k]);
        copy.finish_cell();
      }
      return copy;
    }
  }

  template <count_source Counts>
  static count_view<> view_of(const Counts& counts) {
    if constexpr (std::convertible_to<const Counts&, count_view<>>) {
      return counts;
    } else {
      throw std::logic_error("comparison: counts were not copied");
    }
  }

  std::optional<count_matrix<>> copy_;
  count_view<> view_;
  std::vector<index> labels_;
  index clusters_ = 0;
};

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
