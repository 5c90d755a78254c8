// SPDX-License-Identifier: MIT
/// @file
/// Training a deep Boltzmann machine on counts: greedy layerwise pretraining, joint training, and
/// the dispersions, as in Treppner et al. 2021 with the corrections listed in docs/guide.md.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "harmonium/analysis/cell_components.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/likelihood/base_measures.hpp"
#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/likelihood/mean_field.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/models/input_factors.hpp"
#include "harmonium/models/layer_scratch.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/training/constraints.hpp"
#include "harmonium/training/contrastive_phase.hpp"
#include "harmonium/training/dispersion_update.hpp"
#include "harmonium/training/exact_em.hpp"
#include "harmonium/training/exact_start.hpp"
#include "harmonium/training/monitors.hpp"
#include "harmonium/training/sampled_em.hpp"
#include "harmonium/training/schedule.hpp"
#include "harmonium/training/steps.hpp"
#include "harmonium/training/upper_m_step.hpp"
#include "harmonium/units/log_mean_scale.hpp"

namespace harmonium::inline v0_2 {

/// How the weights start.
struct initial_weights {
  double low = -0.1;  ///< uniform between `low` and `high` ...
  double high = 0.1;
  bool in_log_mean = true;     ///< ... in units of d log mean of the gene (else of eta)
  bool balance_hidden = true;  ///< hidden biases such that an average cell leaves units undecided
};

/// A number of epochs that depends on whether exact EM takes over.
inline constexpr index automatic_epochs = std::numeric_limits<index>::min();

/// Settings of a run. The defaults are the paper's algorithm with a step that learns;
/// `paper_training_options` has the published hyperparameters.
template <class Model, class Step = centred_step, learning_rate_schedule Schedule = harmonic_decay,
          class Constraint = admissible_sum>
struct training_options {
  std::array<index, Model::hidden_layers> hidden{};  ///< units per hidden layer, bottom to top
  /// Pretraining epochs per hidden layer, bottom to top. `automatic`: none where exact or sampled
  /// EM takes over, else 60 for the first layer and 40 for each other.
  std::array<index, Model::hidden_layers> pretraining_epochs = all_automatic();
  /// Epochs of joint training (ignored with one hidden layer); `automatic`: none or 10.
  index epochs = automatic_epochs;
  Step step = {};
  Schedule learning_rate = {};
  Constraint constraint = {};
  contrastive_options contrastive = {};
  bool double_inputs = true;        ///< factor-two rule of pretraining; only for CD and particles
                                    ///< that move by block Gibbs
  double initial_dispersion = 0.5;  ///< theta at the start, every gene
  dispersion_options dispersion = {};
  index dispersion_every = 5;       ///< epochs between updates of theta; 0: never
  bool dispersion_in_joint = true;  ///< also during joint training, not only in pretraining
  initial_weights initial = {};
  double max_mean_factor = 10;  ///< no state's mean beyond this times the largest count, plus
                                ///< one; only for `admissible_sum` without `max_mean`
  index exact_iterations = 60;  ///< most iterations of exact EM at the end, where the first
                                ///< hidden layer is small enough (`exact.max_states`)
  exact_em_options exact = {};
  std::vector<index> held_out = {};  ///< cells kept out of training and monitored
  double exact_tolerance = 1e-5;     ///< exact EM ends when an iteration gains less than this share
                                     ///< of the log-likelihood
  index exact_starts = 8;  ///< starts of exact EM without pretraining, of which the best goes on;
                           ///< fewer where they have more than 512 states together
  index patience = 0;  ///< > 0: exact EM also ends after so many iterations in which the held-out
                       ///< log-likelihood did not rise, and the best of its models is taken
  /// Iterations of sampled EM, for one hidden layer too large for exact EM; 0 or given epochs:
  /// particles and steps instead.
  index sampled_iterations = 32;
  sampled_em_options sampled = {};  ///< `exact_tolerance` and `patience` do not apply to it

