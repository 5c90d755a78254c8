// SPDX-License-Identifier: MIT
/// @file
/// Annealed importance sampling whose runs go side by side (Neal 2001; Salakhutdinov and Murray
/// 2008, "On the quantitative analysis of deep belief networks", ICML; backwards Burda, Grosse and
/// Salakhutdinov 2015, "Accurate and conservative estimates of MRF log-likelihood using reverse
/// annealing", AISTATS): block Gibbs chains, the states of all runs matrices and their inputs
/// matrix products. `annealed_log_partition` moves collapsed chains instead, one by one.
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
#include "harmonium/likelihood/annealed.hpp"
#include "harmonium/likelihood/importance_weights.hpp"
#include "harmonium/samplers/gibbs_batch.hpp"
#include "harmonium/states/concepts.hpp"
#include "harmonium/units/concepts.hpp"

namespace harmonium::inline v0_2 {

/// Which layers the weights of `annealed_blocks` sum out in closed form, given the others.
enum class summed_layers {
  even,  ///< the visible layer, the second hidden one, ...
  odd    ///< the first hidden layer, the third, ...
};

/// The choice without one: counts have heavy tails, so that an unbounded visible layer is summed
/// out; below bounded units the hidden ones are, which are fewer.
template <class Model>
inline constexpr summed_layers usual_summed_layers =
    bounded_states<units_of<Model, 0>> ? summed_layers::odd : summed_layers::even;

/// Block Gibbs chains of many runs on the path from independent units to a model,
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
  /// @param rng       every run has a random stream of its own; moves on by one word
  /// @throws std::invalid_argument for a reference of another shape, or one whose visible units
  ///         have no distribution
  annealed_block_chains(const Model& model, const state_type& reference, summed_layers summed,
                        index runs, random_engine& rng)
      : model_(&model),
        reference_(reference),
        summed_(summed == summed_layers::even ? 0 : 1),
        states_(make_state_batch(model, runs)),
        fields_(states_) {
    for (std::size_t l = 0; l < Model::layers; ++l)
      require(reference_[l].size() == model.size(l), "annealed_blocks",
              "the reference needs one natural parameter per unit");
    for (const scalar c : reference_[0])
      require(c < model.visible().natural_supremum(), "annealed_blocks",
              "the reference of visible units must be an admissible input");
    const random_streams streams(rng);
    for (index r = 0; r < runs; ++r) engines_.push_back(streams[static_cast<std::uint64_t>(r)]);
  }

  /// All runs from the reference.
  void start() {
    for_each_kept([&](auto layer) {
      for (index i = 0; i < runs(); ++i)
        model_->template units<layer()>().sample(as_span(std::as_const(reference_[layer()])),
                                                 row_span(states_[layer()], i),
                                                 engines_[static_cast<std::size_t>(i)]);
    });
  }
  /// One run from each of the given states, as many as there are runs.
  void start(std::span<const state_type> starts) {
    for_each_kept([&](auto layer) {
      for (index i = 0; i < runs(); ++i)
        states_[layer()].row(i) = starts[static_cast<std::size_t>(i)][layer()].transpose();
    });
  }

  /// Adds log p*_to(s) - log p*_from(s) of the layers that are kept to every run's log weight.
  template <executor Executor>
  void add_step(const Executor& run, double from, double to, std::span<double> log_weights) {
    write_summed_fields(run);
    Model::for_each_layer([&](auto layer) {
      const auto bias = model_->bias(layer());
      const auto& reference = reference_[layer()];
      for_each_range(run, runs(), 16, [&](index begin, index end) {
        scratch_vector<scalar> input(model_->size(layer()));
        for (index i = begin; i < end; ++i) {
          double& log_weight = log_weights[static_cast<std::size_t>(i)];
          if (is_summed(layer())) {
            const auto partition = [&](double beta) {
              write_input<layer()>(i, beta, as_span(input));
              return static_cast<double>(
                  model_->template units<layer()>().log_partition(as_span(std::as_const(input))));
            };
            log_weight += partition(to) - partition(from);
          } else {
            const scalar* const state = row_span(states_[layer()], i).data();
            double sum = 0;
            for (index k = 0; k < reference.size(); ++k)
              sum += static_cast<double>(state[k]) *
                     static_cast<double>(bias[static_cast<std::size_t>(k)] - reference[k]);
            log_weight += (to - from) * sum;
          }
        }
      });
    });
  }

  /// The layers that are summed out given those that are kept, then these given those.
  /// @param beta in [0, 1]
  template <executor Executor>
  void sweep(const Executor& run, double beta) {
    write_summed_fields(run);
    Model::for_each_layer([&](auto layer) {
      if (is_summed(layer())) draw<layer()>(run, beta);
    });
    for_each_kept([&](auto layer) {
      write_field<layer()>(run);
      draw<layer()>(run, beta);
    });
    current_ = false;
  }

  [[nodiscard]] index runs() const noexcept { return std::ssize(engines_); }

 private:
  [[nodiscard]] bool is_summed(std::size_t layer) const noexcept { return layer % 2 == summed_; }

  template <class Body>
  void for_each_kept(Body&& body) {
    Model::for_each_layer([&](auto layer) {
      if (!is_summed(layer())) body(layer);
    });
    current_ = false;
  }

