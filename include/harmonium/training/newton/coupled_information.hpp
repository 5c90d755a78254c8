// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// The Fisher information of visible biases and first-layer weights, block diagonal over genes plus
/// one rank per hidden state, which couples them:
///
///     F = diag_m( sum_s p_s V_ms phi_s phi_s' ) + sum_s p_s u_s u_s',   phi = [1, h_1],
///
/// u_s the stacked mu_ms phi_s, less their projection on what the hidden biases can follow.
///
/// Gene vectors are kept feature by feature: row j of a `columns x genes` matrix.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "harmonium/core/entrywise.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/symmetric_factor.hpp"
#include "harmonium/models/part_blocks.hpp"
#include "harmonium/training/newton/active_states.hpp"

namespace harmonium::inline v0_2 {

/// Sum of products, in an order that depends on nothing but the length.
[[nodiscard]] inline double ordered_dot(const double* a, const double* b, index length) noexcept {
  double first = 0, second = 0, third = 0, fourth = 0, rest = 0;
  index i = 0;
  for (; i + 4 <= length; i += 4) {
    first += a[i] * b[i];
    second += a[i + 1] * b[i + 1];
    third += a[i + 2] * b[i + 2];
    fourth += a[i + 3] * b[i + 3];
  }
  for (; i < length; ++i) rest += a[i] * b[i];
  return ((first + second) + (third + fourth)) + rest;
}

/// Where a Newton step starts: parameters, and what the data ask for.
struct newton_problem {
  index columns = 0;               ///< features whose parameters move: 1 (biases only) or units + 1
  matrix<double> pairs;            ///< genes x (units + 1): the data's mean of x phi'
  matrix<double> weights;          ///< genes x units
  std::vector<double> prior;       ///< precision of each gene's weights, per cell
  std::vector<double> scale;       ///< d eta = scale x d log mean, at the gene's mean
  std::vector<double> bias;        ///< a_m
  std::vector<double> limits;      ///< largest admissible input of every gene
  std::vector<unit_range> linked;  ///< units that each gene has weights with, the other weights
                                   ///< stay; empty: all (models/part_blocks.hpp)
  double damping = 0;              ///< added to every state's probability in the information
  [[nodiscard]] index genes() const noexcept { return pairs.rows(); }
};

/// @tparam Index a template, so that only who uses it compiles its linear algebra
template <class Index = index>
class basic_coupled_information {
 public:
  static constexpr index tile = 128;  ///< genes worked on at a time, so that sums stay in cache

  /// Place of entry (j, k), k <= j, of a symmetric block.
  static index packed(index j, index k) noexcept { return j * (j + 1) / 2 + k; }

  /// Gradient and block of every gene, and the block's inverse.
  basic_coupled_information(executor_ref run, const active_states& states,
                            const newton_problem& problem)
      : states_(&states), columns_(problem.columns), genes_(problem.genes()) {
    factor_hidden();
    prepare_genes(run, problem);
  }

  [[nodiscard]] const active_states& states() const noexcept { return *states_; }
  [[nodiscard]] index columns() const noexcept { return columns_; }
  [[nodiscard]] index genes() const noexcept { return genes_; }
  /// columns x genes.
  [[nodiscard]] const matrix<double>& gradient() const noexcept { return gradient_; }
  /// Inverse of every gene's block, packed x genes; faces take directions out of it.
  [[nodiscard]] matrix<double>& inverse() noexcept { return inverse_; }
  [[nodiscard]] const matrix<double>& inverse() const noexcept { return inverse_; }
  [[nodiscard]] const matrix<double>& blocks() const noexcept { return blocks_; }

  /// out = each gene's block times its part of `in`.
  static void multiply_blocks(const matrix<double>& blocks, const matrix<double>& in,
                              matrix<double>& out);

  /// out = F in.
  void multiply(executor_ref run, const matrix<double>& in, matrix<double>& out) const;

  /// How the visible log-partition of every coupling state changes along `direction`.
  [[nodiscard]] std::vector<double> visible_change(executor_ref run,
                                                   const matrix<double>& direction) const;

  /// Replaces values of the coupling states by p times their residual: b_1 is refitted at every
  /// trial, so of the coupling between states only what b_1 cannot follow counts, the residual of a
  /// regression on h_1 weighted by the states' probabilities. @return the slopes on h_1
  std::vector<double> take_residual(std::vector<double>& values) const;

 private:
  void factor_hidden();

