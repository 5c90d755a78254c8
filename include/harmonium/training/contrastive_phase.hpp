// SPDX-License-Identifier: MIT
/// @file
/// One model, one data set, epoch by epoch: mini-batches, a mean-field positive phase, and a
/// negative phase from particles (CD-k or PCD) or from enumeration.
#pragma once

#include <algorithm>
#include <concepts>
#include <numeric>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/likelihood/mean_field.hpp"
#include "harmonium/models/input_factors.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/training/hidden_balance.hpp"
#include "harmonium/training/particle_population.hpp"
#include "harmonium/training/steps.hpp"
#include "harmonium/units/log_mean_scale.hpp"

namespace harmonium::inline v0_2 {

/// Rows a phase can learn from: sparse counts or the dense means of a lower hidden layer.
template <count_source Counts>
auto data_row(const Counts& counts, index i) {
  return counts.cell(i);
}
template <class Scalar>
std::span<const Scalar> data_row(const matrix<Scalar>& rows, index i) {
  return {rows.data() + i * rows.cols(), static_cast<std::size_t>(rows.cols())};
}
template <count_source Counts>
index data_rows(const Counts& counts) {
  return counts.cells();
}
template <class Scalar>
index data_rows(const matrix<Scalar>& rows) {
  return rows.rows();
}

/// What moves persistent particles.
enum class particle_kernel {
  collapsed,  ///< a `particle_population`: sites of h_1, the visible layer summed out
  block       ///< block Gibbs through the visible layer, as in the paper; hardly mixes where counts
              ///< are many. CD, hidden layers without sites and doubled inputs always use it
};

struct contrastive_options {
  index batch_size = 64;   ///< rows per step; larger is steadier and slower
  index gibbs_steps = 1;   ///< k of CD-k: sweeps of a particle per step
  bool persistent = true;  ///< true: particles go on (PCD); false: they restart at the data (CD)
  index particles = 128;   ///< persistent particles; ignored by CD, which has one per row
  index enumerate_up_to = 1024;  ///< first hidden layers with no more states use exact statistics
                                 ///< in place of particles; 0: always particles
  mean_field_options mean_field = {};
  particle_kernel kernel = particle_kernel::collapsed;
  double least_effective = 0.5;  ///< collapsed particles: see `population_options` ...
  index bridges = 2;             ///< ... of how far they follow a step
};

template <class Model>
struct population_holder {
  using type = std::monostate;
};
template <collapsible Model>
struct population_holder<Model> {
  using type = std::optional<particle_population<Model>>;
};

/// State of the training of one model, a value: copy it to stop, go on from the copy to resume.
/// An epoch on the calling thread asks for no memory after the first one.
template <class Model>
class contrastive_phase {
 public:
  using scalar = typename Model::scalar;

  /// @param rng moves on by two words; the phase keeps its own streams.
  contrastive_phase(Model model, contrastive_options options, input_factors<Model> factors,
                    random_engine& rng)
      : model_(std::move(model)),
        options_(options),
        factors_(factors),
        order_streams_(rng),
        particle_streams_(rng) {
    require(options_.batch_size >= 1, "contrastive_phase", "batch_size must be at least 1");
    require(options_.gibbs_steps >= 1, "contrastive_phase", "gibbs_steps must be at least 1");
    require(options_.particles >= 1, "contrastive_phase", "particles must be at least 1");
    enumerates_ = model_.template units<1>().states() <= options_.enumerate_up_to;
    if constexpr (collapsible<Model>) {
      if (!enumerates_ && options_.persistent && options_.kernel == particle_kernel::collapsed &&
          factors_.all_one()) {
        random_engine own = particle_streams_[0];
        population_.emplace(population_options{.particles = options_.particles,
                                               .sweeps = options_.gibbs_steps,
                                               .least_effective = options_.least_effective,
                                               .bridges = options_.bridges},
                            own);
      }
    }
  }

