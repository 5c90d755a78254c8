// SPDX-License-Identifier: MIT
/// @file
/// Definition of `run_scdbm`; included by the translation units that instantiate it.
#pragma once

#include <cmath>
#include <functional>
#include <optional>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/generate.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/training/dbm_trainer.hpp"
#include "harmonium/training/monitors.hpp"
#include "harmonium/training/sampled_em.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "residual_cells.hpp"
#include "scdbm.hpp"

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

inline std::string log_as_csv(const std::vector<hm::training_record>& log) {
  std::string csv =
      "stage,epoch,learning_rate,reconstruction_error,mean_field_unconverged,weight_norms,"
      "free_energy,log_likelihood,"
      "held_out_free_energy,held_out_log_likelihood\n";
  for (const auto& line : log) {
    csv += line.stage + "," + std::to_string(line.epoch) + "," + field(line.learning_rate) + "," +
           field(line.reconstruction_error) + "," + std::to_string(line.mean_field_unconverged) +
           ",";
    for (std::size_t l = 0; l < line.weight_norms.size(); ++l)
      csv += (l > 0 ? " " : "") + field(line.weight_norms[l]);
    csv += "," + field(line.free_energy) + "," + field(line.log_likelihood) + "," +
           field(line.held_out_free_energy) + "," + field(line.held_out_log_likelihood) + "\n";
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

template <class Model, class Options>
synthetic_cells train_and_sample(const hm::thread_executor& run, const pilot_data& pilot,
                                 hm::index cells, const generate_options& asked, Options options,
                                 terminal_progress& watch, hm::random_engine& rng) {
  constexpr std::size_t layers = Model::hidden_layers;
  for (std::size_t l = 0; l < layers; ++l) options.hidden[l] = asked.hidden[l];
  if (!asked.epochs.empty()) {
    for (std::size_t l = 0; l < layers; ++l) options.pretraining_epochs[l] = asked.epochs[l];
    if (layers > 1) options.epochs = asked.epochs.back();
  }
  if (asked.learning_rate) {
    options.learning_rate.initial = *asked.learning_rate;
    if (asked.epochs.empty()) {  // a rate is of contrastive stages: they are wanted
      options.pretraining_epochs.fill(40);
      options.pretraining_epochs[0] = 60;
      options.epochs = 10;
    }
  }
  if (asked.held_out > 0) {
    hm::require(asked.held_out < pilot.training.cells(), "--held-out",
                "must leave at least one of the " + std::to_string(pilot.training.cells()) +
                    " training cells");
    options.held_out =
        hm::draw::sample_without_replacement(pilot.training.cells(), asked.held_out, rng);
    options.patience = asked.patience.value_or(0);
  }

  hm::dbm_trainer<Model, hm::count_matrix<>, Options> trainer(pilot.training, options, rng);
  if (!trainer.run(run, std::ref(watch))) throw interruption{};
  const Model& model = trainer.model();
  hm::require(trainer.log().empty() || std::isfinite(trainer.log().back().reconstruction_error),
              "--learning-rate", "training diverged; try a smaller one");

  const bool small = model.template units<1>().states() <= hm::exact{}.max_states;
  // The paper samples by Gibbs chains; so does whoever names a burn-in.
  const bool by_gibbs = asked.sampler == "gibbs" ||
                        (asked.sampler == "auto" && (asked.burn_in || asked.preset == "paper"));
  const hm::index burn_in = asked.burn_in.value_or(50);
  const bool sampled = !trainer.particles().empty();
  const bool by_particles = asked.sampler == "auto" && !by_gibbs && sampled;
  const bool by_collapsed = asked.sampler == "auto" && !by_gibbs && !small && !sampled;
  synthetic_cells made;
  if (asked.residual != "none" || by_particles) {
    hm::require(small || sampled, "--residual",
                "needs a first hidden layer of up to 14 units, or no layer above it and no epochs");
    made.cells =
        cells_with_residual(run, pilot.training,
                            states_that_count(run, model, trainer.particles(), pilot.training), {},
                            cells, asked, watch, rng)
            .made.cells;
    if (asked.residual != "none")
      made.facts.emplace_back("residual correlation", residual_in_words(asked.residual));
  } else if (by_gibbs) {
    made.cells = hm::generate(run, model, cells, hm::gibbs{.burn_in = burn_in}, watch, rng);
  } else if (by_collapsed) {
    made.cells = hm::generate(run, model, cells, hm::collapsed{.burn_in = burn_in}, watch, rng);
  } else {
    made.cells = hm::generate(run, model, cells, hm::exact{}, watch, rng);
  }
  if (made.cells.cells() < cells) throw interruption{};

  made.training_log = log_as_csv(trainer.log());
  std::string sizes;
  for (std::size_t l = 0; l < layers; ++l)
    sizes += (l > 0 ? " + " : "") + std::to_string(asked.hidden[l]);
  made.facts.emplace_back("hidden units", sizes);
  if (options.exact_iterations > 0 && !small && !sampled)
    made.facts.emplace_back(
        "note",
        "a first hidden layer of more than 14 units with layers above it, or with --epochs, is "
        "trained by steps: most gene means are off by more than a tenth");
  if (sampled)
    made.facts.emplace_back("note",
                            "sampled maximum likelihood does not converge in its iterations: cell "
                            "types come out too alike; up to 14 units are trained exactly");
  const std::string sweeps = ", burn-in " + std::to_string(burn_in);
  made.facts.emplace_back("sampler", by_gibbs       ? "Gibbs" + sweeps
                                     : by_collapsed ? "collapsed Gibbs" + sweeps
                                     : by_particles ? "the particles of training"
                                                    : "exact (the hidden layer is enumerated)");
  const auto& last = trainer.log().empty() ? hm::training_record{} : trainer.log().back();
  if (last.log_likelihood)
    made.facts.emplace_back("log-likelihood", rounded(*last.log_likelihood) + " nats per cell");
  const auto& theta = model.visible().inverse_dispersion();
  made.inverse_dispersion.assign(theta.data(), theta.data() + theta.size());
  for (const auto status : trainer.statuses())
    made.dispersion_status.emplace_back(to_string(status));
  made.dispersion_status.resize(made.inverse_dispersion.size(), "not estimated");
  return made;
}

template <std::size_t HiddenLayers>
synthetic_cells run_scdbm(const hm::thread_executor& run, const pilot_data& pilot, hm::index cells,
                          const generate_options& options, terminal_progress& watch,
                          hm::random_engine& rng) {
  using model = typename scdbm_of<HiddenLayers>::type;
  if (options.preset == "paper")
    return train_and_sample<model>(run, pilot, cells, options, hm::paper_training_options<model>(),
                                   watch, rng);
  return train_and_sample<model>(run, pilot, cells, options, hm::training_options<model>{}, watch,
                                 rng);
}

}  // namespace program
