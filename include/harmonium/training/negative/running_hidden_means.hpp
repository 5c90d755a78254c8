// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Running averages of the first hidden layer over the data.
#pragma once

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/training/contrastive/positive_phase.hpp"
#include "harmonium/units/log_mean_scale.hpp"

namespace harmonium::inline v0_2 {

/// E[h_1] over the data, to which every batch adds its share of the data; kept off the border of
/// what biases can reach. A value.
template <class Model>
class running_hidden_means {
 public:
  using scalar = typename Model::scalar;

  void add(const Model& model, const positive_phase<Model>& batch) {
    const auto fresh = model.bias_of(batch.statistics(), 1);
    if (means_.size() == 0) {
      means_.resize(model.size(1));
      std::copy(fresh.begin(), fresh.end(), means_.begin());
    }
    const auto share = static_cast<scalar>(batch.share_of_data());
    for (index k = 0; k < means_.size(); ++k)
      means_[k] = (scalar(1) - share) * means_[k] + share * fresh[static_cast<std::size_t>(k)];
    keep_inside(model.template units<1>(), 1e-3, as_span(means_));
  }

  [[nodiscard]] std::span<const scalar> means() const noexcept { return as_span(means_); }

 private:
  vector<scalar> means_;
};

/// The covariance of h_1 over the data: of its means between rows plus its mean variance within a
/// row. A value.
template <class Model>
class running_hidden_covariance {
 public:
  using scalar = typename Model::scalar;

  void add(const Model& model, const positive_phase<Model>& batch) {
    const index units = model.size(1);
    const auto average = model.bias_of(batch.statistics(), 1);
    const auto& means = batch.means()[1];
    matrix<double> fresh = matrix<double>::Zero(units, units);
    vector<double> centred(units);
    vector<scalar> eta(units), variance(units);
    for (index i = 0; i < means.rows(); ++i) {
      const auto weight = static_cast<double>(batch.weights()[static_cast<std::size_t>(i)]);
      model.template units<1>().natural_from_mean(row_span(means, i), as_span(eta));
      model.template units<1>().variance(as_span(std::as_const(eta)), as_span(variance));
      for (index j = 0; j < units; ++j) {
        centred[j] = static_cast<double>(means(i, j) - average[static_cast<std::size_t>(j)]);
        fresh(j, j) += weight * static_cast<double>(variance[j]);
        for (index k = 0; k <= j; ++k) fresh(j, k) += weight * centred[j] * centred[k];
      }
    }
    for (index j = 0; j < units; ++j)
      for (index k = 0; k < j; ++k) fresh(k, j) = fresh(j, k);
    const double share = batch.share_of_data();
    if (covariance_.size() == 0) covariance_ = fresh;
    for (index j = 0; j < fresh.size(); ++j)
      covariance_.data()[j] = (1 - share) * covariance_.data()[j] + share * fresh.data()[j];
  }

  [[nodiscard]] const matrix<double>& covariance() const noexcept { return covariance_; }

 private:
  matrix<double> covariance_;
};

}  // namespace harmonium::inline v0_2
