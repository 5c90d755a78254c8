// SPDX-License-Identifier: MIT
/// @file
/// Definition of `fit_scdbm`; included by the translation units that instantiate it.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/core/watched_executor.hpp"
#include "harmonium/io/models/sampled.hpp"
#include "harmonium/likelihood/bracket_log_partition.hpp"
#include "harmonium/likelihood/estimated_fit.hpp"
#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/likelihood/mean_field_reference.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/training/default_recipe.hpp"
#include "harmonium/training/monitors.hpp"
#include "harmonium/training/negative/collapsed_particles.hpp"
#include "harmonium/training/negative/either_phase.hpp"
#include "harmonium/training/negative/enumerated.hpp"
#include "harmonium/training/paper_recipe.hpp"
#include "harmonium/training/particle_states.hpp"
#include "harmonium/training/trainer.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "residual_cells.hpp"
#include "scdbm.hpp"
#include "synthetic_cells.hpp"

namespace program {

namespace hm = harmonium;

template <std::size_t HiddenLayers>
struct scdbm_of;
template <>
struct scdbm_of<1> {
  using type = hm::dbm<hm::negative_binomial, hm::bernoulli>;
};
template <>
struct scdbm_of<2> {
  using type = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
};
template <>
struct scdbm_of<3> {
  using type = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli, hm::bernoulli>;
};

/// Recipes of a stack. Steps come first, as many epochs as are asked for; then exact or, for one
/// hidden layer too large for it, maximum likelihood that grows from a few units.
using steps_phase = hm::either_phase<hm::enumerated, hm::collapsed_particles>;
template <std::size_t HiddenLayers>
struct recipes_of {
  using usual = hm::then<hm::pretrain<steps_phase>, hm::joint<steps_phase>, hm::exact_em>;
  using paper = hm::paper_recipe_type;
};
template <>
struct recipes_of<1> {
  using usual = hm::then<hm::pretrain<steps_phase>, hm::exact_em, hm::grown_em>;
  using paper = hm::then<hm::pretrain<hm::block_particles, hm::plain_gradient, hm::constant_rate,
                                      hm::non_positive_weights>>;
};

/// Epochs of pretraining and, last, of joint training.
template <std::size_t HiddenLayers, class Recipe>
void set_epochs(Recipe& recipe, const std::vector<hm::index>& epochs) {
  auto& first = std::get<0>(recipe.stages);
  first.epochs.assign(epochs.begin(), epochs.begin() + HiddenLayers);
  if constexpr (HiddenLayers > 1) std::get<1>(recipe.stages).epochs = epochs.back();
}

template <std::size_t HiddenLayers>
std::array<hm::layer_size, HiddenLayers> sizes_of(const generate_options& asked) {
  return [&]<std::size_t... L>(std::index_sequence<L...>) {
    return std::array<hm::layer_size, HiddenLayers>{hm::layer_size(asked.hidden[L])...};
  }
  (std::make_index_sequence<HiddenLayers>{});
}

/// What the command line says of steps.
template <std::size_t HiddenLayers, class Recipe>
void apply_options(Recipe& recipe, const generate_options& asked) {
  if (!asked.epochs.empty()) set_epochs<HiddenLayers>(recipe, asked.epochs);
  if (!asked.learning_rate) return;
  std::get<0>(recipe.stages).learning_rate.initial = *asked.learning_rate;
  if constexpr (HiddenLayers > 1)
    std::get<1>(recipe.stages).learning_rate.initial = *asked.learning_rate;
}

/// Steps only where they are asked for, by epochs or by a learning rate, or where nothing else
/// serves: several layers on a first one too large to enumerate.
template <std::size_t HiddenLayers>
auto usual_recipe(const generate_options& asked, bool small) {
  typename recipes_of<HiddenLayers>::usual recipe;
  const bool steps = !asked.epochs.empty() || asked.learning_rate;
  if (!steps && (small || HiddenLayers == 1))
    set_epochs<HiddenLayers>(recipe, std::vector<hm::index>(HiddenLayers + 1, 0));
  if constexpr (HiddenLayers == 1) {
    if (small || steps) std::get<2>(recipe.stages).iterations = 0;
    std::get<1>(recipe.stages).patience = asked.patience.value_or(0);
  } else {
    std::get<2>(recipe.stages).patience = asked.patience.value_or(0);
  }
  apply_options<HiddenLayers>(recipe, asked);
  return recipe;
}

inline std::string machine_log_as_csv(const hm::training_log& log) {
  std::string csv =
      "stage,epoch,learning_rate,reconstruction_error,mean_field_unconverged,weight_norms,"
      "free_energy,log_likelihood,"
      "held_out_free_energy,held_out_log_likelihood\n";
  for (const auto& line : log) {
    csv += line.stage + "," + std::to_string(line.epoch) + "," +
           field(line.figure("learning_rate").value_or(0)) + "," +
           field(line.figure("reconstruction_error")) + "," +
           std::to_string(static_cast<long>(line.figure("mean_field_unconverged").value_or(0))) +
           ",";
    const char* space = "";
    for (const auto& [name, value] : line.figures) {
      if (!name.starts_with("weight_norm")) continue;
      csv += space + field(value);
      space = " ";
    }
    csv += "," + field(line.figure("free_energy")) + "," + field(line.figure("log_likelihood")) +
           "," + field(line.figure("held_out_free_energy")) + "," +
           field(line.figure("held_out_log_likelihood")) + "\n";
  }
  return csv;
}

/// The states of an enumerable model; of another, the particles that training left.
template <class Model>
hm::count_states states_that_count(const hm::thread_executor& run, const Model& model,
                                   const std::vector<typename Model::state_type>& particles,
                                   const hm::count_matrix<>& pilot) {
  if constexpr (hm::one_hidden_layer<Model>) {
    if (!particles.empty())
      return hm::states_of(run, model, hm::particle_states(run, model, particles, pilot), pilot);
  }
  return hm::states_of(run, model,
                       hm::hidden_enumeration<Model>(run, model, hm::exact{}.max_states), pilot);
}

/// Held-out cells, or the others.
inline hm::count_matrix<> cells_of(const hm::count_matrix<>& counts, std::vector<hm::index> held,
                                   bool held_out) {
  std::sort(held.begin(), held.end());
  if (held_out) return hm::select_cells(counts, std::span<const hm::index>(held));
  std::vector<hm::index> rest;
  for (hm::index i = 0; i < counts.cells(); ++i)
    if (!std::binary_search(held.begin(), held.end(), i)) rest.push_back(i);
  return hm::select_cells(counts, std::span<const hm::index>(rest));
}

/// Facts: the log-likelihood of cells from both sides of log Z, or exactly. Draws are its own, so
/// that the cells that `rng` makes later are the same with it and without. Stopped by `watch` it
/// says so in `made.cut_short`: the model is there.
template <class Model>
void tell_both_sides(const hm::thread_executor& run, const Model& model,
                     const hm::count_matrix<>& counts, const std::vector<hm::index>& held,
                     terminal_progress& watch, hm::random_engine rng, fitted_model& made) {
  using facts_of = std::vector<std::pair<std::string, hm::count_matrix<>>>;
  facts_of sets;
  sets.emplace_back("log-likelihood", cells_of(counts, held, false));
  if (!held.empty()) sets.emplace_back("held-out", cells_of(counts, held, true));
  const hm::watched_executor within(run, watch, hm::progress{"both sides of log Z", 0, 1, {}});
  const auto start = std::chrono::steady_clock::now();
  try {
    if (model.template units<1>().states() <= hm::exact{}.max_states) {
      const hm::hidden_enumeration<Model> hidden(within, model, hm::exact{}.max_states);
      const bool told = std::any_of(made.facts.begin(), made.facts.end(), [](const auto& fact) {
        return fact.first == "log-likelihood";
      });
      for (const auto& [name, cells] : sets)
        if (name != "log-likelihood" || !told)
          made.facts.emplace_back(
              name, rounded(hm::exact_fit(within, model, hidden, cells).log_likelihood) +
                        " nats per cell");
      return;
    }
    const auto reference = hm::mean_field_reference(within, model, sets.front().second);
    const auto sides = hm::bracket_log_partition(within, model, reference, {}, rng);
    for (const auto& [name, cells] : sets) {
      const auto fit = hm::estimated_fit(within, model, sides, cells);
      made.facts.emplace_back(name + ", lower", rounded(fit.lower, 7) + " (standard error " +
                                                    rounded(fit.lower_error, 2) +
                                                    ") nats per cell");
      made.facts.emplace_back(
          name + ", upper",
          rounded(fit.upper, 7) + " (standard error " + rounded(fit.upper_error, 2) +
              ") nats per cell" +
              (fit.mean_field_bound ? ", no bound: of the cells' hidden layers a lower one" : ""));
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    made.facts.emplace_back("gap of log Z", rounded(sides.upper - sides.lower, 3) + " nats, " +
                                                std::to_string(sides.temperatures) +
                                                " temperatures, " + rounded(seconds.count(), 3) +
                                                " s");
    made.facts.emplace_back("effective runs", rounded(sides.lower_effective_runs, 3) + " and " +
                                                  rounded(sides.upper_effective_runs, 3) + " of " +
                                                  std::to_string(sides.runs));
    made.facts.emplace_back(
        "tempered chains",
        sides.chains_came_round
            ? "came round, " + rounded(sides.round_trips, 3) + " times each"
            : "did not all come round: log Z may be larger, the log-likelihood lower");
  } catch (const hm::stopped_by_observer&) {
    made.facts.emplace_back("log-likelihood", "both sides were stopped before they were known");
    made.cut_short = "both sides of its log-likelihood";
  }
}

template <class Model, class Recipe>
fitted_model fit_machine(const hm::thread_executor& run, const pilot_data& pilot,
                         const generate_options& asked, hm::training_settings<Model> settings,
                         const Recipe& recipe, terminal_progress& watch, hm::random_engine& rng) {
  constexpr std::size_t layers = Model::hidden_layers;
  settings.hidden = sizes_of<layers>(asked);
  if (asked.held_out > 0) {
    hm::require(asked.held_out < pilot.training.cells(), "--held-out",
                "must leave at least one of the " + std::to_string(pilot.training.cells()) +
                    " training cells");
    settings.held_out =
        hm::draw::sample_without_replacement(pilot.training.cells(), asked.held_out, rng);
  }

  hm::recipe_trainer<Model, hm::count_matrix<>, Recipe> trainer(pilot.training, settings, recipe,
                                                                rng);
  if (!trainer.run(run, std::ref(watch))) throw interruption{};
  const Model& model = trainer.model();
  hm::require(trainer.log().empty() ||
                  std::isfinite(trainer.log().back().figure("reconstruction_error").value_or(0)),
              "--learning-rate", "training diverged; try a smaller one");

  const bool small = model.template units<1>().states() <= hm::exact{}.max_states;
  // The paper samples by Gibbs chains; so does whoever names a burn-in.
  const bool by_gibbs = asked.sampler == "gibbs" ||
                        (asked.sampler == "auto" && (asked.burn_in || asked.preset == "paper"));
  const hm::index burn_in = asked.burn_in.value_or(50);
  const bool sampled = !trainer.particles().empty();
  const bool by_particles = asked.sampler == "auto" && !by_gibbs && sampled;
  const bool by_collapsed = asked.sampler == "auto" && !by_gibbs && !small && !sampled;
  fitted_model made;
  if (asked.residual != "none" || by_particles) {
    hm::require(small || sampled, "--residual",
                "needs a first hidden layer of up to 14 units, or no layer above it and no epochs");
    made.model = fit_residual(run, pilot.training,
                              states_that_count(run, model, trainer.particles(), pilot.training),
                              {}, asked, watch, rng)
                     .model;
    if (asked.residual != "none")
      made.facts.emplace_back("residual correlation", residual_in_words(asked.residual));
  } else if (by_gibbs) {
    made.model.emplace(hm::sampled(model, hm::gibbs{.burn_in = burn_in}));
  } else if (by_collapsed) {
    made.model.emplace(hm::sampled(model, hm::collapsed{.burn_in = burn_in}));
  } else {
    made.model.emplace(hm::sampled(model, hm::exact{}));
  }

  made.training_log = machine_log_as_csv(trainer.log());
  std::string sizes;
  for (std::size_t l = 0; l < layers; ++l)
    sizes += (l > 0 ? " + " : "") + std::to_string(asked.hidden[l]);
  made.facts.emplace_back("hidden units", sizes);
  if (asked.preset != "paper" && !small && !sampled)
    made.facts.emplace_back(
        "note",
        "a first hidden layer of more than 14 units with layers above it, or with --epochs, is "
        "trained by steps: most gene means are off by more than a tenth");
  if (sampled)
    made.facts.emplace_back("note",
                            "the first 8 units are trained exactly, the others by particles, which "
                            "add little to them");
  const std::string sweeps = ", burn-in " + std::to_string(burn_in);
  made.facts.emplace_back("sampler", by_gibbs       ? "Gibbs" + sweeps
                                     : by_collapsed ? "collapsed Gibbs" + sweeps
                                     : by_particles ? "the particles of training"
                                                    : "exact (the hidden layer is enumerated)");
  if (!trainer.log().empty()) {
    if (const auto fit = trainer.log().back().figure("log_likelihood"))
      made.facts.emplace_back("log-likelihood", rounded(*fit) + " nats per cell");
  }
  if (asked.both_sides)
    tell_both_sides(run, model, pilot.training, settings.held_out, watch, rng, made);
  const auto& theta = model.visible().inverse_dispersion();
  made.inverse_dispersion.assign(theta.data(), theta.data() + theta.size());
  for (const auto status : trainer.statuses())
    made.dispersion_status.emplace_back(to_string(status));
  made.dispersion_status.resize(made.inverse_dispersion.size(), "not estimated");
  return made;
}

template <std::size_t HiddenLayers>
fitted_model fit_scdbm(const hm::thread_executor& run, const pilot_data& pilot,
                       const generate_options& options, terminal_progress& watch,
                       hm::random_engine& rng) {
  using model = typename scdbm_of<HiddenLayers>::type;
  const bool small = hm::bernoulli(options.hidden[0]).states() <= hm::exact_em{}.max_states;
  hm::require(!options.patience || (small && options.preset != "paper"), "--patience",
              "is of exact maximum likelihood, which needs a first hidden layer of up to 14 units "
              "and is not the paper's");
  if (options.preset == "paper") {
    const auto published = hm::paper_recipe();
    typename recipes_of<HiddenLayers>::paper recipe;
    if constexpr (HiddenLayers == 1)
      std::get<0>(recipe.stages) = std::get<0>(published.stages);
    else
      recipe = published;
    apply_options<HiddenLayers>(recipe, options);
    return fit_machine<model>(run, pilot, options, hm::paper_settings<model>(), recipe, watch, rng);
  }
  return fit_machine<model>(run, pilot, options,
                            hm::training_settings<model>{.hidden = sizes_of<HiddenLayers>(options)},
                            usual_recipe<HiddenLayers>(options, small), watch, rng);
}

}  // namespace program
