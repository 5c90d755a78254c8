// SPDX-License-Identifier: MIT
/// @file
/// Block Gibbs chains side by side between independent units and a model: what annealing by blocks
/// and tempering by blocks move.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/dense_products.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/row_batch.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/core/sparse_products.hpp"
#include "harmonium/samplers/gibbs_batch.hpp"
#include "harmonium/states/concepts.hpp"
#include "harmonium/units/concepts.hpp"

namespace harmonium::inline v0_2 {

/// Which layers `annealed_block_chains` sums out in closed form, given the others.
enum class summed_layers {
  even,  ///< the visible layer, the second hidden one, ...
  odd    ///< the first hidden layer, the third, ...
};

/// The choice without one: counts have heavy tails, so that an unbounded visible layer is summed
/// out; below bounded units the hidden ones are, which are fewer.
template <class Model>
inline constexpr summed_layers usual_summed_layers =
    bounded_states<units_of<Model, 0>> ? summed_layers::odd : summed_layers::even;

/// Block Gibbs chains side by side, each at a place of its own on the path from independent units
/// to a model,
///
///     log p*_beta(s) = sum_l [ ((1 - beta) c_l + beta b_l)'s_l + log base_l(s_l) ]
///                      + beta sum_l s_l'W_l s_{l+1} .
///
/// Every layer's input is (1 - beta) c_l + beta (b_l + input from its neighbours), a convex
/// combination of two admissible inputs and hence admissible, also where inputs have a supremum
/// (negative binomial units). The chains remember the layers that are not summed out: over these
/// alone the path is known in closed form, and two half steps leave it invariant and are
/// reversible. Refers to the model, which must outlive it and keep its parameters.
template <class Model>
class annealed_block_chains {
 public:
  using scalar = typename Model::scalar;
  using state_type = typename Model::state_type;

  /// @param reference natural parameters c_l of every layer, the visible one too
  /// @param rng       every chain has a random stream of its own; moves on by one word
  /// @throws std::invalid_argument for a reference of another shape, or one whose visible units
  ///         have no distribution
  annealed_block_chains(const Model& model, const state_type& reference, summed_layers summed,
                        index chains, random_engine& rng)
      : model_(&model),
        reference_(reference),
        summed_(summed == summed_layers::even ? 0 : 1),
        states_(make_state_batch(model, chains)),
        fields_(states_) {
    for (std::size_t l = 0; l < Model::layers; ++l)
      require(reference_[l].size() == model.size(l), "annealed_block_chains",
              "the reference needs one natural parameter per unit");
    for (const scalar c : reference_[0])
      require(c < model.visible().natural_supremum(), "annealed_block_chains",
              "the reference of visible units must be an admissible input");
    const random_streams streams(rng);
    for (index i = 0; i < chains; ++i) engines_.push_back(streams[static_cast<std::uint64_t>(i)]);
  }

  /// All chains from the reference.
  void start() {
    for_each_kept([&](auto layer) {
      for (index i = 0; i < size(); ++i)
        model_->template units<layer()>().sample(as_span(std::as_const(reference_[layer()])),
                                                 row_span(states_[layer()], i),
                                                 engines_[static_cast<std::size_t>(i)]);
    });
  }
  /// One chain from each of the given states, as many as there are chains.
  void start(std::span<const state_type> starts) {
    for_each_kept([&](auto layer) {
      for (index i = 0; i < size(); ++i)
        states_[layer()].row(i) = starts[static_cast<std::size_t>(i)][layer()].transpose();
    });
  }

  /// Adds log p*_to(s) - log p*_from(s) of the layers that are kept to every chain's log weight.
  template <executor Executor>
  void add_step(const Executor& run, double from, double to, std::span<double> log_weights) {
    update_fields(run);
    for_each_range(run, size(), 16, [&](index begin, index end) {
      for (index i = begin; i < end; ++i)
        add_log_ratio(i, from, to, log_weights[static_cast<std::size_t>(i)]);
    });
  }

  /// The same for one chain, after `update_fields`.
  void add_log_ratio(index i, double from, double to, double& sum) const {
    Model::for_each_layer([&](auto layer) {
      if (is_summed(layer())) {
        scratch_vector<scalar> input(model_->size(layer()));
        const auto partition = [&](double beta) {
          write_input<layer()>(i, beta, as_span(input));
          return static_cast<double>(
              model_->template units<layer()>().log_partition(as_span(std::as_const(input))));
        };
        sum += partition(to) - partition(from);
      } else {
        const auto bias = model_->bias(layer());
        const auto& reference = reference_[layer()];
        const scalar* const state = row_span(states_[layer()], i).data();
        double product = 0;
        for (index k = 0; k < reference.size(); ++k)
          product += static_cast<double>(state[k]) *
                     static_cast<double>(bias[static_cast<std::size_t>(k)] - reference[k]);
        sum += (to - from) * product;
      }
    });
  }