  void centre(index s, std::span<double> out) const;

  void prepare_genes(executor_ref run, const newton_problem& problem);

  /// The states' sums for the genes from `begin` on.
  void add_states(double damping, index begin, matrix<double>& expected,
                  matrix<double>& blocks) const;

  const active_states* states_;
  index columns_, genes_;
  std::vector<double> hidden_mean_;  ///< of h_1 over the coupling states
  symmetric_factor hidden_covariance_;
  matrix<double> gradient_, blocks_, inverse_;
};

template <class Index>
void basic_coupled_information<Index>::multiply_blocks(const matrix<double>& blocks,
                                                       const matrix<double>& in,
                                                       matrix<double>& out) {
  const index genes = in.cols();
  out.setZero(in.rows(), genes);
  for (index j = 0; j < in.rows(); ++j) {
    for (index k = 0; k < j; ++k) {
      const double* const block = blocks.data() + packed(j, k) * genes;
      entrywise::add_products(block, in.data() + k * genes, genes, out.data() + j * genes);
      entrywise::add_products(block, in.data() + j * genes, genes, out.data() + k * genes);
    }
    entrywise::add_products(blocks.data() + packed(j, j) * genes, in.data() + j * genes, genes,
                            out.data() + j * genes);
  }
}

template <class Index>
void basic_coupled_information<Index>::multiply(executor_ref run, const matrix<double>& in,
                                                matrix<double>& out) const {
  std::vector<double> change = visible_change(run, in);
  (void)take_residual(change);
  multiply_blocks(blocks_, in, out);
  for_each_range(run, genes_, tile, [&](index begin, index end) {
    const index width = end - begin;
    std::vector<double> share(static_cast<std::size_t>(width));
    for (std::size_t i = 0; i < change.size(); ++i) {
      const index s = states_->coupling()[i];
      const double* const means = states_->means.data() + s * genes_ + begin;
      for (std::size_t m = 0; m < share.size(); ++m) share[m] = change[i] * means[m];
      for (const auto& [j, h] : states_->features(s)) {
        if (j >= columns_) break;
        entrywise::add_scaled(h, share.data(), width, out.data() + j * genes_ + begin);
      }
    }
  });
}

template <class Index>
std::vector<double> basic_coupled_information<Index>::visible_change(
    executor_ref run, const matrix<double>& direction) const {
  std::vector<double> change(states_->coupling().size());
  for_each_range(run, std::ssize(change), 16, [&](index begin, index end) {
    for (index i = begin; i < end; ++i) {
      const index s = states_->coupling()[static_cast<std::size_t>(i)];
      double sum = 0;
      for (const auto& [j, h] : states_->features(s)) {
        if (j >= columns_) break;
        sum += h * ordered_dot(states_->means.data() + s * genes_, direction.data() + j * genes_,
                               genes_);
      }
      change[static_cast<std::size_t>(i)] = sum;
    }
  });
  return change;
}

template <class Index>
std::vector<double> basic_coupled_information<Index>::take_residual(
    std::vector<double>& values) const {
  double mean = 0, total = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double p = states_->probability(states_->coupling()[i]);
    mean += p * values[i];
    total += p;
  }
  mean /= total;
  std::vector<double> slopes(static_cast<std::size_t>(states_->units()), 0.0), centred(slopes);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const index s = states_->coupling()[i];
    centre(s, centred);
    const double pull = states_->probability(s) * (values[i] - mean);
    for (std::size_t k = 0; k < slopes.size(); ++k) slopes[k] += pull * centred[k];
  }
  hidden_covariance_.solve(slopes);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const index s = states_->coupling()[i];
    centre(s, centred);
    double fitted = mean;
    for (std::size_t k = 0; k < slopes.size(); ++k) fitted += slopes[k] * centred[k];
    values[i] = states_->probability(s) * (values[i] - fitted);
  }
  return slopes;
}

