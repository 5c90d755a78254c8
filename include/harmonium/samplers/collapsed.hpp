// SPDX-License-Identifier: MIT
/// @file
/// Collapsed Gibbs sampling: a Markov chain over the hidden layers alone. The visible layer sums
/// out in closed form,
///
///     log p*(h_1, ..., h_L) = sum_l b_l'h_l + A_0(b_0 + W_0 h_1) + sum_l h_l'W_l h_{l+1} ,
///
/// so that no counts stand between one first-layer state and the next (Liu 1994, "The collapsed
/// Gibbs sampler in Bayesian computations", JASA 89).
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/draw/categorical.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/states/concepts.hpp"

namespace harmonium::inline v0_2 {

/// One Markov chain over the hidden layers. Refers to the model, which must outlive it and keep its
/// parameters; copies are independent chains that share only what depends on the model. Not shared
/// between threads. Cost of a sweep: genes x first-layer states that a site could have, a
/// log-partition each. No allocation after construction.
///
/// At inverse temperature beta the target is the geometric path between a reference distribution,
/// in which all hidden units are independent with natural parameters c, and the model:
///
///     log p*_beta = (1 - beta) sum_l c_l'h_l + beta log p*(h_1, ..., h_L) .
template <collapsible Model>
class collapsed_chain {
 public:
  using scalar = typename Model::scalar;
  using state_type = typename Model::state_type;

  /// Reference: all hidden states equally probable.
  explicit collapsed_chain(const Model& model) : collapsed_chain(model, model.make_state()) {}

  /// @param reference natural parameters c_l of every hidden layer; entry 0 is not used.
  collapsed_chain(const Model& model, state_type reference)
      : model_(&model),
        reference_(std::move(reference)),
        columns_(std::make_shared<const matrix<scalar>>(columns_of(model.weights(0)))),
        state_(model.make_state()),
        input_(model.make_state()),
        candidate_(model.size(0)) {
    for (std::size_t l = 1; l < Model::layers; ++l)
      require(reference_[l].size() == model.size(l), "collapsed_chain",
              "the reference needs one natural parameter per hidden unit");
    const auto site = model.template units<1>().site();
    choices_.resize(site.states(), site.size());
    base_.resize(site.states());
    for (index s = 0; s < choices_.rows(); ++s) {
      std::span<scalar> choice(choices_.row(s).data(), static_cast<std::size_t>(site.size()));
      site.write_state(s, choice);
      base_[s] = site.log_base_measure(choice);
    }
    terms_.resize(static_cast<std::size_t>(site.states()));
    partitions_.resize(terms_.size());
    refresh();
  }

  /// Goes on with another model of the same layers, after a change of the one at hand too, without
  /// allocating. `set_state` or `start` must follow.
  /// @param columns W_0 transposed; must outlive the chain's use as the model must
  void set_model(const Model& model, const matrix<scalar>& columns) {
    model_ = &model;
    columns_ = {std::shared_ptr<void>(), &columns};  // owns nothing
  }

  /// All hidden layers from the reference distribution.
  template <bit_source Engine>
  void start(Engine& rng) {
    Model::for_each_layer([&](auto layer) {
      if constexpr (layer() > 0)
        model_->template units<layer()>().sample(as_span(std::as_const(reference_[layer()])),
                                                 as_span(state_[layer()]), rng);
    });
    refresh();
  }

  /// Goes on from the hidden layers of the given state.
  void set_state(const state_type& state) {
    state_ = state;
    refresh();
  }

  /// In [0, 1]; 1, the model itself, at the start.
  void set_inverse_temperature(double beta) {
    require(beta >= 0 && beta <= 1, "collapsed_chain", "inverse temperatures are in [0, 1]");
    beta_ = beta;
  }
  [[nodiscard]] double inverse_temperature() const noexcept { return beta_; }

