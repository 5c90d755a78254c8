// SPDX-License-Identifier: MIT
/// @file
/// Exact, independent samples of a model whose first hidden layer can be enumerated.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "harmonium/core/draw/categorical.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/visible_draws.hpp"
#include "harmonium/states/concepts.hpp"
#include "harmonium/states/hidden_enumeration.hpp"

namespace harmonium::inline v0_2 {

/// Sampler: h_1 from its exact marginal, the layers above and the visible layer from their
/// conditionals. No Markov chain, hence no burn-in.
struct exact {
  static constexpr std::string_view name = "exact";

  index max_states = index{1} << 14;  ///< of the first hidden layer; larger layers are refused

  template <class Model>
  class source {
   public:
    using scalar = typename Model::scalar;

    source(const Model& model, index max_states)
        : model_(&model),
          hidden_(model, max_states),
          visible_(std::make_shared<const visible_draws<Model>>(model)) {
      cumulative_.reserve(static_cast<std::size_t>(hidden_.states()));
      double total = 0;
      for (index s = 0; s < hidden_.states(); ++s) {
        total += static_cast<double>(hidden_.probability(s));
        cumulative_.push_back(total);
      }
    }

    class chain {
     public:
      explicit chain(const source& of)
          : source_(&of), state_(of.model_->make_state()), input_(of.model_->make_state()) {}

      template <bit_source Engine>
      void draw(Engine& rng) {
        const auto first = source_->hidden_.state(source_->draw_state(rng));
        std::copy(first.begin(), first.end(), state_[1].data());
        draw_above<1>(rng);
        (*source_->visible_)(first, as_span(input_[0]), as_span(state_[0]), rng);
      }

      [[nodiscard]] const typename Model::state_type& state() const noexcept { return state_; }

     private:
      template <std::size_t Layer, bit_source Engine>
      void draw_above(Engine& rng) {
        if constexpr (Layer < Model::hidden_layers) {
          const Model& model = *source_->model_;
          const auto& above = model.template units<Layer + 1>();
          auto input = as_span(input_[Layer + 1]);
          const auto b = model.bias(Layer + 1);
          std::copy(b.begin(), b.end(), input.begin());
          row::add_product<scalar>(as_span(std::as_const(state_[Layer])), model.weights(Layer),
                                   input);
          if constexpr (Layer + 1 == Model::hidden_layers) {
            above.sample(std::span<const scalar>(input), as_span(state_[Layer + 1]), rng);
          } else {
            std::vector<scalar> terms(static_cast<std::size_t>(above.states()));
            auto& upper = state_[Layer + 1];
            for (std::size_t s = 0; s < terms.size(); ++s) {
              above.write_state(static_cast<index>(s), as_span(upper));
              const auto h = as_span(std::as_const(upper));
              terms[s] = above.log_base_measure(h) +
                         row::dot<scalar>(h, std::span<const scalar>(input)) +
                         model.template log_sum_above<Layer + 1>(h);
            }
            above.write_state(draw::categorical_log(std::span<const scalar>(terms), rng),
                              as_span(upper));
          }
          draw_above<Layer + 1>(rng);
        }
      }

      const source* source_;
      typename Model::state_type state_;
      typename Model::state_type input_;
    };

    /// The chain refers to this source, which must outlive it.
    [[nodiscard]] chain make_chain() const& { return chain(*this); }
    chain make_chain() const&& = delete;
    [[nodiscard]] const hidden_enumeration<Model>& hidden() const noexcept { return hidden_; }

   private:
    template <bit_source Engine>
    index draw_state(Engine& rng) const {
      const double u = draw::uniform(rng) * cumulative_.back();
      const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), u);
      return std::min<index>(found - cumulative_.begin(), hidden_.states() - 1);
    }

    const Model* model_;
    hidden_enumeration<Model> hidden_;
    std::shared_ptr<const visible_draws<Model>> visible_;
    std::vector<double> cumulative_;
  };

  /// @throws std::invalid_argument if the first hidden layer has more than `max_states` states.
  template <enumerable_model Model>
  [[nodiscard]] source<Model> prepare(const Model& model) const {
    return source<Model>(model, max_states);
  }
};

}  // namespace harmonium::inline v0_2
