// SPDX-License-Identifier: MIT
/// @file
/// Re-estimating the standard deviations of a model's Gaussian visible layer.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <utility>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/units/log_mean_scale.hpp"
#include "harmonium/units/residual_deviation.hpp"

namespace harmonium::inline v0_2 {

/// A model whose visible layer has standard deviations to estimate.
template <class Model>
concept has_standard_deviation = requires(Model& model,
                                          const vector<typename Model::scalar>& sigma) {
  { model.visible().set_standard_deviation(sigma) } -> std::same_as<vector<typename Model::scalar>>;
};

/// Sets sigma and multiplies a and W by (old sigma / new sigma)^2, so that the visible means
/// sigma^2 (a + W h) of every hidden state stay as they were. A model with Gaussian hidden units
/// may need `make_normalisable` afterwards: a smaller sigma leaves less room for W.
/// @param sigma length size(0), positive
/// @throws as `set_standard_deviation`
template <has_standard_deviation Model>
void set_standard_deviation(Model& model, const vector<typename Model::scalar>& sigma) {
  const auto rescale = model.visible().set_standard_deviation(sigma);
  auto weights = model.weights(0);
  auto bias = model.bias(0);
  for (index m = 0; m < rescale.size(); ++m) {
    bias[static_cast<std::size_t>(m)] *= rescale[m];
    weights.row(m) *= rescale[m];
  }
}

/// Fits sigma of every column to the rows and the posterior of their hidden layer, the visible
/// means kept. It maximises the expected log p(x | h), which is the M-step of EM where the hidden
/// units are independent given x (one layer of Bernoulli, spin, Gaussian or rectified units) and
/// p(h) is fitted after it. Rows that have weights (`row_weight`) count so often.
/// @param hidden_mean rows x size(1): E[h_1 | x]; their variances are those of the hidden family at
///                    these means
/// @param lowest      > 0, no sigma becomes smaller
/// @throws std::invalid_argument if the sizes do not fit together
template <has_standard_deviation Model, row_source Data>
void update_standard_deviation(Model& model, const Data& data,
                               const matrix<typename Model::scalar>& hidden_mean, double lowest) {
  using scalar = typename Model::scalar;
  const index genes = model.size(0), units = model.size(1);
  require(column_count(data) == genes && hidden_mean.rows() == row_count(data) &&
              hidden_mean.cols() == units,
          "update_standard_deviation", "the sizes of rows and hidden means differ");
  residual_deviation residuals(genes);
  vector<scalar> x(genes), eta(genes), mean(genes), spread(genes), inside(units), input(units),
      varied(units);
  const auto weights = std::as_const(model).weights(0);
  for (index i = 0; i < row_count(data); ++i) {
    const std::span<const scalar> h(hidden_mean.data() + i * units,
                                    static_cast<std::size_t>(units));
    x.setZero();
    row::add<scalar>(row_of(data, i), scalar(1), as_span(x));
    model.visible_input(h, as_span(eta));
    model.visible().mean(as_span(std::as_const(eta)), as_span(mean));
    model.visible().variance(as_span(std::as_const(eta)), as_span(spread));  // sigma^2
    inside = Eigen::Map<const vector<scalar>>(h.data(), units);
    keep_inside(model.template units<1>(), 1e-9, as_span(inside));  // sums round past the border
    model.template units<1>().natural_from_mean(as_span(std::as_const(inside)), as_span(input));
    model.template units<1>().variance(as_span(std::as_const(input)), as_span(varied));
    for (index m = 0; m < genes; ++m) {
      scalar sum(0);
      for (index k = 0; k < units; ++k) sum += weights(m, k) * weights(m, k) * varied[k];
      spread[m] *= spread[m] * sum;
    }
    const double weight = row_weight(data, i);
    residuals.add(as_span(std::as_const(x)), as_span(std::as_const(mean)), weight);
    residuals.add_spread(as_span(std::as_const(spread)), weight);
  }
  set_standard_deviation(model, residuals.standard_deviation<scalar>(lowest));
}

}  // namespace harmonium::inline v0_2