  /// Every site of the first hidden layer from its conditional, one after the other, then the
  /// layers above, bottom to top.
  template <bit_source Engine>
  void sweep(Engine& rng) {
    if (beta_ == 0) return start(rng);  // independent of the old state
    refresh();                          // what rounding added up in the last sweep
    set_input<1>();
    const index width = choices_.cols();
    for (index begin = 0; begin < state_[1].size(); begin += width) move_site(begin, rng);
    Model::for_each_layer([&](auto layer) {
      if constexpr (layer() > 1) {
        set_input<layer()>();
        model_->template units<layer()>().sample(as_span(std::as_const(input_[layer()])),
                                                 as_span(state_[layer()]), rng);
      }
    });
  }

  /// The visible layer from its conditional given the first hidden layer.
  template <bit_source Engine>
  void draw_visible(Engine& rng) {
    model_->visible().sample(as_span(std::as_const(input_[0])), as_span(state_[0]), rng);
  }

  /// The visible layer is the one of the last `draw_visible` or `set_state`.
  [[nodiscard]] const state_type& state() const noexcept { return state_; }
  /// Natural parameter of the visible layer, b_0 + W_0 h_1.
  [[nodiscard]] const vector<scalar>& visible_input() const noexcept { return input_[0]; }

  /// log p*(h_1, ..., h_L) - sum_l c_l'h_l at the current state: what grows with beta, and all that
  /// tempering and annealing need to know.
  [[nodiscard]] double tilt() const {
    double total = visible_term_;
    for (std::size_t l = 1; l < Model::layers; ++l) {
      const auto b = model_->bias(l);
      for (index k = 0; k < state_[l].size(); ++k)
        total += static_cast<double>(state_[l][k]) *
                 static_cast<double>(b[static_cast<std::size_t>(k)] - reference_[l][k]);
      if (l + 1 == Model::layers) break;
      const auto w = model_->weights(l);
      for (index j = 0; j < w.rows(); ++j) {
        if (state_[l][j] == scalar(0)) continue;
        double sum = 0;
        for (index k = 0; k < w.cols(); ++k)
          sum += static_cast<double>(w(j, k)) * static_cast<double>(state_[l + 1][k]);
        total += static_cast<double>(state_[l][j]) * sum;
      }
    }
    return total;
  }

 private:
  /// The visible input and its log-partition from scratch.
  void refresh() {
    const auto b = model_->bias(0);
    std::copy(b.begin(), b.end(), input_[0].data());
    row::add_product<scalar>(
        as_span(std::as_const(state_[1])),
        weight_view<scalar>(columns_->data(), columns_->rows(), columns_->cols()),
        as_span(input_[0]));
    visible_term_ = partition(input_[0]);
  }

  [[nodiscard]] double partition(const vector<scalar>& eta) const {
    return static_cast<double>(model_->visible().log_partition(as_span(eta)));
  }

  /// Input of layer `Layer` from its hidden neighbours, bias and reference, at this temperature.
  template <std::size_t Layer>
  void set_input() {
    auto input = as_span(input_[Layer]);
    const auto b = model_->bias(Layer);
    std::copy(b.begin(), b.end(), input.begin());
    if constexpr (Layer > 1)
      row::add_product<scalar>(as_span(std::as_const(state_[Layer - 1])),
                               model_->weights(Layer - 1), input);
    if constexpr (Layer < Model::hidden_layers)
      row::add_product_above<scalar>(model_->weights(Layer),
                                     as_span(std::as_const(state_[Layer + 1])), input);
    if (beta_ == 1) return;
    const auto share = static_cast<scalar>(beta_);
    for (std::size_t k = 0; k < input.size(); ++k)
      input[k] = share * input[k] + (scalar(1) - share) * reference_[Layer][static_cast<index>(k)];
  }