template <class Index>
void basic_coupled_information<Index>::factor_hidden() {
  const index units = states_->units();
  hidden_mean_.assign(static_cast<std::size_t>(units), 0.0);
  double total = 0;
  for (const index s : states_->coupling()) {
    total += states_->probability(s);
    for (const auto& [j, h] : states_->features(s))
      if (j > 0) hidden_mean_[static_cast<std::size_t>(j - 1)] += states_->probability(s) * h;
  }
  for (double& mean : hidden_mean_) mean /= total;
  matrix<double> gram = matrix<double>::Zero(units, units);  // lower triangle
  for (index j = 0; j < units; ++j) gram(j, j) = 1e-9;
  std::vector<double> centred(hidden_mean_.size());
  for (const index s : states_->coupling()) {
    centre(s, centred);
    for (index j = 0; j < units; ++j)
      for (index k = 0; k <= j; ++k)
        gram(j, k) += states_->probability(s) * centred[static_cast<std::size_t>(j)] *
                      centred[static_cast<std::size_t>(k)];
  }
  hidden_covariance_.compute(gram);
}

template <class Index>
void basic_coupled_information<Index>::centre(index s, std::span<double> out) const {
  for (std::size_t k = 0; k < out.size(); ++k) out[k] = -hidden_mean_[k];
  for (const auto& [j, h] : states_->features(s))
    if (j > 0) out[static_cast<std::size_t>(j - 1)] += h;
}

template <class Index>
void basic_coupled_information<Index>::prepare_genes(executor_ref run,
                                                     const newton_problem& problem) {
  const index sides = columns_ * (columns_ + 1) / 2;
  gradient_.resize(columns_, genes_);
  blocks_.resize(sides, genes_);
  inverse_.resize(sides, genes_);
  for_each_range(run, genes_, tile, [&](index begin, index end) {
    const index width = end - begin;
    matrix<double> expected = matrix<double>::Zero(columns_, width);
    matrix<double> sums = matrix<double>::Zero(sides, width);
    add_states(problem.damping, begin, expected, sums);
    matrix<double> block = matrix<double>::Zero(columns_, columns_);  // lower triangle
    symmetric_factor factor;
    for (index m = begin; m < end; ++m) {
      const double prior = problem.prior[static_cast<std::size_t>(m)];
      for (index j = 0; j < columns_; ++j) {
        gradient_(j, m) = problem.pairs(m, j) - expected(j, m - begin);
        if (j > 0) gradient_(j, m) -= prior * problem.weights(m, j - 1);
        for (index k = 0; k <= j; ++k) block(j, k) = sums(packed(j, k), m - begin);
        // The bias has no prior; a hair keeps the block regular.
        block(j, j) += j > 0 ? prior : 1e-3 * prior;
        for (index k = 0; k <= j; ++k) blocks_(packed(j, k), m) = block(j, k);
      }
      const auto stays = [&](index j) {
        return j > 0 && !problem.linked.empty() &&
               !problem.linked[static_cast<std::size_t>(m)].holds(j - 1);
      };
      for (index j = 0; j < columns_; ++j)
        if (stays(j)) {
          for (index k = 0; k < j; ++k) block(j, k) = 0;
          for (index k = j + 1; k < columns_; ++k) block(k, j) = 0;
          gradient_(j, m) = 0;
        }
      factor.compute(block);
      const matrix<double> inverse = factor.inverse();
      // Nothing moves along what stays: its part of the inverse is zero.
      for (index j = 0; j < columns_; ++j)
        for (index k = 0; k <= j; ++k)
          inverse_(packed(j, k), m) = stays(j) || stays(k) ? 0.0 : inverse(j, k);
    }
  });
}

template <class Index>
void basic_coupled_information<Index>::add_states(double damping, index begin,
                                                  matrix<double>& expected,
                                                  matrix<double>& blocks) const {
  const index width = expected.cols();
  std::vector<double> share(static_cast<std::size_t>(width));
  const auto fill_share = [&](double scale, const matrix<double>& moments, index s) {
    const double* const from = moments.data() + s * genes_ + begin;
    for (std::size_t m = 0; m < share.size(); ++m) share[m] = scale * from[m];
  };
  for (index s = 0; s < states_->size(); ++s) {
    const double p = states_->probability(s);
    const auto features = states_->features(s);
    fill_share(p, states_->means, s);
    for (const auto& [j, h] : features) {
      if (j >= columns_) break;
      entrywise::add_scaled(h, share.data(), width, expected.data() + j * width);
    }
    fill_share(p + damping, states_->variances, s);
    for (const auto& [j, h] : features) {
      if (j >= columns_) break;
      for (const auto& [k, other] : features) {
        if (k > j) break;
        entrywise::add_scaled(h * other, share.data(), width, blocks.data() + packed(j, k) * width);
      }
    }
  }
}

using coupled_information = basic_coupled_information<>;

}  // namespace harmonium::inline v0_2