 private:
  static constexpr std::array<index, Model::hidden_layers> all_automatic() {
    std::array<index, Model::hidden_layers> epochs{};
    epochs.fill(automatic_epochs);
    return epochs;
  }
};

/// The published settings (Segerstolpe notebook of the paper): 4 and 2 hidden units, 60 + 40 + 10
/// epochs, learning rate 1e-11, batches of 64, theta from 0.5 with lambda 1 in pretraining only,
/// W <= 0 and a <= -1e-10, persistent particles. What design.md calls errors of the code is mended:
/// even/odd Gibbs sweeps, E[x | h] in gradients, each count with its own cell's mean.
template <class Model>
using paper_options = training_options<Model, plain_gradient, constant_rate, non_positive_weights>;

template <class Model>
paper_options<Model> paper_training_options() {
  paper_options<Model> options;
  options.hidden.fill(2);
  options.hidden[0] = 4;
  options.pretraining_epochs.fill(40);
  options.pretraining_epochs[0] = 60;
  options.epochs = 10;
  options.contrastive.enumerate_up_to = 0;
  options.contrastive.particles = 64;
  options.contrastive.kernel = particle_kernel::block;
  options.dispersion.lower = 0.01;
  options.dispersion.max_iterations = 20;
  options.dispersion_in_joint = false;
  options.initial = {-0.002, -0.0005, false, false};
  options.exact_iterations = 0;
  options.sampled_iterations = 0;
  return options;
}

/// One line of the training log.
struct dbm_training_record {
  std::string stage;
  index epoch;  ///< of this stage, from 1
  double learning_rate;
  double reconstruction_error;                 ///< counts, per cell and gene
  index mean_field_unconverged = 0;            ///< rows whose mean field stopped at its cap
  std::vector<double> weight_norms;            ///< root mean square, one per weight matrix
  std::optional<double> free_energy;           ///< nats per training cell, if enumerable
  std::optional<double> log_likelihood;        ///< nats per training cell, if enumerable
  std::optional<double> held_out_free_energy;  ///< the same of the held-out cells, if any
  std::optional<double> held_out_log_likelihood;
};

/// What sampled EM keeps between iterations, if the model allows it.
template <class Model>
struct sampled_em_state {};
template <one_hidden_layer Model>
struct sampled_em_state<Model> {
  sampled_em<Model> em;
  posterior_statistics<typename Model::scalar> data;
  std::optional<Model> before = {};  ///< a change of theta
};

/// Training, one epoch per `step`. A value: a copy goes on independently and bit for bit like the
/// original. Borrows the counts, which must outlive it. On the calling thread an epoch asks for no
/// memory once warm: the first and the last of a stage do, and the first that updates theta.
template <class Model, count_source Counts, class Options = training_options<Model>>
class dbm_trainer {
 public:
  using scalar = typename Model::scalar;
  static constexpr std::size_t hidden_layers = Model::hidden_layers;

  /// @param counts whole numbers >= 0 (see `validate`), at least one cell and one gene
  /// @throws std::invalid_argument for empty counts or options out of range.
  dbm_trainer(const Counts& counts, Options options, random_engine& rng)
      : counts_(&counts),
        options_(std::move(options)),
        root_(rng()),
        training_(counts, {}),
        held_out_(counts, {}) {
    require(counts.cells() > 0, "train", "the pilot has no cells");
    require(counts.genes() > 0, "train", "the pilot has no genes");
    for (std::size_t l = 0; l < hidden_layers; ++l) {
      require(options_.hidden[l] > 0, "train",
              "hidden layer " + std::to_string(l + 1) + " needs at least one unit, got " +
                  std::to_string(options_.hidden[l]));
    }
    resolve_epochs();
    for (const index epochs : options_.pretraining_epochs)
      require(epochs >= 0, "train", "epochs must not be negative");
    require(options_.epochs >= 0, "train", "epochs must not be negative");
    require(options_.initial_dispersion > 0, "train", "initial_dispersion must be positive");
    require(options_.exact_starts > 0, "train", "exact_starts must be at least 1");
    require(options_.patience >= 0, "train", "patience must not be negative");
    require(options_.patience == 0 || !options_.held_out.empty(), "train",
            "patience needs held-out cells");
    split_cells();
    const vector<double> sums = gene_means(training_);
    require(training_.nonzeros() > 0, "train", "the pilot holds no counts at all");
    gene_means_.assign(sums.data(), sums.data() + sums.size());
    bound_means();
    begin_stage(0);
    skip_empty_stages(serial_executor{});
  }

  /// The counts are borrowed: a temporary would be gone when training begins.
  dbm_trainer(const Counts&&, Options, random_engine&) = delete;

  [[nodiscard]] bool done() const noexcept { return stage_ > exact_stage; }

  /// One epoch of the current stage. @return the line it adds to the log.
  template <executor Executor>
  const dbm_training_record& step(const Executor& run) {
    require(!done(), "dbm_trainer::step", "training is finished");
    if (stage_ == exact_stage) {
      const bool last = samples_ ? sampled_step(run) : exact_step(run);
      ++epoch_;
      if (samples_)
        record_sampled(run);
      else
        record_exact(run);
      if (last) {
        ++stage_;
        blank_lines_.clear();
        exact_.reset();
        exact_work_ = {};
        sampled_.reset();
      }
      return log_.back();
    }
    const double rate = options_.learning_rate.rate(epoch_);
    for_stage([&](auto& phase, const auto& rows) {
      if constexpr (count_source<std::remove_cvref_t<decltype(rows)>>) {
        phase.epoch(run, rows, rate, options_.step, options_.constraint);
        if (dispersion_is_due()) {
          phase.change_model(run, [&](auto& model) {
            write_hidden(run, model, rows, phase.factors(), hidden_);
            update_theta(run, model, hidden_);
          });
        }
      } else {
        phase.epoch(run, rows, rate, options_.step, unconstrained{});
      }
      ++epoch_;
      record(run, phase, rows, rate);
      log_.back().mean_field_unconverged = phase.unconverged_rows();
    });
    if (epoch_ == stage_epochs()) finish_stage(run);
    return log_.back();
  }

