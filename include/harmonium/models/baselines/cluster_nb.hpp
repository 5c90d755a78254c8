// SPDX-License-Identifier: MIT
/// @file
/// Baseline: independent negative binomial genes within each cluster of cells.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/analysis/cell_components.hpp"
#include "harmonium/analysis/k_means.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/draw/categorical.hpp"
#include "harmonium/core/draw/negative_binomial_tables.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/make_cells.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/models/baselines/independent_nb.hpp"
#include "harmonium/models/baselines/listed_cell.hpp"
#include "harmonium/models/generator.hpp"
#include "harmonium/units/dispersion.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `cluster_nb::fit`.
struct cluster_nb_options {
  index clusters = 8;     ///< found by k-means, at most one per `min_cells` pilot cells
  index components = 10;  ///< principal components of the deviance residuals that k-means sees
  index restarts = 10;    ///< of k-means
  index min_cells = 8;    ///< clusters of fewer cells take the genes' common dispersions
  dispersion_options dispersion = {};  ///< of the genes' estimates
};

/// A mixture without latent structure inside its parts: a cell's cluster is drawn by the pilot's
/// proportions, its genes are then independent negative binomials with the cluster's means and
/// inverse dispersions (maximum likelihood with the paper's penalty). A cluster of fewer than
/// `min_cells` cells keeps its means but takes, for every gene, one inverse dispersion fitted to
/// all clusters at once, each cell about the mean of its cluster.
class cluster_nb {
 public:
  /// Clusters given by the caller.
  /// @param pilot  cells x genes
  /// @param labels length cells, >= 0; numbers that do not occur make clusters never drawn.
  /// @throws std::invalid_argument if the pilot has no cell or the labels do not fit.
  template <executor Executor, count_source Counts>
  static cluster_nb fit(const Executor& run, const Counts& pilot, std::span<const index> labels,
                        const cluster_nb_options& options = {}) {
    require(pilot.cells() > 0, "cluster_nb::fit", "the pilot has no cells");
    require(std::cmp_equal(labels.size(), pilot.cells()), "cluster_nb::fit",
            "labels must have one entry per cell (" + std::to_string(pilot.cells()) + "), got " +
                std::to_string(labels.size()));
    for (const index label : labels)
      require(label >= 0 && label < max_clusters, "cluster_nb::fit",
              "labels must be in [0, 1e6), got " + std::to_string(label));

    cluster_nb model;
    model.labels_.assign(labels.begin(), labels.end());
    const index clusters = *std::max_element(labels.begin(), labels.end()) + 1;
    model.sizes_.assign(static_cast<std::size_t>(clusters), 0.0);
    for (const index label : labels) model.sizes_[static_cast<std::size_t>(label)] += 1;
    model.mean_ = matrix<double>::Zero(clusters, pilot.genes());
    model.theta_ = matrix<double>::Constant(clusters, pilot.genes(), options.dispersion.upper);
    const counts_by_gene columns(pilot);
    for_each_range(run, pilot.genes(), 32, [&](index begin, index end) {
      for (index gene = begin; gene < end; ++gene) model.fit_gene(columns, gene, options);
    });
    model.tabulate(run);
    return model;
  }

  /// Clusters found by k-means on principal components of the pilot's deviance residuals. Draws
  /// from `rng` for the starts of k-means.
  /// @throws std::invalid_argument if the pilot has no cell or an option is below 1.
  template <executor Executor, count_source Counts>
  static cluster_nb fit(const Executor& run, const Counts& pilot, const cluster_nb_options& options,
                        random_engine& rng) {
    require(pilot.cells() > 0 && pilot.genes() > 0, "cluster_nb::fit",
            "the pilot has no cells or no genes");
    require(options.clusters >= 1, "cluster_nb::fit",
            "clusters must be at least 1, got " + std::to_string(options.clusters));
    require(options.min_cells >= 1, "cluster_nb::fit",
            "min_cells must be at least 1, got " + std::to_string(options.min_cells));
    const index clusters =
        std::min(options.clusters, std::max<index>(1, pilot.cells() / options.min_cells));
    const matrix<double> scores = cell_components(run, pilot, options.components);
    const k_means_result found =
        k_means(run, scores, {.clusters = clusters, .restarts = options.restarts}, rng);
    return fit(run, pilot, found.labels, options);
  }

  /// The same on the calling thread.
  template <count_source Counts>
  static cluster_nb fit(const Counts& pilot, std::span<const index> labels,
                        const cluster_nb_options& options = {}) {
    return fit(serial_executor{}, pilot, labels, options);
  }
  template <count_source Counts>
  static cluster_nb fit(const Counts& pilot, const cluster_nb_options& options,
                        random_engine& rng) {
    return fit(serial_executor{}, pilot, options, rng);
  }

  /// Of parameters, such as those of a file; `labels()` is empty then.
  /// @param sizes length clusters, >= 0, not all 0; mean, theta clusters x genes
  /// @throws std::invalid_argument if the shapes differ or a value is out of range.
  static cluster_nb of(std::vector<double> sizes, matrix<double> mean, matrix<double> theta) {
    require(!sizes.empty() && std::cmp_equal(sizes.size(), mean.rows()) &&
                mean.rows() == theta.rows() && mean.cols() == theta.cols(),
            "cluster_nb::of", "sizes, mean and theta must have a row for every cluster");
    double total = 0;
    for (const double size : sizes) {
      require(size >= 0, "cluster_nb::of", "sizes must not be negative");
      total += size;
    }
    require(total > 0 && total < std::numeric_limits<double>::infinity(), "cluster_nb::of",
            "sizes must not be all zero");
    require((mean.array() >= 0).all() && mean.allFinite() && (theta.array() > 0).all(),
            "cluster_nb::of", "means >= 0 and inverse dispersions > 0 expected");
    cluster_nb model;
    model.sizes_ = std::move(sizes);
    model.mean_ = std::move(mean);
    model.theta_ = std::move(theta);
    model.tabulate(serial_executor{});
    return model;
  }

