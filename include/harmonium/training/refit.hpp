// SPDX-License-Identifier: MIT
/// @file
/// Re-estimating what visible units hold beyond their natural parameters: inverse dispersions,
/// standard deviations. A family with parameters of another kind specialises both templates.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/training/dispersion_update.hpp"
#include "harmonium/units/dispersion.hpp"

namespace harmonium::inline v0_2 {

/// The family has nothing to refit.
struct nothing_to_refit {};

/// How inverse dispersions start, and their estimate.
struct dispersion_settings {
  double start = 0.5;               ///< theta of every gene at the start
  dispersion_options options = {};  ///< bounds and penalty
};

template <class Units>
struct refit_settings_of {
  using type = nothing_to_refit;
};
template <has_dispersions Units>
struct refit_settings_of<Units> {
  using type = dispersion_settings;
};
template <class Units>
using refit_settings = typename refit_settings_of<Units>::type;

/// Refits the visible units of a model to rows; this one has nothing to do.
///
/// Law: a refit leaves the mean of every column as it was.
template <class Model, row_source Data>
class visible_refit {
 public:
  static constexpr bool acts = false;

  void start(const nothing_to_refit&, typename Model::visible_units&) {}
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
  static constexpr bool acts = true;

  /// @throws std::invalid_argument unless the start is positive
  void start(const dispersion_settings& settings, typename Model::visible_units& units) {
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
    if (!by_gene_) by_gene_.emplace(data);
    std::vector<double> weights;
    if (total_weight(data) != static_cast<double>(row_count(data)))
      for (index i = 0; i < row_count(data); ++i) weights.push_back(row_weight(data, i));
    statuses_ = update_dispersion(run, model, *by_gene_, hidden, limits, options_, weights);
  }

  [[nodiscard]] const std::vector<dispersion_status>& statuses() const noexcept {
    return statuses_;
  }

 private:
  dispersion_options options_;
  std::optional<counts_by_gene<typename Data::value_type>> by_gene_;  ///< made when first needed
  std::vector<dispersion_status> statuses_;
};

}  // namespace harmonium::inline v0_2