  /// Runs to the end, or until the observer says stop. @return whether training is finished.
  template <executor Executor, observer Observer>
  bool run(const Executor& executor, Observer&& watch) {
    while (!done()) {
      const index total = stage_epochs();
      const auto& line = step(executor);
      const named_value figures[] = {{"reconstruction_error", line.reconstruction_error},
                                     {"log_likelihood", line.log_likelihood.value_or(0)}};
      const auto shown = std::span(figures).first(line.log_likelihood ? 2 : 1);
      if (watch(progress{line.stage, line.epoch, total, shown}) == flow::stop) break;
    }
    return done();
  }

  /// The trained model. @throws std::invalid_argument before the end of training.
  [[nodiscard]] const Model& model() const {
    require(done() && joint_, "dbm_trainer::model", "training is not finished");
    return joint_->model();
  }
  [[nodiscard]] const std::vector<dbm_training_record>& log() const noexcept { return log_; }
  /// Where sampled EM was used, hidden states of the model, as many as its particles; else empty.
  [[nodiscard]] const std::vector<typename Model::state_type>& particles() const noexcept {
    return particles_;
  }
  /// How the last estimate of every gene's theta ended; empty if there was none.
  [[nodiscard]] const std::vector<dispersion_status>& statuses() const noexcept {
    return statuses_;
  }

 private:
  template <std::size_t Layer>
  using units_at = std::remove_cvref_t<decltype(std::declval<Model>().template units<Layer>())>;
  template <std::size_t Layer>
  using layer_phase = contrastive_phase<rbm<units_at<Layer>, units_at<Layer + 1>>>;
  template <class Sequence>
  struct pretraining_of;
  template <std::size_t... L>
  struct pretraining_of<std::index_sequence<L...>> {
    using type = std::tuple<std::optional<layer_phase<L>>...>;
  };
  using pretraining = typename pretraining_of<std::make_index_sequence<hidden_layers>>::type;

  /// A layer of `size` units; for categorical units, one group of `size` categories.
  template <class Units>
  static Units make_units(index size) {
    if constexpr (std::constructible_from<Units, index>)
      return Units(size);
    else
      return Units(1, size);
  }

  units_at<0> make_visible() const {
    units_at<0> visible(counts_->genes());
    if constexpr (has_inverse_dispersion<Model>)
      visible.set_inverse_dispersion(vector<scalar>(vector<scalar>::Constant(
          counts_->genes(), static_cast<scalar>(options_.initial_dispersion))));
    return visible;
  }

  /// Where EM takes over, contrastive epochs are run only if asked for.
  void resolve_epochs() {
    const bool small =
        make_units<units_at<1>>(options_.hidden[0]).states() <= options_.exact.max_states;
    samples_ = one_hidden_layer<Model> && !small && options_.sampled_iterations > 0 &&
               options_.pretraining_epochs[0] == automatic_epochs;
    const bool exact_only = samples_ || (small && options_.exact_iterations > 0);
    for (std::size_t l = 0; l < hidden_layers; ++l) {
      index& epochs = options_.pretraining_epochs[l];
      if (epochs == automatic_epochs) epochs = exact_only ? 0 : (l == 0 ? 60 : 40);
    }
    if (options_.epochs == automatic_epochs) options_.epochs = exact_only ? 0 : 10;
  }

  void split_cells() {
    std::vector<bool> out(static_cast<std::size_t>(counts_->cells()), false);
    for (const index cell : options_.held_out) {
      require(cell >= 0 && cell < counts_->cells(), "train", "held-out cell out of range");
      out[static_cast<std::size_t>(cell)] = true;
    }
    std::vector<index> in_rows, out_rows;
    for (index i = 0; i < counts_->cells(); ++i)
      (out[static_cast<std::size_t>(i)] ? out_rows : in_rows).push_back(i);
    require(!in_rows.empty(), "train", "all cells are held out");
    training_ = cell_selection<Counts>(*counts_, std::move(in_rows));
    held_out_ = cell_selection<Counts>(*counts_, std::move(out_rows));
  }

  void bound_means() {
    if constexpr (std::same_as<decltype(options_.constraint), admissible_sum>) {
      if (options_.constraint.max_mean.size() > 0) return;
      if (std::isinf(make_visible().natural_supremum())) return;
      vector<double> bound = vector<double>::Ones(training_.genes());
      for (index i = 0; i < training_.cells(); ++i)
        row::for_each_nonzero(training_.cell(i), [&](index m, auto x) {
          bound[m] = std::max(bound[m], 1 + options_.max_mean_factor * static_cast<double>(x));
        });
      options_.constraint.max_mean = bound;
    }
  }

  static constexpr std::size_t exact_stage = hidden_layers + 1;

