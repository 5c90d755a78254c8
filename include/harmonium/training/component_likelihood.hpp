// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// What the components of a categorical harmonium say of a cell.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/categorical_fit.hpp"
#include "harmonium/units/nb_log_masses.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium::inline v0_2 {

/// log NB(x; s mean_c, theta) for every component c, the base measure apart: it is common to all.
/// Prepared once per M-step; borrows both arguments. Memory: 8 bytes for every component and gene,
/// and for 16 counts of every gene.
template <size_factor_policy Sizes>
class component_likelihood {
 public:
  /// @param mean components x genes, > 0 @param theta length genes, > 0
  component_likelihood(const matrix<double>& mean, const vector<double>& theta)
      : mean_(&mean),
        theta_(&theta),
        eta_(static_cast<std::size_t>(mean.size())),
        partition_(static_cast<std::size_t>(mean.rows()), 0.0),
        masses_(as_span(theta), 15) {
    for (index c = 0; c < mean.rows(); ++c)
      for (index m = 0; m < mean.cols(); ++m) {
        eta_[static_cast<std::size_t>(m * mean.rows() + c)] =
            nb_natural_from_mean(mean(c, m), theta[m]);
        partition_[static_cast<std::size_t>(c)] += Sizes::log_partition(1, mean(c, m), theta[m]);
      }
  }

  /// @param[out] terms length components, overwritten
  template <class Cell>
  void evaluate(const Cell& cell, double size, std::span<double> terms) const {
    const std::size_t components = terms.size();
    std::fill(terms.begin(), terms.end(), 0.0);
    if constexpr (Sizes::separable) {
      row::for_each_nonzero(cell, [&](index m, auto value) {
        const double* eta = eta_.data() + m * static_cast<index>(components);
        const auto x = static_cast<double>(value);
        for (std::size_t c = 0; c < components; ++c) terms[c] += x * eta[c];
      });
      for (std::size_t c = 0; c < components; ++c)
        terms[c] -= Sizes::dispersion(size, 1.0) * partition_[c];
    } else {
      for (std::size_t c = 0; c < components; ++c)
        for (index m = 0; m < theta_->size(); ++m)
          terms[c] -=
              Sizes::log_partition(size, mean_->coeff(static_cast<index>(c), m), (*theta_)[m]);
      row::for_each_nonzero(cell, [&](index m, auto value) {
        const double theta = (*theta_)[m];
        for (std::size_t c = 0; c < components; ++c)
          terms[c] +=
              static_cast<double>(value) *
              nb_natural_from_mean(Sizes::mean(size, mean_->coeff(static_cast<index>(c), m)),
                                   Sizes::dispersion(size, theta));
      });
    }
  }

  /// The part that all components have in common.
  template <class Cell>
  [[nodiscard]] double log_base_measure(const Cell& cell, double size) const {
    if (Sizes::dispersion(size, 1.0) == 1) return masses_.log_base_measure(cell);
    double base = 0;
    row::for_each_nonzero(cell, [&](index m, auto value) {
      base +=
          nb_log_base_measure(static_cast<double>(value), Sizes::dispersion(size, (*theta_)[m]));
    });
    return base;
  }

 private:
  const matrix<double>* mean_;
  const vector<double>* theta_;
  std::vector<double> eta_;  ///< genes x components, at size 1
  std::vector<double> partition_;
  nb_log_masses masses_;
};

/// Mean log-likelihood of cells under a fit, in nats per cell; of held-out cells as of any others.
/// @param sizes size factor of each cell, relative to the training cells; without effect for
///              `no_size_factors`
/// @throws std::invalid_argument if the numbers of genes or sizes do not fit.
template <size_factor_policy Sizes = no_size_factors, executor Executor, count_source Counts>
double mean_log_likelihood(const Executor& run, const categorical_fit& fit, const Counts& counts,
                           const vector<double>& sizes) {
  require(counts.genes() == fit.genes(), "mean_log_likelihood", "the numbers of genes differ");
  require(sizes.size() == counts.cells(), "mean_log_likelihood", "one size per cell is needed");
  const component_likelihood<Sizes> likelihood(fit.mean, fit.theta);
  std::vector<double> per_cell(static_cast<std::size_t>(counts.cells()));
  for_each_range(run, counts.cells(), 32, [&](index begin, index end) {
    std::vector<double> terms(static_cast<std::size_t>(fit.components()));
    for (index i = begin; i < end; ++i) {
      likelihood.evaluate(counts.cell(i), sizes[i], terms);
      for (std::size_t c = 0; c < terms.size(); ++c)
        terms[c] += math::log(fit.weights[static_cast<index>(c)]);
      per_cell[static_cast<std::size_t>(i)] = math::log_sum_exp(std::span<const double>(terms)) +
                                              likelihood.log_base_measure(counts.cell(i), sizes[i]);
    }
  });
  double sum = 0;
  for (const double cell : per_cell) sum += cell;
  return per_cell.empty() ? 0 : sum / static_cast<double>(per_cell.size());
}

}  // namespace harmonium::inline v0_2