  [[nodiscard]] const Model& model() const noexcept { return model_; }
  [[nodiscard]] Model& model() noexcept { return model_; }
  [[nodiscard]] index epochs_done() const noexcept { return epoch_; }
  [[nodiscard]] const input_factors<Model>& factors() const noexcept { return factors_; }
  /// Rows of the last epoch whose mean field stopped at the cap before it converged.
  [[nodiscard]] index unconverged_rows() const noexcept { return unconverged_; }
  /// Whether the negative phase is exact.
  [[nodiscard]] bool enumerates() const noexcept { return enumerates_; }
  /// Whether particles are collapsed.
  [[nodiscard]] bool collapses() const noexcept {
    if constexpr (collapsible<Model>) return population_.has_value();
    return false;
  }
  /// Running average of E[h_1] over the data rows; empty before the first step and with particles
  /// that move by block Gibbs.
  [[nodiscard]] const vector<scalar>& hidden_means() const noexcept { return hidden_means_; }

  /// One pass over the rows in a fresh random order.
  template <executor Executor, class Rows, step_for<Model> Step, class Constraint>
  void epoch(const Executor& run, const Rows& rows, double rate, const Step& step,
             const Constraint& constraint) {
    const index count = data_rows(rows);
    unconverged_ = 0;
    order_.resize(static_cast<std::size_t>(count));
    std::iota(order_.begin(), order_.end(), index{0});
    random_engine shuffler = order_streams_[static_cast<std::uint64_t>(epoch_)];
    draw::shuffle(std::span<index>(order_), shuffler);
    for (index begin = 0; begin < count; begin += options_.batch_size) {
      const index size = std::min(options_.batch_size, count - begin);
      batch(run, rows,
            std::span<const index>(order_).subspan(static_cast<std::size_t>(begin),
                                                   static_cast<std::size_t>(size)),
            static_cast<double>(size) / static_cast<double>(count), rate, step, constraint);
    }
    ++epoch_;
  }

  /// Calls `change(model)`, as for an update of the dispersions, and takes collapsed particles
  /// along, which may cut the change short.
  template <executor Executor, std::invocable<Model&> Change>
  void change_model(const Executor& run, Change&& change) {
    before_ = model_;
    change(model_);
    if constexpr (collapsible<Model>) {
      if (!population_ || !population_->started()) return;
      population_->follow(run, *before_, model_, as_span(std::as_const(hidden_means_)),
                          10 * options_.bridges);
    }
  }

  /// All states of the first hidden layer under the model as it is; until the next epoch.
  /// @throws std::invalid_argument if there are more than `max_states`.
  template <executor Executor>
  const hidden_enumeration<Model>& enumerate(const Executor& run, index max_states) {
    if (states_)
      states_->set_model(run, model_);
    else
      states_.emplace(run, model_, max_states);
    return *states_;
  }

 private:
  template <executor Executor, class Rows, class Step, class Constraint>
  void batch(const Executor& run, const Rows& rows, std::span<const index> chosen,
             double share_of_data, double rate, const Step& step, const Constraint& constraint) {
    const auto size = static_cast<index>(chosen.size());
    batch_rows_ = chosen.size();
    grow(means_, batch_rows_);
    unconverged_in_batch_.assign(batch_rows_, 0);
    for_each_range(run, size, 16, [&](index begin, index end) {
      mean_field_workspace<Model> work(model_);
      for (index i = begin; i < end; ++i) {
        const auto u = static_cast<std::size_t>(i);
        const auto result = mean_field(model_, data_row(rows, chosen[u]), means_[u], work,
                                       options_.mean_field, factors_);
        unconverged_in_batch_[u] = result.converged ? 0 : 1;
      }
    });
    unconverged_ += std::count(unconverged_in_batch_.begin(), unconverged_in_batch_.end(), 1);
    const scalar weight = scalar(1) / static_cast<scalar>(size);
    data_.setZero(model_.parameters().size());
    for (std::size_t i = 0; i < chosen.size(); ++i)
      add_hidden_means(data_row(rows, chosen[i]), means_[i], weight, data_);

    own_.setZero(data_.size());
    if (enumerates_) {
      follow_hidden_means(model_.bias_of(std::as_const(data_), 1), share_of_data);
      enumerate(run, options_.enumerate_up_to);
      balance_hidden_bias(model_, *states_, as_span(std::as_const(hidden_means_)));
      states_->set_hidden_bias(model_.bias(1));
      exact_model_statistics(model_, *states_, own_);
    } else if (collapses()) {
      collapsed_step(run, share_of_data, rate, step, constraint);
      return;
    } else {
      const auto moved = move_particles(run, size);
      const scalar share = scalar(1) / static_cast<scalar>(moved.size());
      for (const auto& particle : moved) add_particle(particle, share, own_);
    }
    step.update(model_, data_, own_, rate);
    constraint.apply(model_);
  }

