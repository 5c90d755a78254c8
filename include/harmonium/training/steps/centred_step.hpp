// SPDX-License-Identifier: MIT
/// @file
/// A centred and preconditioned step.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/core/symmetric_factor.hpp"
#include "harmonium/models/layer_scratch.hpp"
#include "harmonium/models/normalisable.hpp"
#include "harmonium/models/part_blocks.hpp"
#include "harmonium/training/steps/step_concept.hpp"
#include "harmonium/units/log_mean_scale.hpp"

namespace harmonium::inline v0_2 {

/// Centred and preconditioned gradient: a step that learns. Two ingredients:
/// - every layer is centred at its data mean c (Montavon and Mueller 2012, "Deep Boltzmann machines
///   and the centering trick"), so that a change of weights leaves the means, and to first order
///   log p*(h_1), where they were;
/// - each entry is divided by its diagonal Fisher information, so that one rate means the same
///   relative change for a gene with mean 0.1 and one with mean 10,000.
struct centred_step {
  double max_change = 0.5;        ///< largest change of a weight or bias, in units of d log mean
  double weight_decay = 1e-3;     ///< share of every weight lost at rate 1; larger is smoother
  double pseudo_variance = 0.05;  ///< added to every unit's variance; larger slows rare genes
  double max_divergence = 1;      ///< nats that p(x | h_1) may move in one step, on average; only
                                  ///< where the statistics have a hidden covariance
  static constexpr bool moves_centred = true;

  /// With the covariance of h_1: hidden units that do alike would all make the step that one of
  /// them should, so that for the first layer's weights the Fisher information is taken as
  /// (variance of the gene) x (that covariance), Kronecker-factored as in Martens and Grosse 2015
  /// (ICML), and the step is shortened to `max_divergence`.
  template <executor Executor, class Model>
  void update(const Executor& run, Model& model,
              const step_statistics<typename Model::scalar>& statistics, double rate) const {
    apply(run, model, statistics.data, statistics.model, rate, statistics.hidden_covariance);
  }

 private:
  template <executor Executor, class Model>
  void apply(const Executor& run, Model& model, const vector<typename Model::scalar>& data,
             const vector<typename Model::scalar>& model_statistics, double rate,
             const matrix<double>* covariance) const {
    using scalar = typename Model::scalar;
    const auto pace = static_cast<scalar>(rate);
    layer_scratch variance(model);  // of each unit at its data mean
    layer_scratch limit(model);     // largest change of a natural parameter
    layer_scratch bias_change(model);
    Model::for_each_layer([&](auto layer) {
      const auto centre = model.bias_of(data, layer());
      const auto most = limit[layer()];
      scratch_vector<scalar> eta(model.size(layer()));
      model.template units<layer()>().natural_from_mean(centre, as_span(eta));
      model.template units<layer()>().variance(as_span(std::as_const(eta)), variance[layer()]);
      if constexpr (layer() == 0)
        log_mean_scale(model.visible(), centre, most);
      else
        std::fill(most.begin(), most.end(), scalar(1));
      for (scalar& change : most) change *= static_cast<scalar>(max_change);
      for (scalar& v : variance[layer()])
        v += static_cast<scalar>(pseudo_variance) * (layer() == 0 ? scalar(1) : scalar(0.25));
    });
    // Weights of the first layer are whitened together, all others by their diagonal.
    scratch_vector<double> white(covariance ? model.weights(0).size() : 0);
    const double shorter =
        covariance ? whiten(model, data, model_statistics, *covariance, variance[0], rate, white)
                   : 1.0;
    for (std::size_t l = 0; l < Model::layers; ++l) {
      const auto d = model.bias_of(data, l);
      const auto m = model.bias_of(model_statistics, l);
      const auto factor = l == 0 ? static_cast<scalar>(shorter) : scalar(1);
      for (std::size_t k = 0; k < d.size(); ++k)
        bias_change[l][k] = clip(pace * factor * (d[k] - m[k]) / variance[l][k], limit[l][k]);
    }
    std::array<std::vector<unit_range>, Model::layers> links;
    std::array<bool, Model::layers> never_positive{};  // weights with the layer above
    Model::for_each_layer([&](auto layer) {
      if constexpr (layer() < Model::hidden_layers) {
        links[layer()] = linked_units<layer()>(std::as_const(model));
        never_positive[layer()] = non_negative_pair<Model, layer()>;
      }
    });
    for (std::size_t l = 0; l + 1 < Model::layers; ++l) {
      const auto below_d = model.bias_of(data, l), above_d = model.bias_of(data, l + 1);
      const auto below_m = model.bias_of(model_statistics, l);
      const auto above_m = model.bias_of(model_statistics, l + 1);
      const auto pair_d = model.weights_of(data, l), pair_m = model.weights_of(model_statistics, l);
      auto weights = model.weights(l);
      const auto& linked = links[l];
      scratch_vector<scalar> changes(weights.size());
      auto moved = as_matrix(changes, weights.rows(), weights.cols());
      for_each_range(run, weights.rows(), 64, [&](index first, index last) {
        for (index i = first; i < last; ++i) {
          const auto u = static_cast<std::size_t>(i);
          // Weights with other parts are zero and stay so.
          const unit_range own = linked.empty() ? unit_range{0, weights.cols()} : linked[u];
          if (!linked.empty()) std::fill_n(&moved(i, 0), moved.cols(), scalar(0));
          for (index k = own.begin; k < own.end; ++k) {
            const auto v = static_cast<std::size_t>(k);
            const scalar gradient = (pair_d(i, k) - pair_m(i, k)) -
                                    (below_d[u] - below_m[u]) * above_d[v] -
                                    below_d[u] * (above_d[v] - above_m[v]);
            scalar change =
                covariance && l == 0
                    ? clip(static_cast<scalar>(shorter * white[i * weights.cols() + k]),
                           limit[l][u])
                    : clip(pace * gradient / (variance[l][u] * variance[l + 1][v]), limit[l][u]);
            change -= pace * static_cast<scalar>(weight_decay) * weights(i, k);
            // Here and not afterwards: the biases follow what the weight really does.
            if (never_positive[l]) change = std::min(change, -weights(i, k));
            weights(i, k) += change;
            bias_change[l][u] -= change * above_d[v];
            moved(i, k) = change;
          }
        }
      });
      for_each_range(run, weights.cols(), 32, [&](index first, index last) {
        for (index i = 0; i < weights.rows(); ++i)
          for (index k = first; k < last; ++k)
            bias_change[l + 1][static_cast<std::size_t>(k)] -=
                moved(i, k) * below_d[static_cast<std::size_t>(i)];
      });
    }
    for (std::size_t l = 0; l < Model::layers; ++l) {
      auto bias = model.bias(l);
      for (std::size_t k = 0; k < bias.size(); ++k) bias[k] += bias_change[l][k];
    }
  }