  [[nodiscard]] index stage_epochs() const {
    if (stage_ < hidden_layers) return options_.pretraining_epochs[stage_];
    if (stage_ == hidden_layers) return hidden_layers > 1 ? options_.epochs : 0;
    if (samples_) return options_.sampled_iterations;
    const bool small = joint_->model().template units<1>().states() <= options_.exact.max_states;
    return small ? options_.exact_iterations : 0;
  }
  [[nodiscard]] std::string stage_name() const {
    if (stage_ < hidden_layers) return "pretraining layer " + std::to_string(stage_ + 1);
    if (stage_ == hidden_layers) return "joint training";
    return samples_ ? "sampled maximum likelihood" : "exact maximum likelihood";
  }

  /// Calls `body(phase, rows)` for the current stage.
  template <class Body>
  void for_stage(Body&& body) {
    if (stage_ == hidden_layers) return body(*joint_, training_);
    [&]<std::size_t... L>(std::index_sequence<L...>) {
      (
          [&] {
            if (stage_ != L) return;
            if constexpr (L == 0) {
              body(*std::get<0>(pretraining_), training_);
            } else {
              body(*std::get<L>(pretraining_), upper_rows_);
            }
          }(),
          ...);
    }
    (std::make_index_sequence<hidden_layers>{});
  }

  void begin_stage(std::size_t stage) {
    stage_ = stage;
    epoch_ = 0;
    blank_lines_.clear();
    if (stage == hidden_layers) return begin_joint();
    [&]<std::size_t... L>(std::index_sequence<L...>) {
      (
          [&] {
            if (stage == L) begin_pretraining<L>();
          }(),
          ...);
    }
    (std::make_index_sequence<hidden_layers>{});
  }

  template <std::size_t Layer>
  void begin_pretraining() {
    using layer_model = rbm<units_at<Layer>, units_at<Layer + 1>>;
    auto hidden = make_units<units_at<Layer + 1>>(options_.hidden[Layer]);
    input_factors<layer_model> factors;
    if constexpr (Layer == 0) {
      layer_model model(make_visible(), std::move(hidden));
      const vector<scalar> means =
          Eigen::Map<const vector<double>>(gene_means_.data(), training_.genes())
              .template cast<scalar>();
      model.visible().natural_from_mean(as_span(means), model.bias(0));
      start_weights(model, as_span(means), options_.initial.in_log_mean);
      if (doubles(model) && hidden_layers > 1) factors.factor[1] = 2;
      options_.constraint.apply(model);
      std::get<0>(pretraining_).emplace(std::move(model), options_.contrastive, factors, root_);
    } else {
      layer_model model(
          units_at<Layer>(std::get<Layer - 1>(pretraining_)->model().template units<1>()),
          std::move(hidden));
      const vector<scalar> means = column_means(upper_rows_);
      model.visible().natural_from_mean(as_span(means), model.bias(0));
      start_weights(model, as_span(means), false);
      // A middle layer will hear from both sides, the top one from below only.
      if (doubles(model)) {
        factors.factor[0] = 2;
        if (Layer + 1 < hidden_layers) factors.factor[1] = 2;
      }
      std::get<Layer>(pretraining_).emplace(std::move(model), options_.contrastive, factors, root_);
    }
  }

  template <class LayerModel>
  [[nodiscard]] bool doubles(const LayerModel& model) const {
    const bool collapses = collapsible<LayerModel> && options_.contrastive.persistent &&
                           options_.contrastive.kernel == particle_kernel::collapsed;
    return options_.double_inputs && !collapses &&
           model.template units<1>().states() > options_.contrastive.enumerate_up_to;
  }

  /// Random weights; hidden biases zero or such that the average row leaves units undecided;
  /// visible biases such that the means stay.
  template <class LayerModel>
  void start_weights(LayerModel& model, std::span<const scalar> means, bool in_log_mean) {
    auto weights = model.weights(0);
    const vector<scalar> scale = in_log_mean ? log_mean_scale(model.visible(), means)
                                             : vector<scalar>(vector<scalar>::Ones(weights.rows()));
    for (index m = 0; m < weights.rows(); ++m) {
      for (index k = 0; k < weights.cols(); ++k)
        weights(m, k) = scale[m] * static_cast<scalar>(draw::uniform(options_.initial.low,
                                                                     options_.initial.high, root_));
    }
    if (!options_.initial.balance_hidden) return;
    for (index k = 0; k < weights.cols(); ++k) {
      scalar input(0);
      for (index m = 0; m < weights.rows(); ++m)
        input += means[static_cast<std::size_t>(m)] * weights(m, k);
      model.bias(1)[static_cast<std::size_t>(k)] = -input;
    }
    const vector<scalar> none = vector<scalar>::Zero(weights.cols());
    vector<scalar> undecided(weights.cols());
    model.template units<1>().mean(as_span(none), as_span(undecided));
    for (index m = 0; m < weights.rows(); ++m) {
      const std::span<const scalar> w(weights.data() + m * weights.cols(),
                                      static_cast<std::size_t>(weights.cols()));
      model.bias(0)[static_cast<std::size_t>(m)] -=
          row::dot<scalar>(w, as_span(std::as_const(undecided)));
    }
  }

