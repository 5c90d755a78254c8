// SPDX-License-Identifier: MIT
/// @file
/// Block Gibbs sampling with alternating even and odd layers. (Updating all layers at once from the
/// old state, as the published code does, does not sample the joint distribution.)
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/models/concepts.hpp"
#include "harmonium/models/input_factors.hpp"
#include "harmonium/samplers/visible_draws.hpp"

namespace harmonium::inline v0_2 {

/// Visible units held at given values: sampling is then from p(rest | these).
template <class Scalar>
struct clamped_units {
  std::vector<index> units;    ///< positions in the visible layer
  std::vector<Scalar> values;  ///< as many
};

/// One Markov chain over the states of all layers. Refers to the model; not shared between threads.
template <class Model>
class gibbs_chain {
 public:
  using scalar = typename Model::scalar;

  explicit gibbs_chain(const Model& model, input_factors<Model> factors = {},
                       clamped_units<scalar> clamped = {})
      : model_(&model),
        factors_(factors),
        clamped_(std::move(clamped)),
        state_(model.make_state()),
        input_(model.make_state()) {
    require(clamped_.units.size() == clamped_.values.size(), "gibbs_chain",
            "as many clamped values as clamped units are needed");
    for (const index unit : clamped_.units)
      require(unit >= 0 && unit < model.size(0), "gibbs_chain", "clamped unit out of range");
  }

  /// For a model that keeps its parameters: chains that share `visible`, the same for all of them,
  /// draw counts several times faster than others.
  gibbs_chain(const Model& model, std::shared_ptr<const visible_draws<Model>> visible)
      : gibbs_chain(model) {
    visible_ = std::move(visible);
  }

  /// Hidden layers from their families at input 0 (uniform where there are finitely many states),
  /// visible layer from its conditional.
  template <bit_source Engine>
  void start(Engine& rng) {
    Model::for_each_layer([&](auto layer) {
      if constexpr (layer() > 0) {
        input_[layer()].setZero();
        model_->template units<layer()>().sample(as_span(std::as_const(input_[layer()])),
                                                 as_span(state_[layer()]), rng);
      }
    });
    sample_layer<0>(rng);
  }

  /// Goes on with a model of the same shape, such as the same one after it was copied or changed;
  /// without what was shared to draw counts.
  void set_model(const Model& model) {
    model_ = &model;
    visible_.reset();
  }

  /// Goes on from the given state.
  void set_state(const typename Model::state_type& state) { state_ = state; }

  /// All even layers given the odd ones, then all odd layers given the even ones. Only the odd
  /// layers of the old state matter.
  template <bit_source Engine>
  void sweep(Engine& rng) {
    Model::for_each_layer([&](auto layer) {
      if constexpr (layer() % 2 == 0) sample_layer<layer()>(rng);
    });
    Model::for_each_layer([&](auto layer) {
      if constexpr (layer() % 2 == 1) sample_layer<layer()>(rng);
    });
  }

  [[nodiscard]] const typename Model::state_type& state() const noexcept { return state_; }

 private:
  template <std::size_t Layer, bit_source Engine>
  void sample_layer(Engine& rng) {
    auto input = as_span(input_[Layer]);
    if constexpr (Layer == 0) {
      if (visible_)
        return (*visible_)(as_span(std::as_const(state_[1])), input, as_span(state_[0]), rng);
    }
    model_->layer_input(state_, Layer, input);
    factors_.apply(*model_, Layer, input);
    model_->template units<Layer>().sample(std::span<const scalar>(input), as_span(state_[Layer]),
                                           rng);
    if constexpr (Layer == 0)
      for (std::size_t k = 0; k < clamped_.units.size(); ++k)
        state_[0][clamped_.units[k]] = clamped_.values[k];
  }

  const Model* model_;
  input_factors<Model> factors_;
  clamped_units<scalar> clamped_;
  std::shared_ptr<const visible_draws<Model>> visible_;  ///< none: the model may change
  typename Model::state_type state_;
  typename Model::state_type input_;
};

/// Sampler: a fresh chain for every draw, `burn_in` sweeps from a random start. Where the data pin
/// the hidden layer (thousands of counts do) such chains hardly mix and the start decides: prefer
/// `exact` for models small enough.
struct gibbs {
  static constexpr std::string_view name = "gibbs";

  index burn_in = 50;  ///< sweeps before the state is used; more is closer to the model

  template <class Model>
  class source {
   public:
    source(const Model& model, index burn_in)
        : model_(&model),
          visible_(std::make_shared<const visible_draws<Model>>(model)),
          burn_in_(burn_in) {}

    class chain {
     public:
      chain(const Model& model, std::shared_ptr<const visible_draws<Model>> visible, index burn_in)
          : markov_(model, std::move(visible)), burn_in_(burn_in) {}

      template <bit_source Engine>
      void draw(Engine& rng) {
        markov_.start(rng);
        for (index sweep = 0; sweep < burn_in_; ++sweep) markov_.sweep(rng);
      }

      [[nodiscard]] const typename Model::state_type& state() const noexcept {
        return markov_.state();
      }

     private:
      gibbs_chain<Model> markov_;
      index burn_in_;
    };

    [[nodiscard]] chain make_chain() const { return chain(*model_, visible_, burn_in_); }

   private:
    const Model* model_;
    std::shared_ptr<const visible_draws<Model>> visible_;
    index burn_in_;
  };

  /// @throws std::invalid_argument if `burn_in` is negative.
  template <layered_model Model>
  [[nodiscard]] source<Model> prepare(const Model& model) const {
    require(burn_in >= 0, "gibbs", "burn_in must not be negative");
    return source<Model>(model, burn_in);
  }
};

}  // namespace harmonium::inline v0_2