  /// A step that the particles can follow: see `particle_population`.
  template <executor Executor, class Step, class Constraint>
  void collapsed_step(const Executor& run, double share_of_data, double rate, const Step& step,
                      const Constraint& constraint) {
    if constexpr (collapsible<Model>) {
      const auto batch_means = model_.bias_of(std::as_const(data_), 1);
      follow_hidden_means(batch_means, share_of_data);
      follow_hidden_covariance(batch_means, share_of_data);
      const auto target = as_span(std::as_const(hidden_means_));
      if (!population_->started()) {
        population_->start([&](index p, random_engine& engine) {
          auto state = model_.make_state();
          draw_hidden(means_[static_cast<std::size_t>(p) % batch_rows_], state, engine);
          return state;
        });
        // From the data's hidden states to the model's.
        for (int round = 0; round < 30; ++round) {
          before_ = model_;
          population_->follow(run, *before_, model_, target);
        }
      }
      before_ = model_;
      const auto& particles = population_->states();
      const scalar share = scalar(1) / static_cast<scalar>(particles.size());
      for (const auto& particle : particles) add_particle(particle, share, own_);
      if constexpr (requires { step.update(model_, data_, own_, hidden_covariance_, rate); })
        step.update(model_, data_, own_, hidden_covariance_, rate);
      else
        step.update(model_, data_, own_, rate);
      constraint.apply(model_);
      population_->follow(run, *before_, model_, target);
    }
  }

  /// Running average of the covariance of h_1 under the data.
  void follow_hidden_covariance(std::span<const scalar> batch_means, double share_of_data) {
    const index units = model_.size(1);
    scratch_vector<double> products(units * units, 0.0), centred(units);
    scratch_vector<scalar> eta(units), variance(units);
    auto fresh = as_matrix(products, units, units);
    const double weight = 1.0 / static_cast<double>(batch_rows_);
    for (const auto& row : std::span(means_).first(batch_rows_)) {
      model_.template units<1>().natural_from_mean(as_span(row[1]), as_span(eta));
      model_.template units<1>().variance(as_span(std::as_const(eta)), as_span(variance));
      for (index j = 0; j < units; ++j) {
        centred[j] = static_cast<double>(row[1][j] - batch_means[static_cast<std::size_t>(j)]);
        fresh(j, j) += weight * static_cast<double>(variance[j]);
        for (index k = 0; k <= j; ++k) fresh(j, k) += weight * centred[j] * centred[k];
      }
    }
    for (index j = 0; j < units; ++j)
      for (index k = 0; k < j; ++k) fresh(k, j) = fresh(j, k);
    if (hidden_covariance_.size() == 0) hidden_covariance_ = fresh;
    for (index i = 0; i < fresh.size(); ++i)
      hidden_covariance_.data()[i] =
          (1 - share_of_data) * hidden_covariance_.data()[i] + share_of_data * fresh.data()[i];
  }

  /// E[s_l] and E[s_l s_{l+1}'] of one data row under the mean-field distribution.
  template <class Row>
  void add_hidden_means(const Row& x, const typename Model::state_type& means, scalar weight,
                        vector<scalar>& flat) const {
    row::add<scalar>(x, weight, model_.bias_of(flat, 0));
    row::add_outer<scalar>(x, as_span(means[1]), weight, model_.weights_of(flat, 0));
    add_hidden_pairs(means, weight, flat);
  }

  /// The same of one particle, with E[x | h_1] in place of its x.
  void add_particle(const typename Model::state_type& particle, scalar weight,
                    vector<scalar>& flat) const {
    add_model_statistics(model_, as_span(particle[1]), weight, flat);
    row::add<scalar>(as_span(particle[1]), -weight, model_.bias_of(flat, 1));
    add_hidden_pairs(particle, weight, flat);
  }