  void begin_joint() {
    [&]<std::size_t... L>(std::index_sequence<L...>) {
      Model model(std::get<0>(pretraining_)->model().visible(),
                  std::get<L>(pretraining_)->model().template units<1>()...);
      (copy_layer<L>(model), ...);
      joint_.emplace(std::move(model), options_.contrastive, input_factors<Model>{}, root_);
    }
    (std::make_index_sequence<hidden_layers>{});
  }

  /// A hidden bias that two machines learned is their mean.
  template <std::size_t Layer>
  void copy_layer(Model& model) const {
    const auto& from = std::get<Layer>(pretraining_)->model();
    const auto weights = from.weights(0);
    std::copy(weights.data(), weights.data() + weights.size(), model.weights(Layer).data());
    auto below = model.bias(Layer), above = model.bias(Layer + 1);
    for (std::size_t k = 0; k < below.size(); ++k)
      below[k] = Layer == 0 ? from.bias(0)[k] : (below[k] + from.bias(0)[k]) / scalar(2);
    std::copy(from.bias(1).begin(), from.bias(1).end(), above.begin());
  }

  template <executor Executor>
  void finish_stage(const Executor& run) {
    if (stage_ + 1 < hidden_layers) {
      for_stage([&](auto& phase, const auto& rows) {
        write_hidden(run, phase.model(), rows, phase.factors(), hidden_);
        upper_rows_ = hidden_;  // which may be `rows`
      });
    }
    if (stage_ < hidden_layers) {
      begin_stage(stage_ + 1);
    } else {
      ++stage_;
      epoch_ = 0;
      blank_lines_.clear();
    }
    skip_empty_stages(run);
  }

  template <executor Executor>
  void skip_empty_stages(const Executor& run) {
    if (!done() && stage_epochs() == 0) finish_stage(run);
  }

  /// What exact EM keeps between iterations.
  struct exact_state {
    hidden_enumeration<Model> hidden;
    posterior_statistics<scalar> data;  ///< under the model as it is
    double base = 0;                    ///< mean log base measure of the training cells
    vector<scalar> held_out_base = {};  ///< those of the held-out cells
    double last_cycle = -std::numeric_limits<double>::infinity();
    bool settled = false;  ///< theta stays from now on
    [[nodiscard]] double log_likelihood() const { return data.log_likelihood + base; }
  };

  /// Memory for its iterations, and for what is monitored before.
  struct exact_work {
    exact_m_step<Model> m_step;
    posterior_shares shares;
    std::optional<nb_log_masses> masses;
    vector<scalar> base, held_out_base;
  };

  /// What an iteration of exact EM left that fits the held-out cells best.
  struct best_so_far {
    double held_out;
    index epoch;
    Model model;
    exact_state at;
  };

  /// One iteration of exact EM; theta every fourth one until those gain nothing, and not in the
  /// last five. @return whether it was the last.
  template <executor Executor>
  bool exact_step(const Executor& run) {
    if (!exact_) begin_exact(run);
    Model& model = joint_->model();
    exact_state& at = *exact_;
    const double before = at.log_likelihood();
    m_step(run, model, at, options_.exact);
    const bool due = options_.dispersion_every > 0 && (epoch_ + 1) % 4 == 0 && !at.settled;
    if (epoch_ + 5 >= stage_epochs()) at.settled = true;
    if (due && !at.settled) {
      at.settled = at.log_likelihood() - at.last_cycle < 4 * gain_that_counts();
      at.last_cycle = at.log_likelihood();
      if (!at.settled) {
        update_theta(run, model, at.data.hidden);
        refresh(run, model, at);
      }
    }
    const bool converged = !due && (at.settled || options_.dispersion_every == 0) &&
                           at.log_likelihood() - before < gain_that_counts();
    const bool last = lost_patience(run, model, at) || converged || epoch_ + 1 == stage_epochs();
    if (last) {
      if (best_) std::tie(model, at) = std::tie(best_->model, best_->at);
      best_.reset();
      // At the maximum over the biases the model's gene means are the data's.
      exact_em_options biases = options_.exact;
      biases.fix_weights = true;
      biases.newton_steps = 20;
      m_step(run, model, at, biases);
    }
    return last;
  }

  /// Keeps what fits the held-out cells best. @return whether that was `patience` iterations ago.
  template <executor Executor>
  bool lost_patience(const Executor& run, const Model& model, const exact_state& at) {
    if (options_.patience == 0) return false;
    const double held_out =
        exact_fit(run, model, at.hidden, held_out_, at.held_out_base).log_likelihood;
    if (!best_) {
      best_.emplace(best_so_far{held_out, epoch_, model, at});
    } else if (held_out > best_->held_out) {
      best_->held_out = held_out;
      best_->epoch = epoch_;
      best_->model = model;
      best_->at = at;
    }
    return epoch_ - best_->epoch >= options_.patience;
  }