  /// @param[out] white change of W_0, genes x units
  /// @return factor that keeps the divergence
  template <class Model>
  double whiten(const Model& model, const vector<typename Model::scalar>& data,
                const vector<typename Model::scalar>& own, const matrix<double>& covariance,
                std::span<const typename Model::scalar> variance, double rate,
                scratch_vector<double>& white) const {
    const index genes = model.size(0), units = model.size(1);
    vector<double> gradient(units);
    matrix<double> damped = covariance;
    const auto linked = linked_units<0>(model);
    // Units of different parts have no weight in common: each part's block is whitened alone.
    if constexpr (linked_by_parts<Model, 0>) {
      const auto& hidden = model.template units<1>();
      hidden.for_each_part([&](auto p, const auto&) {
        const index begin = hidden.begin_of(p), end = hidden.begin_of(p + 1);
        damped.block(begin, 0, end - begin, begin).setZero();
        damped.block(begin, end, end - begin, units - end).setZero();
      });
    }
    for (index k = 0; k < units; ++k) damped(k, k) += 0.25 * pseudo_variance;
    const matrix<double> inverse = symmetric_factor(damped).inverse();
    const auto x_d = model.bias_of(data, 0), h_d = model.bias_of(data, 1);
    const auto x_m = model.bias_of(own, 0), h_m = model.bias_of(own, 1);
    const auto pair_d = model.weights_of(data, 0), pair_m = model.weights_of(own, 0);
    std::fill(white.begin(), white.end(), 0.0);
    auto change = as_matrix(white, genes, units);
    double divergence = 0;
    for (index m = 0; m < genes; ++m) {
      const auto u = static_cast<std::size_t>(m);
      const double x = static_cast<double>(x_d[u]), gap = x - static_cast<double>(x_m[u]);
      const double pace = rate / static_cast<double>(variance[u]);
      for (index k = 0; k < units; ++k) {
        const auto v = static_cast<std::size_t>(k);
        const double h = static_cast<double>(h_d[v]);
        gradient[k] = static_cast<double>(pair_d(m, k) - pair_m(m, k)) - gap * h -
                      x * (h - static_cast<double>(h_m[v]));
        if (!linked.empty() && !linked[u].holds(k)) gradient[k] = 0;
      }
      for (index j = 0; j < units; ++j)
        for (index k = 0; k < units; ++k) change(m, k) += pace * gradient[j] * inverse(j, k);
      double moved = pace * gap * gap;  // the bias of the gene
      for (index k = 0; k < units; ++k) moved += change(m, k) * gradient[k];
      divergence += 0.5 * rate * moved;
    }
    return divergence > max_divergence ? std::sqrt(max_divergence / divergence) : 1.0;
  }

  template <class Scalar>
  static Scalar clip(Scalar change, Scalar limit) {
    return std::clamp(change, -limit, limit);
  }
};

}  // namespace harmonium::inline v0_2
