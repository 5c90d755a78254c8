// SPDX-License-Identifier: MIT
/// @file
/// Re-estimating what visible units hold beyond their natural parameters: inverse dispersions,
/// standard deviations. A family with parameters of another kind specialises both templates.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/training/dispersion_update.hpp"
#include "harmonium/training/standard_deviation_update.hpp"
#include "harmonium/units/dispersion.hpp"

namespace harmonium::inline v0_2 {

/// The family has nothing to refit.
struct nothing_to_refit {};

/// How inverse dispersions start, and their estimate.
struct dispersion_settings {
  double start = 0.5;               ///< theta of every gene at the start
  dispersion_options options = {};  ///< bounds and penalty
};

/// How standard deviations start, and their estimate.
struct deviation_settings {
  double lowest = 1e-3;  ///< no sigma becomes smaller than this times the largest of the columns'
};

/// Units that have standard deviations to estimate.
template <class U>
concept has_deviations = requires(U& units, const vector<typename U::scalar>& sigma) {
  units.set_standard_deviation(sigma);
};

/// The settings of a refit, by what there is to refit.
template <class Units>
struct refit_settings_of {
  using type = nothing_to_refit;
};
template <has_dispersions Units>
struct refit_settings_of<Units> {
  using type = dispersion_settings;
};
template <has_deviations Units>
struct refit_settings_of<Units> {
  using type = deviation_settings;
};
/// The settings of a refit of such units.
template <class Units>
using refit_settings = typename refit_settings_of<Units>::type;

/// Refits the visible units of a model to rows; this one has nothing to do. `acts` tells whether
/// there is anything to refit, `moves_hidden` whether a refit moves p(h_1) so far that the first
/// hidden biases must be refitted before the next E-step.
///
/// Law: a refit leaves the mean of every column as it was.
template <class Model, row_source Data>
class visible_refit {
 public:
  static constexpr bool acts = false, moves_hidden = false;

  void start(const nothing_to_refit&, const Data&, typename Model::visible_units&) {}
  template <executor Executor, class AnyModel>
  void update(const Executor&, AnyModel&, const Data&, const matrix<typename Model::scalar>&,
              std::span<const typename Model::scalar>) const noexcept {}
  /// How the last estimate of every gene ended; empty if there was none.
  [[nodiscard]] std::vector<dispersion_status> statuses() const { return {}; }
};

/// Inverse dispersions, from counts.
template <class Model, count_source Data>
requires has_dispersions<typename Model::visible_units>
class visible_refit<Model, Data> {
 public:
  using scalar = typename Model::scalar;
  static constexpr bool acts = true, moves_hidden = false;

  /// @throws std::invalid_argument unless the start is positive
  void start(const dispersion_settings& settings, const Data&,
             typename Model::visible_units& units) {
    require(settings.start > 0, "train", "the initial dispersion must be positive");
    options_ = settings.options;
    units.set_inverse_dispersion(vector<scalar>(
        vector<scalar>::Constant(units.size(), static_cast<scalar>(settings.start))));
  }

  /// @param model  any stack on the same visible units
  /// @param hidden rows x size(1): E[h_1 | x]
  /// @param limits largest admissible visible input per gene
  template <executor Executor, class AnyModel>
  void update(const Executor& run, AnyModel& model, const Data& data, const matrix<scalar>& hidden,
              std::span<const scalar> limits) {
    if (!by_gene_)
      by_gene_ = std::make_shared<const counts_by_gene<typename Data::value_type>>(data);
    const std::vector<double> weights = weights_unless_one(data);
    statuses_ = update_dispersion(run, model, *by_gene_, hidden, limits, options_, weights);
  }

  [[nodiscard]] const std::vector<dispersion_status>& statuses() const noexcept {
    return statuses_;
  }

 private:
  dispersion_options options_;
  /// Made when first needed; copies share it.
  std::shared_ptr<const counts_by_gene<typename Data::value_type>> by_gene_;
  std::vector<dispersion_status> statuses_;
};

/// Standard deviations; they start at those of the columns.
template <class Model, row_source Data>
requires has_deviations<typename Model::visible_units>
class visible_refit<Model, Data> {
 public:
  using scalar = typename Model::scalar;
  static constexpr bool acts = true, moves_hidden = true;

  /// @throws std::invalid_argument unless `lowest` is positive
  void start(const deviation_settings& settings, const Data& data,
             typename Model::visible_units& units) {
    require(settings.lowest > 0, "train", "the lowest standard deviation must be positive");
    const vector<double> means = column_means(data);
    vector<double> squares = vector<double>::Zero(means.size());
    for (index i = 0; i < row_count(data); ++i) {
      const auto row = row_of(data, i);
      for (std::size_t m = 0; m < row.size(); ++m) {
        const auto at = static_cast<index>(m);
        const double off = static_cast<double>(row[m]) - means[at];
        squares[at] += row_weight(data, i) * off * off;
      }
    }
    vector<scalar> sigma(means.size());
    double largest = 0;
    for (index m = 0; m < sigma.size(); ++m) {
      const double own = std::sqrt(squares[m] / total_weight(data));
      largest = std::max(largest, own);
      sigma[m] = static_cast<scalar>(own);
    }
    // A column that never changes has no scale of its own.
    lowest_ = settings.lowest * (largest > 0 ? largest : 1.0);
    for (index m = 0; m < sigma.size(); ++m)
      sigma[m] = std::max(sigma[m], static_cast<scalar>(lowest_));
    (void)units.set_standard_deviation(sigma);
  }

  template <executor Executor, class AnyModel>
  void update(const Executor&, AnyModel& model, const Data& data, const matrix<scalar>& hidden,
              std::span<const scalar>) const {
    update_standard_deviation(model, data, hidden, lowest_);
  }
  [[nodiscard]] std::vector<dispersion_status> statuses() const { return {}; }

 private:
  double lowest_ = 0;
};

/// What the visible units of a model hold besides can be estimated from such data: inverse
/// dispersions from counts only.
template <class Model, class Data>
concept refits_from = requires(visible_refit<Model, Data>& refit,
                               const refit_settings<typename Model::visible_units>& settings,
                               const Data& data, typename Model::visible_units& units) {
  refit.start(settings, data, units);
};

}  // namespace harmonium::inline v0_2