  [[nodiscard]] double gain_that_counts() const {
    return options_.exact_tolerance * std::abs(exact_->log_likelihood());
  }

  /// M-step, then the E-step for the next.
  template <executor Executor>
  void m_step(const Executor& run, Model& model, exact_state& at, const exact_em_options& options) {
    scratch_vector<scalar> limits(model.size(0));
    write_limits(model, as_span(limits));
    exact_work_.m_step.maximise(run, model, at.hidden, at.data, as_span(std::as_const(limits)),
                                training_.cells(), options);
    // The M-step keeps every state within the limits; a constraint that asks for more has its say.
    if constexpr (!std::same_as<decltype(options_.constraint), admissible_sum>) {
      options_.constraint.apply(model);
      at.hidden.set_model(run, model);
    }
    posterior_of(run, model, at.hidden, training_, exact_work_.shares, at.data);
  }

  /// Those of the constraint.
  template <class AnyModel>
  void write_limits(const AnyModel& model, std::span<scalar> out) const {
    if constexpr (requires { options_.constraint.write_limits(model, out); }) {
      options_.constraint.write_limits(model, out);
    } else {
      const auto limits = options_.constraint.limits(model);
      std::copy(limits.data(), limits.data() + limits.size(), out.begin());
    }
  }

  /// After a change of theta.
  template <executor Executor>
  void refresh(const Executor& run, const Model& model, exact_state& at) {
    at.hidden.set_model(run, model);
    posterior_of(run, model, at.hidden, training_, exact_work_.shares, at.data);
    log_base_measures(model.visible(), held_out_, exact_work_.masses, at.held_out_base);
    auto& base = exact_work_.base;
    log_base_measures(model.visible(), training_, exact_work_.masses, base);
    at.base = 0;
    for (index i = 0; i < base.size(); ++i) at.base += static_cast<double>(base[i]);
    at.base /= static_cast<double>(training_.cells());
  }

  template <executor Executor>
  void begin_exact(const Executor& run) {
    if (std::ranges::all_of(options_.pretraining_epochs, [](index n) { return n == 0; }) &&
        (options_.epochs == 0 || hidden_layers == 1)) {
      start_from_components(run);
      return;
    }
    hidden_enumeration<Model> hidden(run, joint_->model(), options_.exact.max_states);
    exact_.emplace(exact_state{std::move(hidden), {}});
    refresh(run, joint_->model(), *exact_);
  }

  template <executor Executor>
  void start_without_weights(const Executor& run, Model& model) {
    model.weights(0).setZero();
    const vector<scalar> means =
        Eigen::Map<const vector<double>>(gene_means_.data(), training_.genes())
            .template cast<scalar>();
    model.visible().natural_from_mean(as_span(means), model.bias(0));
    for (scalar& b : model.bias(1)) b = 0;
    options_.constraint.apply(model);
    if (options_.dispersion_every > 0)
      update_theta(run, model,
                   matrix<scalar>(matrix<scalar>::Zero(training_.cells(), model.size(1))));
  }

  /// Independent genes, then an M-step for states that principal components suggest, then a few
  /// iterations: EM finds the nearest of many maxima, and the best of some starts is kept.
  template <executor Executor>
  void start_from_components(const Executor& run) {
    // First, as it takes much memory and gives it back.
    const matrix<double> scores = cell_components(training_, 10);
    Model& model = joint_->model();
    start_without_weights(run, model);
    exact_state none{hidden_enumeration<Model>(run, model, options_.exact.max_states), {}};
    refresh(run, model, none);

    const index most = std::max<index>(1, 512 / none.hidden.states());
    const Model unstarted = model;
    for (index start = 0; start < std::min(options_.exact_starts, most); ++start) {
      Model candidate = unstarted;
      exact_state at = none;
      if constexpr (hidden_layers > 1) {
        start_upper_layers(candidate, upper_spread, root_);
        at.hidden.set_layers_above(run, candidate);
      }
      const auto shares = starting_states(run, at.hidden.all_states(), scores, root_);
      at.data = sum_posterior<scalar>(at.hidden.all_states(), training_,
                                      std::span<const std::vector<posterior_share>>(shares));
      keep_inside(candidate.template units<1>(), 1e-4, as_span(at.data.hidden_means));
      for (int iteration = 0; iteration < 8; ++iteration)
        m_step(run, candidate, at, options_.exact);
      if (exact_ && !(at.log_likelihood() > exact_->log_likelihood())) continue;
      model = std::move(candidate);
      exact_ = std::move(at);
    }
  }