  void add_hidden_pairs(const typename Model::state_type& state, scalar weight,
                        vector<scalar>& flat) const {
    for (std::size_t l = 1; l < Model::layers; ++l) {
      row::add<scalar>(as_span(state[l]), weight, model_.bias_of(flat, l));
      if (l + 1 < Model::layers)
        row::add_outer<scalar>(as_span(state[l]), as_span(state[l + 1]), weight,
                               model_.weights_of(flat, l));
    }
  }

  void follow_hidden_means(std::span<const scalar> batch_means, double share_of_data) {
    if (hidden_means_.size() == 0) {
      hidden_means_ = vector<scalar>::Zero(model_.size(1));
      std::copy(batch_means.begin(), batch_means.end(), hidden_means_.data());
    }
    const auto share = static_cast<scalar>(share_of_data);
    for (index k = 0; k < hidden_means_.size(); ++k) {
      const scalar fresh = batch_means[static_cast<std::size_t>(k)];
      hidden_means_[k] = (scalar(1) - share) * hidden_means_[k] + share * fresh;
    }
    keep_inside(model_.template units<1>(), 1e-3, as_span(hidden_means_));
  }

  using state_type = typename Model::state_type;

  /// Batches differ in length: the longest so far decides.
  void grow(std::vector<state_type>& states, std::size_t count) const {
    if (states.size() < count) states.resize(count, model_.make_state());
  }

  /// @return the particles that count
  template <executor Executor>
  std::span<const state_type> move_particles(const Executor& run, index batch_rows) {
    constexpr index per_chain = 8;
    const bool fresh = particles_.empty() || !options_.persistent;
    const index count = options_.persistent ? options_.particles : batch_rows;
    const auto chains = static_cast<std::size_t>((count + per_chain - 1) / per_chain);
    grow(particles_, static_cast<std::size_t>(count));
    if (chains_.size() < chains) chains_.resize(chains, gibbs_chain<Model>(model_, factors_));
    const std::uint64_t first = particle_items_;
    particle_items_ += static_cast<std::uint64_t>(count);
    for_each_range(run, count, per_chain, [&](index begin, index end) {
      gibbs_chain<Model>& chain = chains_[static_cast<std::size_t>(begin / per_chain)];
      chain.set_model(model_);  // ours may have been copied
      for (index p = begin; p < end; ++p) {
        const auto u = static_cast<std::size_t>(p);
        random_engine engine = particle_streams_[first + u];
        if (fresh && options_.persistent) {
          chain.start(engine);
        } else if (fresh) {
          draw_hidden(means_[u], particles_[u], engine);
          chain.set_state(particles_[u]);
        } else {
          chain.set_state(particles_[u]);
        }
        for (index k = 0; k < options_.gibbs_steps; ++k) chain.sweep(engine);
        particles_[u] = chain.state();
      }
    });
    return std::span(particles_).first(static_cast<std::size_t>(count));
  }

  /// Hidden states with the given means: where a CD chain starts.
  void draw_hidden(const state_type& means, state_type& state, random_engine& engine) const {
    Model::for_each_layer([&](auto layer) {
      if constexpr (layer() > 0) {
        scratch_vector<scalar> eta(model_.size(layer()));
        model_.template units<layer()>().natural_from_mean(as_span(means[layer()]), as_span(eta));
        model_.template units<layer()>().sample(as_span(std::as_const(eta)),
                                                as_span(state[layer()]), engine);
      }
    });
  }

  Model model_;
  contrastive_options options_;
  input_factors<Model> factors_;
  random_streams order_streams_;
  random_streams particle_streams_;
  std::uint64_t particle_items_ = 0;
  index epoch_ = 0;
  index unconverged_ = 0;
  bool enumerates_ = false;
  vector<scalar> hidden_means_;
  matrix<double> hidden_covariance_;
  typename population_holder<Model>::type population_;
  std::vector<state_type> particles_;
  // What one batch after the other uses anew.
  std::vector<index> order_;
  std::size_t batch_rows_ = 0;
  std::vector<state_type> means_;  ///< of the batch's rows, first in a possibly longer list
  std::vector<char> unconverged_in_batch_;
  vector<scalar> data_, own_;  ///< statistics of data and model
  std::vector<gibbs_chain<Model>> chains_;
  std::optional<hidden_enumeration<Model>> states_;
  std::optional<Model> before_;
};

}  // namespace harmonium::inline v0_2