  /// Both the weight and the next draw need them: once per state.
  template <executor Executor>
  void write_summed_fields(const Executor& run) {
    if (current_) return;
    Model::for_each_layer([&](auto layer) {
      if (is_summed(layer())) write_field<layer()>(run);
    });
    current_ = true;
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
      rows_.assign(states_[Neighbour]);
      add_sparse_product(run, rows_.rows(), weights, out.data());
    } else {
      add_product(run, as_factor(std::as_const(states_[Neighbour])), weights, out.data());
    }
  }

  /// Natural parameter of a layer of run `i` at a temperature.
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
  void draw(const Executor& run, double beta) {
    for_each_range(run, runs(), 16, [&](index begin, index end) {
      scratch_vector<scalar> input(model_->size(Layer));
      for (index i = begin; i < end; ++i) {
        write_input<Layer>(i, beta, as_span(input));
        model_->template units<Layer>().sample(as_span(std::as_const(input)),
                                               row_span(states_[Layer], i),
                                               engines_[static_cast<std::size_t>(i)]);
      }
    });
  }

  const Model* model_;
  state_type reference_;
  std::size_t summed_;         ///< parity of the layers that are summed out
  state_batch<Model> states_;  ///< runs x units
  state_batch<Model> fields_;  ///< inputs from the neighbours, runs x units
  bool current_ = false;       ///< whether those of the layers summed out are of the states kept
  std::vector<random_engine> engines_;
  row_batch<scalar> rows_;
};

/// log Z of the start of `annealed_blocks`, in closed form: sum_l A_l(c_l), nats.
/// @param reference natural parameters of every layer, the visible one too
template <class Model>
double independent_log_partition(const Model& model, const typename Model::state_type& reference) {
  return reference_log_partition(model, reference) +
         static_cast<double>(model.visible().log_partition(as_span(reference[0])));
}

/// log Z of the whole model from independent units on, the runs of one temperature side by side. As
/// with `annealed_log_partition` the exponential of the estimate is unbiased and the estimate a
/// stochastic lower bound. The path is linear in the natural parameters, see
/// `annealed_block_chains`. Every run has its own random stream: the same bits for any executor.
/// Cost of a temperature: two products of runs x visible units x hidden units.
/// @param reference natural parameters of every layer, the visible one too, without weights; good
///        ones give the means of the data (`natural_from_mean`)
/// @param options runs, temperatures and sweeps; all runs are in memory
/// @param rng moves on by one word
/// @throws std::invalid_argument for options out of range, a reference of another shape or one
///         whose visible units have no distribution.
template <executor Executor, class Model>
annealed_result annealed_blocks(const Executor& run, const Model& model,
                                const typename Model::state_type& reference,
                                const annealed_options& options, random_engine& rng,
                                summed_layers summed = usual_summed_layers<Model>) {
  const auto ladder = inverse_temperatures(options);
  annealed_block_chains<Model> chains(model, reference, summed, options.runs, rng);
  std::vector<double> log_weights(static_cast<std::size_t>(options.runs),
                                  independent_log_partition(model, reference));
  chains.start();
  for (std::size_t t = 1; t < ladder.size(); ++t) {
    chains.add_step(run, ladder[t - 1], ladder[t], log_weights);
    if (t + 1 == ladder.size()) break;  // the last state has no weight to give
    for (index k = 0; k < options.sweeps; ++k) chains.sweep(run, ladder[t]);
  }
  const auto all = summarise_weights(log_weights);
  return {all.log_mean, all.standard_error, all.effective_number, std::move(log_weights)};
}

/// The same backwards, from states of the model: a stochastic upper bound if these are from the
/// model, see `reverse_annealed_log_partition`.
/// @param starts states from the model, one run each, visible layer too; the layers that are summed
///        out are not used
/// @param group consecutive starts that depend on each other, such as those of one chain, for the
///        standard error; must divide their number
/// @param options `runs` has no part in it
/// @param rng moves on by one word
/// @throws std::invalid_argument as `annealed_blocks`, and for starts of another shape.
template <executor Executor, class Model>
annealed_result reverse_annealed_blocks(const Executor& run, const Model& model,
                                        const typename Model::state_type& reference,
                                        std::span<const typename Model::state_type> starts,
                                        index group, const annealed_options& options,
                                        random_engine& rng,
                                        summed_layers summed = usual_summed_layers<Model>) {
  const auto ladder = inverse_temperatures(options);
  require(!starts.empty(), "reverse_annealed_blocks", "at least one start is needed");
  for (const auto& start : starts)
    for (std::size_t l = 0; l < Model::layers; ++l)
      require(start[l].size() == model.size(l), "reverse_annealed_blocks",
              "every start needs one state per unit");
  annealed_block_chains<Model> chains(model, reference, summed, std::ssize(starts), rng);
  std::vector<double> log_weights(starts.size(), -independent_log_partition(model, reference));
  chains.start(starts);
  for (std::size_t t = ladder.size() - 1; t > 0; --t) {
    chains.add_step(run, ladder[t], ladder[t - 1], log_weights);
    if (t == 1) break;
    for (index k = 0; k < options.sweeps; ++k) chains.sweep(run, ladder[t - 1]);
  }
  const auto all = summarise_weights(log_weights, group);
  return {-all.log_mean, all.standard_error, all.effective_number, std::move(log_weights)};
}

}  // namespace harmonium::inline v0_2