  /// One iteration of sampled EM. The first quarter keeps the states that principal components
  /// suggest; then theta moves every fourth iteration; the last fifth moves biases only, after
  /// which the model's gene means are near the data's. @return whether it was the last.
  template <executor Executor>
  bool sampled_step(const Executor& run) {
    const index total = stage_epochs(), left = total - epoch_ - 1;
    if constexpr (one_hidden_layer<Model>) {
      Model& model = joint_->model();
      if (!sampled_) begin_sampled(run, model);
      auto& [em, data, before] = *sampled_;
      exact_em_options options = options_.exact;
      options.fix_weights = left < total / 5;
      options.newton_steps = options.fix_weights ? 3 : 1;
      scratch_vector<scalar> limits(model.size(0));
      write_limits(model, as_span(limits));
      em.maximise(run, model, data, as_span(std::as_const(limits)), training_.cells(), options);
      if (epoch_ >= total / 4) {
        direct_posterior(run, model, training_, em.states(), data);
        if (options_.dispersion_every > 0 && epoch_ % 4 == 3 && left > total / 4) {
          before = model;
          update_theta(run, model, data.hidden);
          em.follow(run, *before, model, as_span(std::as_const(data.hidden_means)));
          direct_posterior(run, model, training_, em.states(), data);
        }
      }
      if (left == 0) particles_ = em.particles();
    }
    return left == 0;
  }

  /// Independent genes and hidden units; the cells' hidden states by random projections of their
  /// principal components.
  template <executor Executor>
  void begin_sampled(const Executor& run, Model& model) {
    const matrix<double> scores = cell_components(training_, 10);
    start_without_weights(run, model);
    sampled_.emplace(sampled_em_state<Model>{sampled_em<Model>(options_.sampled, root_), {}});
    auto& [em, data, before] = *sampled_;
    data = statistics_of_hidden<scalar>(
        training_, projected_states<scalar>(model.template units<1>(), scores, root_), em.states());
    keep_inside(model.template units<1>(), 1e-3, as_span(data.hidden_means));
    model.template units<1>().natural_from_mean(as_span(std::as_const(data.hidden_means)),
                                                model.bias(1));
    em.start(model);
    before = model;
  }

  /// E[h_1 | row] of every row, cells x units.
  template <executor Executor, class AnyModel, class Rows>
  void write_hidden(const Executor& run, const AnyModel& model, const Rows& rows,
                    const input_factors<AnyModel>& factors, matrix<scalar>& hidden) const {
    hidden.resize(data_rows(rows), model.size(1));
    for_each_range(run, hidden.rows(), 32, [&](index begin, index end) {
      mean_field_workspace<AnyModel> work(model);
      layer_scratch<AnyModel> means(model, 1);
      for (index i = begin; i < end; ++i) {
        mean_field(model, data_row(rows, i), means.spans(), work, options_.contrastive.mean_field,
                   factors);
        std::copy_n(means[1].data(), hidden.cols(), hidden.data() + i * hidden.cols());
      }
    });
  }

  static vector<scalar> column_means(const matrix<scalar>& rows) {
    vector<scalar> means = vector<scalar>::Zero(rows.cols());
    for (index i = 0; i < rows.rows(); ++i)
      for (index k = 0; k < rows.cols(); ++k) means[k] += rows(i, k);
    return means / static_cast<scalar>(rows.rows());
  }

  [[nodiscard]] bool dispersion_is_due() const {
    return options_.dispersion_every > 0 && (epoch_ + 1) % options_.dispersion_every == 0 &&
           (stage_ < hidden_layers || options_.dispersion_in_joint);
  }

  template <executor Executor, class AnyModel>
  void update_theta(const Executor& run, AnyModel& model, const matrix<scalar>& hidden) {
    if constexpr (has_inverse_dispersion<AnyModel>) {
      if (!by_gene_) by_gene_.emplace(training_);
      scratch_vector<scalar> limits(model.size(0));
      write_limits(model, as_span(limits));
      update_dispersion(run, model, *by_gene_, hidden, as_span(std::as_const(limits)),
                        options_.dispersion, dispersion_work_, statuses_);
      options_.constraint.apply(model);
    }
  }

  template <executor Executor, class AnyModel, class Rows>
  void record(const Executor& run, contrastive_phase<AnyModel>& phase, const Rows& rows,
              double rate) {
    const AnyModel& model = phase.model();
    dbm_training_record& line = next_line(rate);
    if constexpr (count_source<Rows>) {
      line.reconstruction_error =
          reconstruction_error(run, model, rows, options_.contrastive.mean_field);
      if (model.template units<1>().states() <= monitored_states) {
        const auto& hidden = phase.enumerate(run, monitored_states);
        const auto fit_to = [&](const auto& counts, vector<scalar>& base) {
          log_base_measures(model.visible(), counts, exact_work_.masses, base);
          return exact_fit(run, model, hidden, counts, base);
        };
        const auto fit = fit_to(rows, exact_work_.base);
        line.free_energy = fit.free_energy;
        line.log_likelihood = fit.log_likelihood;
        if (held_out_.cells() > 0) {
          const auto fresh = fit_to(held_out_, exact_work_.held_out_base);
          line.held_out_free_energy = fresh.free_energy;
          line.held_out_log_likelihood = fresh.log_likelihood;
        }
      }
    } else {
      line.reconstruction_error = dense_reconstruction_error(model, rows);
    }
    write_norms(model, line);
  }