  /// Inputs of the layers that are summed out, unless they are those of the states at hand.
  template <executor Executor>
  void update_fields(const Executor& run) {
    if (current_) return;
    Model::for_each_layer([&](auto layer) {
      if (is_summed(layer())) write_field<layer()>(run);
    });
    current_ = true;
  }

  /// The layers that are summed out given those that are kept, then these given those.
  /// @param betas in [0, 1], one per chain
  template <executor Executor>
  void sweep(const Executor& run, std::span<const double> betas) {
    update_fields(run);
    Model::for_each_layer([&](auto layer) {
      if (is_summed(layer())) draw<layer()>(run, betas);
    });
    for_each_kept([&](auto layer) {
      write_field<layer()>(run);
      draw<layer()>(run, betas);
    });
  }

  /// The layers of one chain that are summed out, given those that are kept; after `update_fields`.
  void complete(index i, double beta) {
    Model::for_each_layer([&](auto layer) {
      if (is_summed(layer())) draw_row<layer()>(i, beta);
    });
  }

  /// @param[out] state that of one chain, every layer
  void write_state(index i, state_type& state) const {
    for (std::size_t l = 0; l < Model::layers; ++l) state[l] = states_[l].row(i).transpose();
  }

  /// Other random streams for all chains, as at the start.
  void set_streams(random_engine& rng) {
    const random_streams streams(rng);
    for (index i = 0; i < size(); ++i)
      engines_[static_cast<std::size_t>(i)] = streams[static_cast<std::uint64_t>(i)];
  }

  [[nodiscard]] index size() const noexcept { return std::ssize(engines_); }

 private:
  [[nodiscard]] bool is_summed(std::size_t layer) const noexcept { return layer % 2 == summed_; }

  template <class Body>
  void for_each_kept(Body&& body) {
    Model::for_each_layer([&](auto layer) {
      if (!is_summed(layer())) body(layer);
    });
    current_ = false;
  }

  /// What a layer's neighbours give to its input in the model, without its bias.
  template <std::size_t Layer, executor Executor>
  void write_field(const Executor& run) {
    fields_[Layer].setZero();
    if constexpr (Layer > 0)
      add_neighbour<Layer - 1>(run, weight_factor(*model_, Layer - 1), fields_[Layer]);
    if constexpr (Layer + 1 < Model::layers)
      add_neighbour<Layer + 1>(run, weight_factor(*model_, Layer).transposed(), fields_[Layer]);
  }
  template <std::size_t Neighbour, executor Executor>
  void add_neighbour(const Executor& run, const factor<scalar>& weights, matrix<scalar>& out) {
    using units = units_of<Model, Neighbour>;
    // Counts and binary states are zeros to a large part.
    if constexpr (zero_one_states<units> || (Neighbour == 0 && non_negative_states<units>)) {
      rows_.assign(run, states_[Neighbour]);
      add_sparse_product(run, rows_.rows(), weights, out.data());
    } else {
      add_product(run, as_factor(std::as_const(states_[Neighbour])), weights, out.data());
    }
  }

  /// Natural parameter of a layer of chain `i` at a temperature.
  template <std::size_t Layer>
  void write_input(index i, double beta, std::span<scalar> out) const {
    const auto share = static_cast<scalar>(beta), rest = static_cast<scalar>(1 - beta);
    const scalar* const bias = model_->bias(Layer).data();
    const scalar* const reference = reference_[Layer].data();
    const scalar* const field = row_span(fields_[Layer], i).data();
    for (std::size_t k = 0; k < out.size(); ++k)
      out[k] = share * (bias[k] + field[k]) + rest * reference[k];
  }

  template <std::size_t Layer, executor Executor>
  void draw(const Executor& run, std::span<const double> betas) {
    for_each_range(run, size(), 16, [&](index begin, index end) {
      for (index i = begin; i < end; ++i) draw_row<Layer>(i, betas[static_cast<std::size_t>(i)]);
    });
  }
  template <std::size_t Layer>
  void draw_row(index i, double beta) {
    scratch_vector<scalar> input(model_->size(Layer));
    write_input<Layer>(i, beta, as_span(input));
    model_->template units<Layer>().sample(as_span(std::as_const(input)),
                                           row_span(states_[Layer], i),
                                           engines_[static_cast<std::size_t>(i)]);
  }

  const Model* model_;
  state_type reference_;
  std::size_t summed_;         ///< parity of the layers that are summed out
  state_batch<Model> states_;  ///< chains x units
  state_batch<Model> fields_;  ///< inputs from the neighbours, chains x units
  bool current_ = false;       ///< whether those of the layers summed out are of the states kept
  std::vector<random_engine> engines_;
  row_batch<scalar> rows_;
};

}  // namespace harmonium::inline v0_2
