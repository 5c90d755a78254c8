// SPDX-License-Identifier: MIT
/// @file
/// Poisson deviance residuals of counts: how far each count is from what its cell's depth and its
/// gene's abundance let one expect.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "harmonium/analysis/linear_operator.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/saddle_point.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/core/watched_executor.hpp"

namespace harmonium::inline v0_2 {

/// Unit deviance of the Poisson distribution, 2 [x log(x / mean) - (x - mean)], for x >= 0 and
/// mean > 0. Never negative; keeps full precision where x is near the mean.
[[nodiscard]] inline double poisson_deviance(double x, double mean) noexcept {
  return x == 0 ? 2 * mean : 2 * math::deviance_part(x, mean);
}

/// What a count would be on average if only depth and abundance mattered: the mean of cell i and
/// gene j is depth[i] * abundance[j]. Cells that have weights (`row_weight`) count so often.
struct null_means {
  vector<double> depth;      ///< length cells; counts of the cell
  vector<double> abundance;  ///< length genes; the gene's share of all counts, 0 if there are none

  template <count_source Counts>
  explicit null_means(const Counts& counts)
      : depth(library_sizes(counts)), abundance(vector<double>::Zero(counts.genes())) {
    double total = 0;
    for (index i = 0; i < counts.cells(); ++i) {
      const auto cell = counts.cell(i);
      for (std::size_t k = 0; k < cell.size(); ++k)
        abundance[static_cast<index>(cell.genes[k])] +=
            row_weight(counts, i) * static_cast<double>(cell.values[k]);
      total += row_weight(counts, i) * depth[i];
    }
    if (total > 0) abundance /= total;
  }
};

/// The cells x genes matrix of residuals r = sign(x - m) sqrt(2 [x log(x / m) - (x - m)]), with m
/// the null mean of the count, as a linear operator. A zero count has r = -sqrt(2 m), which is of
/// rank one, so that the matrix is stored as sparse + rank one: memory O(non-zeros).
/// Source: Townes et al. (2019), "Feature selection and dimension reduction for single-cell RNA-Seq
/// based on a multinomial model", Genome Biology 20:295, doi 10.1186/s13059-019-1861-6.
class deviance_residuals {
 public:
  /// @param counts cells x genes, whole numbers >= 0; need not outlive the operator.
  template <count_source Counts>
  explicit deviance_residuals(const Counts& counts)
      : deviance_residuals(serial_executor{}, counts) {}
  /// @param run is asked every 1024 cells (`look_up`)
  template <executor Executor, count_source Counts>
  deviance_residuals(const Executor& run, const Counts& counts)
      : row_root_(vector<double>::Zero(counts.cells())),
        column_root_(vector<double>::Zero(counts.genes())),
        squares_(vector<double>::Zero(counts.genes())) {
    const null_means expected(counts);
    for (index i = 0; i < counts.cells(); ++i) row_root_[i] = std::sqrt(2 * expected.depth[i]);
    for (index j = 0; j < counts.genes(); ++j) column_root_[j] = std::sqrt(expected.abundance[j]);

    excess_.reserve(static_cast<std::size_t>(counts.nonzeros()));
    genes_.reserve(static_cast<std::size_t>(counts.nonzeros()));
    pointers_.reserve(static_cast<std::size_t>(counts.cells()) + 1);
    pointers_.push_back(0);
    double total = 0;
    for (index i = 0; i < counts.cells(); ++i) {
      if (i % 1024 == 0) look_up(run);
      const auto cell = counts.cell(i);
      for (std::size_t k = 0; k < cell.size(); ++k) {
        const auto x = static_cast<double>(cell.values[k]);
        if (x == 0) continue;  // a stored zero
        const auto gene = static_cast<index>(cell.genes[k]);
        const double mean = expected.depth[i] * expected.abundance[gene];
        const double deviance = poisson_deviance(x, mean);
        const double residual = x > mean ? std::sqrt(deviance) : -std::sqrt(deviance);
        excess_.push_back(residual + row_root_[i] * column_root_[gene]);
        genes_.push_back(static_cast<std::int32_t>(gene));
        squares_[gene] += deviance - 2 * mean;
      }
      pointers_.push_back(excess_.size());
      total += expected.depth[i];
    }
    // The zeros' deviances, 2 m, are those of all cells less those already taken off above.
    for (index j = 0; j < counts.genes(); ++j) squares_[j] += 2 * total * expected.abundance[j];
  }

  [[nodiscard]] index rows() const noexcept { return row_root_.size(); }
  [[nodiscard]] index cols() const noexcept { return column_root_.size(); }

  void multiply(std::span<const double> in, std::span<double> out) const {
    double along = 0;
    for (index j = 0; j < cols(); ++j) along += column_root_[j] * in[static_cast<std::size_t>(j)];
    for (index i = 0; i < rows(); ++i) {
      double sum = 0;
      for (std::size_t k = begin(i); k < begin(i + 1); ++k)
        sum += excess_[k] * in[static_cast<std::size_t>(genes_[k])];
      out[static_cast<std::size_t>(i)] = sum - row_root_[i] * along;
    }
  }

  void multiply_transposed(std::span<const double> in, std::span<double> out) const {
    double along = 0;
    for (index i = 0; i < rows(); ++i) along += row_root_[i] * in[static_cast<std::size_t>(i)];
    for (index j = 0; j < cols(); ++j) out[static_cast<std::size_t>(j)] = -column_root_[j] * along;
    for (index i = 0; i < rows(); ++i) {
      const double weight = in[static_cast<std::size_t>(i)];
      for (std::size_t k = begin(i); k < begin(i + 1); ++k)
        out[static_cast<std::size_t>(genes_[k])] += excess_[k] * weight;
    }
  }

  /// Mean residual of every gene over the cells, length genes.
  [[nodiscard]] vector<double> column_means() const {
    vector<double> means(cols());
    const std::vector<double> ones(static_cast<std::size_t>(rows()), 1.0);
    multiply_transposed(ones, {means.data(), static_cast<std::size_t>(cols())});
    if (rows() > 0) means /= static_cast<double>(rows());
    return means;
  }

  /// Residual deviance of every gene, the sum of its squared residuals, length genes.
  [[nodiscard]] vector<double> column_squares() const { return squares_; }

 private:
  [[nodiscard]] std::size_t begin(index cell) const noexcept {
    return pointers_[static_cast<std::size_t>(cell)];
  }

  vector<double> row_root_, column_root_, squares_;
  std::vector<double> excess_;  // residual of a non-zero count less what a zero would have
  std::vector<std::int32_t> genes_;
  std::vector<std::size_t> pointers_;
};

static_assert(linear_operator<deviance_residuals>);

}  // namespace harmonium::inline v0_2