  /// A fresh line of the log, with room for all that the stage may write.
  dbm_training_record& next_line(double rate) {
    if (blank_lines_.empty()) {
      const auto count = static_cast<std::size_t>(std::max<index>(1, stage_epochs() - epoch_ + 1));
      dbm_training_record blank{};
      blank.stage = stage_name();
      blank.weight_norms.resize(hidden_layers);
      blank_lines_.assign(count, blank);
      log_.reserve(log_.size() + count);
    }
    log_.push_back(std::move(blank_lines_.back()));
    blank_lines_.pop_back();
    log_.back().epoch = epoch_;
    log_.back().learning_rate = rate;
    return log_.back();
  }

  template <class AnyModel>
  static void write_norms(const AnyModel& model, dbm_training_record& line) {
    line.weight_norms.resize(AnyModel::hidden_layers);
    for (std::size_t l = 0; l < AnyModel::hidden_layers; ++l)
      line.weight_norms[l] = weight_norm(model, l);
  }

  /// The likelihood is not known.
  template <executor Executor>
  void record_sampled(const Executor& run) {
    dbm_training_record& line = next_line(0);
    if constexpr (one_hidden_layer<Model>)
      line.reconstruction_error =
          reconstruction_error(run, joint_->model(), training_, sampled_->data.hidden);
    write_norms(joint_->model(), line);
  }

  /// The line of an exact iteration, whose figures the E-step has found already.
  template <executor Executor>
  void record_exact(const Executor& run) {
    const Model& model = joint_->model();
    dbm_training_record& line = next_line(0);
    line.reconstruction_error = reconstruction_error(run, model, training_, exact_->data.hidden);
    line.log_likelihood = exact_->log_likelihood();
    line.free_energy =
        -(*line.log_likelihood + static_cast<double>(exact_->hidden.log_partition()));
    if (held_out_.cells() > 0) {
      const auto fresh = exact_fit(run, model, exact_->hidden, held_out_, exact_->held_out_base);
      line.held_out_free_energy = fresh.free_energy;
      line.held_out_log_likelihood = fresh.log_likelihood;
    }
    write_norms(model, line);
  }

  template <class AnyModel>
  static double dense_reconstruction_error(const AnyModel& model, const matrix<scalar>& rows) {
    mean_field_workspace<AnyModel> work(model);
    layer_scratch<AnyModel> means(model, 1);
    scratch_vector<scalar> eta(model.size(0)), expected(model.size(0));
    double error = 0;
    for (index i = 0; i < rows.rows(); ++i) {
      mean_field(model, data_row(rows, i), means.spans(), work);
      model.visible_input(means[1], as_span(eta));
      model.visible().mean(as_span(std::as_const(eta)), as_span(expected));
      for (index k = 0; k < rows.cols(); ++k)
        error += std::abs(static_cast<double>(rows(i, k) - expected[k]));
    }
    return error / static_cast<double>(rows.size());
  }

  static constexpr index monitored_states = 1024;
  /// Of weights between hidden layers where exact EM starts.
  static constexpr double upper_spread = 1;

  const Counts* counts_;
  Options options_;
  random_engine root_;
  cell_selection<Counts> training_, held_out_;
  std::vector<double> gene_means_;
  std::optional<counts_by_gene<typename Counts::value_type>> by_gene_;
  pretraining pretraining_;
  std::optional<contrastive_phase<Model>> joint_;
  std::optional<exact_state> exact_;
  exact_work exact_work_;
  std::optional<best_so_far> best_;
  bool samples_ = false;  ///< sampled EM in place of exact
  std::optional<sampled_em_state<Model>> sampled_;
  std::vector<typename Model::state_type> particles_;
  matrix<scalar> hidden_;      ///< memory for E[h_1 | row] of every row
  matrix<scalar> upper_rows_;  ///< hidden means that the next machine of the stack learns from
  std::size_t stage_ = 0;      ///< hidden layer in pretraining, then joint, then exact
  index epoch_ = 0;            ///< epochs done in this stage
  std::vector<dbm_training_record> log_;
  std::vector<dbm_training_record> blank_lines_;  ///< for the rest of the stage
  std::vector<dispersion_status> statuses_;
  dispersion_work<scalar> dispersion_work_;
};

/// Trains a model on counts (cells x genes) to the end.
///
///     const auto model = train<dbm<negative_binomial, bernoulli, bernoulli>>(
///         counts, {.hidden = {4, 2}}, rng);
///
/// @throws as `dbm_trainer`.
template <class Model, class Options = training_options<Model>, count_source Counts>
Model train(const Counts& counts, const Options& options, random_engine& rng) {
  dbm_trainer<Model, Counts, Options> trainer(counts, options, rng);
  trainer.run(serial_executor{}, silent{});
  return trainer.model();
}

}  // namespace harmonium::inline v0_2
