// SPDX-License-Identifier: MIT
/// @file
/// Gibbs chains of a deep Boltzmann machine that start where a variational autoencoder's posterior
/// puts a cell. Block Gibbs hardly leaves the mode it starts in; so it starts in the modes of the
/// pilot, in the pilot's proportions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/samplers/variational_posterior.hpp"

namespace harmonium::inline v0_2 {

/// Sampler: a cell of the posterior, the hidden layers drawn upwards from it, then `burn_in` sweeps
/// of block Gibbs. With 0 sweeps the visible state is the autoencoder's, with many the chain's.
/// Every chain starts at a pilot cell chosen anew.
template <class Posterior>
struct variational_start {
  const Posterior* posterior = nullptr;  ///< must outlive the sources
  index burn_in = 5;                     ///< sweeps before the state is used

  template <class Model>
  class source {
   public:
    source(const Model& model, const Posterior& posterior, index burn_in)
        : model_(&model), posterior_(&posterior), burn_in_(burn_in) {}

    class chain {
     public:
      explicit chain(const source& of)
          : source_(of), markov_(*of.model_), state_(of.model_->make_state()) {}

      void draw(random_engine& rng) {
        draw_cell(rng);
        Model::for_each_layer([&](auto layer) {
          if constexpr (layer() > 0) {
            // The layers above are still zero and say nothing.
            const Model& model = *source_.model_;
            vector<typename Model::scalar> input(model.size(layer()));
            for (std::size_t l = layer(); l < Model::layers; ++l) state_[l].setZero();
            model.layer_input(state_, layer(), as_span(input));
            model.template units<layer()>().sample(as_span(std::as_const(input)),
                                                   as_span(state_[layer()]), rng);
          }
        });
        markov_.set_state(state_);
        for (index sweep = 0; sweep < source_.burn_in_; ++sweep) markov_.sweep(rng);
      }

      [[nodiscard]] const typename Model::state_type& state() const noexcept {
        return markov_.state();
      }

     private:
      void draw_cell(random_engine& rng) {
        const count_matrix<> cell = source_.posterior_->generate(serial_executor{}, 1, rng);
        state_[0].setZero();
        row::for_each_nonzero(cell.cell(0), [&](index gene, auto count) {
          state_[0][gene] = static_cast<typename Model::scalar>(count);
        });
      }

      source source_;
      gibbs_chain<Model> markov_;
      typename Model::state_type state_;
    };

    [[nodiscard]] chain make_chain() const { return chain(*this); }

   private:
    const Model* model_;
    const Posterior* posterior_;
    index burn_in_;
  };

  /// @throws std::invalid_argument without a posterior, for another number of genes or a negative
  ///         `burn_in`.
  template <class Model>
  [[nodiscard]] source<Model> prepare(const Model& model) const {
    require(posterior != nullptr, "variational_start", "there is no posterior");
    require(posterior->genes() == model.size(0), "variational_start",
            "the posterior has other genes than the model");
    require(burn_in >= 0, "variational_start", "burn_in must not be negative");
    return source<Model>(model, *posterior, burn_in);
  }
};

}  // namespace harmonium::inline v0_2