  /// Gives the units [begin, begin + width) one of their joint states.
  template <bit_source Engine>
  void move_site(index begin, Engine& rng) {
    index held = -1;  // the state whose visible input `candidate_` holds
    for (index s = 0; s < choices_.rows(); ++s) {
      const auto u = static_cast<std::size_t>(s);
      if (is_current(begin, s)) {
        partitions_[u] = visible_term_;
      } else {
        set_candidate(begin, s);
        partitions_[u] = partition(candidate_);
        held = s;
      }
      double own = static_cast<double>(base_[s]);
      for (index k = 0; k < choices_.cols(); ++k)
        own += static_cast<double>(choices_(s, k)) * static_cast<double>(input_[1][begin + k]);
      terms_[u] = own + beta_ * partitions_[u];
    }
    const index chosen = draw::categorical_log(std::span<const double>(terms_), rng);
    if (is_current(begin, chosen)) return;
    if (chosen != held) set_candidate(begin, chosen);
    input_[0].swap(candidate_);
    visible_term_ = partitions_[static_cast<std::size_t>(chosen)];
    for (index k = 0; k < choices_.cols(); ++k) state_[1][begin + k] = choices_(chosen, k);
  }

  [[nodiscard]] bool is_current(index begin, index choice) const {
    for (index k = 0; k < choices_.cols(); ++k)
      if (state_[1][begin + k] != choices_(choice, k)) return false;
    return true;
  }

  /// The visible input if the site had that state.
  void set_candidate(index begin, index choice) {
    candidate_ = input_[0];
    for (index k = 0; k < choices_.cols(); ++k) {
      const scalar change = choices_(choice, k) - state_[1][begin + k];
      if (change == scalar(0)) continue;
      const scalar* w = columns_->data() + (begin + k) * columns_->cols();
      for (index m = 0; m < candidate_.size(); ++m) candidate_[m] += change * w[m];
    }
  }

  const Model* model_;
  state_type reference_;
  std::shared_ptr<const matrix<scalar>> columns_;  ///< W_0 transposed: what one unit adds, in a row
  double beta_ = 1;
  state_type state_;
  state_type input_;  ///< of the visible layer: b_0 + W_0 h_1, always up to date
  vector<scalar> candidate_;
  double visible_term_ = 0;         ///< A_0 of the visible input
  matrix<scalar> choices_;          ///< joint states of one site x its units
  vector<scalar> base_;             ///< their log base measures
  std::vector<double> terms_;       ///< their log weights ...
  std::vector<double> partitions_;  ///< ... and A_0 of each
};

/// Sampler: a fresh collapsed chain for every draw, `burn_in` sweeps from a uniform start, then the
/// visible layer. Goes from one cell type to another where block Gibbs through x cannot, as long as
/// single sites lead there; where they do not, see `tempered`.
struct collapsed {
  static constexpr std::string_view name = "collapsed";

  index burn_in = 50;  ///< sweeps before the state is used; more is closer to the model

  template <class Model>
  class source {
   public:
    source(const Model& model, index burn_in) : start_(model), burn_in_(burn_in) {}

    class chain {
     public:
      chain(const collapsed_chain<Model>& start, index burn_in)
          : markov_(start), burn_in_(burn_in) {}

      template <bit_source Engine>
      void draw(Engine& rng) {
        markov_.start(rng);
        for (index sweep = 0; sweep < burn_in_; ++sweep) markov_.sweep(rng);
        markov_.draw_visible(rng);
      }

      [[nodiscard]] const typename Model::state_type& state() const noexcept {
        return markov_.state();
      }

     private:
      collapsed_chain<Model> markov_;
      index burn_in_;
    };

    [[nodiscard]] chain make_chain() const { return chain(start_, burn_in_); }

   private:
    collapsed_chain<Model> start_;
    index burn_in_;
  };

  /// @throws std::invalid_argument if `burn_in` is negative.
  template <collapsible Model>
  [[nodiscard]] source<Model> prepare(const Model& model) const {
    require(burn_in >= 0, "collapsed", "burn_in must not be negative");
    return source<Model>(model, burn_in);
  }
};

}  // namespace harmonium::inline v0_2