  [[nodiscard]] index genes() const noexcept { return mean_.cols(); }
  [[nodiscard]] index clusters() const noexcept { return mean_.rows(); }
  /// Cluster of every pilot cell, length pilot cells; empty if made by `of`.
  [[nodiscard]] const std::vector<index>& labels() const noexcept { return labels_; }
  /// Pilot cells of every cluster, length clusters: the weights by which clusters are drawn.
  [[nodiscard]] const std::vector<double>& sizes() const noexcept { return sizes_; }
  /// clusters x genes.
  [[nodiscard]] const matrix<double>& mean() const noexcept { return mean_; }
  /// Inverse dispersions, clusters x genes; the upper bound where the cluster has no count.
  [[nodiscard]] const matrix<double>& theta() const noexcept { return theta_; }

  template <executor Executor, observer Observer>
  [[nodiscard]] count_matrix<> generate(const Executor& run, index cells, Observer&& watch,
                                        random_engine& rng) const {
    return make_cells(
        run, genes(), cells,
        [this] {
          return [this, cell = listed_cell()](random_engine& own, count_matrix<>& out) mutable {
            const index cluster = draw::categorical(std::span<const double>(sizes_), own);
            cell.append(*tables_[static_cast<std::size_t>(cluster)], out, own);
          };
        },
        watch, rng);
  }

  template <executor Executor>
  [[nodiscard]] count_matrix<> generate(const Executor& run, index cells,
                                        random_engine& rng) const {
    return generate(run, cells, silent{}, rng);
  }
  [[nodiscard]] count_matrix<> generate(index cells, random_engine& rng) const {
    return generate(serial_executor{}, cells, silent{}, rng);
  }

 private:
  /// Tables of every cluster that is ever drawn.
  template <executor Executor>
  void tabulate(const Executor& run) {
    tables_.resize(sizes_.size());
    run.for_each_block(clusters(), [&](index c) {
      const auto cluster = static_cast<std::size_t>(c);
      if (sizes_[cluster] > 0) tables_[cluster] = nb_tables(mean_.row(c), theta_.row(c));
    });
  }

  static constexpr index max_clusters = 1'000'000;

  cluster_nb() = default;

  template <class Value>
  void fit_gene(const counts_by_gene<Value>& columns, index gene,
                const cluster_nb_options& options) {
    const auto cells = columns.cells(gene);
    const auto values = columns.values(gene);
    std::vector<std::vector<double>> counted(sizes_.size());
    for (std::size_t k = 0; k < cells.size(); ++k)
      counted[static_cast<std::size_t>(labels_[static_cast<std::size_t>(cells[k])])].push_back(
          static_cast<double>(values[k]));

    bool common_needed = false;
    for (std::size_t c = 0; c < counted.size(); ++c) {
      if (counted[c].empty()) continue;
      double sum = 0;
      for (const double x : counted[c]) sum += x;
      const auto cluster = static_cast<index>(c);
      mean_(cluster, gene) = sum / sizes_[c];
      const auto size = static_cast<index>(sizes_[c]);
      if (size < options.min_cells) {
        common_needed = true;
      } else {
        theta_(cluster, gene) = fit_common_mean(std::span<const double>(counted[c]), size,
                                                mean_(cluster, gene), options.dispersion)
                                    .theta;
      }
    }
    if (!common_needed) return;
    const double common = common_theta(counted, gene, options.dispersion);
    for (std::size_t c = 0; c < counted.size(); ++c)
      if (!counted[c].empty() && static_cast<index>(sizes_[c]) < options.min_cells)
        theta_(static_cast<index>(c), gene) = common;
  }

  /// One inverse dispersion for the gene in all clusters.
  [[nodiscard]] double common_theta(const std::vector<std::vector<double>>& counted, index gene,
                                    const dispersion_options& options) const {
    dispersion_tally tally;
    double about_mean = 0, squared_means = 0, poisson_part = 0;
    for (std::size_t c = 0; c < counted.size(); ++c) {
      if (counted[c].empty()) continue;  // zeros about a zero mean say nothing
      const double mean = mean_(static_cast<index>(c), gene);
      const std::size_t zeros = static_cast<std::size_t>(sizes_[c]) - counted[c].size();
      double total = 0;
      for (const double x : counted[c]) {
        about_mean += (x - mean) * (x - mean);
        total += x;
        tally.add_count(x);
      }
      tally.add_cells(mean, sizes_[c], total);
      about_mean += static_cast<double>(zeros) * mean * mean;
      squared_means += sizes_[c] * mean * mean;
      poisson_part += sizes_[c] * mean;
    }
    // Moments: the variance beyond Poisson's is mean^2 / theta, summed over cells.
    const double excess = about_mean - poisson_part;
    const double start = excess > 0 ? squared_means / excess : options.upper;
    return fit_inverse_dispersion(tally.data(), start, options).theta;
  }

  std::vector<index> labels_;
  std::vector<double> sizes_;
  matrix<double> mean_, theta_;
  std::vector<std::shared_ptr<const draw::negative_binomial_tables>> tables_;  ///< per cluster
};

static_assert(generator<cluster_nb>);

}  // namespace harmonium::inline v0_2
