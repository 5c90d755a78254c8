// SPDX-License-Identifier: MIT
#include "variational_model.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "cell_types.hpp"
#include "harmonium/core/watched_executor.hpp"
#include "harmonium/io/models/variational.hpp"
#include "harmonium/models/variational_states.hpp"
#include "harmonium/samplers/variational_posterior.hpp"
#include "harmonium/samplers/variational_prior.hpp"
#include "harmonium/training/train_variational.hpp"
#include "in_one_step.hpp"
#include "residual_cells.hpp"
#include "synthetic_cells.hpp"

namespace program {

namespace hm = harmonium;

namespace {

std::string log_as_csv(const hm::training_log& log) {
  std::string csv =
      "epoch,kl_weight,bound,reconstruction,latent_divergence,library_divergence,"
      "held_out_bound\n";
  for (const auto& line : log) {
    csv += std::to_string(line.epoch);
    for (const char* name : {"weight", "bound", "reconstruction", "latent_divergence",
                             "library_divergence", "held_out_bound"}) {
      const auto value = line.figure(name);
      csv += "," + (value ? field(*value) : std::string());
    }
    csv += "\n";
  }
  return csv;
}

hm::variational_options preset(const std::string& name) {
  if (name == "scvi_default") return hm::scvi_default();
  if (name == "paper_notebook") return hm::paper_notebook();
  return hm::pilot_default();
}

std::string in_words(const hm::evidence_bound& bound) {
  return rounded(bound.value()) + " nats per cell (reconstruction " +
         rounded(bound.reconstruction) + ", divergence " + rounded(bound.divergence(), 4) + ")";
}

/// Facts: the bound of the cells trained on and of those held out. Stopped by `watch` it says so in
/// `made.cut_short`: the model is there.
void tell_bounds(const hm::thread_executor& run, const hm::variational_autoencoder<>& model,
                 const hm::variational_trainer<>& trainer, terminal_progress& watch,
                 hm::random_engine rng, fitted_model& made) {
  const hm::watched_executor within(run, watch, hm::progress{"the cells' bound", 0, 1, {}});
  try {
    const auto& training = trainer.training_cells();
    made.facts.emplace_back("bound", in_words(hm::bound_of(within, model, training, 20, rng)) +
                                         ", " + std::to_string(training.cells()) +
                                         " training cells");
    const auto& held_out = trainer.held_out_cells();
    if (held_out.cells() == 0) return;
    made.facts.emplace_back("held-out bound",
                            in_words(hm::bound_of(within, model, held_out, 20, rng)) + ", " +
                                std::to_string(held_out.cells()) + " cells");
  } catch (const hm::stopped_by_observer&) {
    made.facts.emplace_back("bound", "stopped before it was known");
    made.cut_short = "its cells' bound";
  }
}

}  // namespace

fitted_model fit_variational(const hm::thread_executor& run, const pilot_data& pilot,
                             const generate_options& asked, terminal_progress& watch,
                             hm::random_engine& rng) {
  const numbered_labels labels = number_labels(pilot.labels);

  hm::variational_options options = preset(asked.preset);
  if (!asked.epochs.empty()) options.epochs = asked.epochs.front();
  if (asked.learning_rate) options.adam.rate = *asked.learning_rate;
  if (!options.monitor) options.monitor = hm::held_out_monitor{.every = 10};
  const auto watched = [&](const auto& what) {
    return in_one_step(run, watch, "preparing cells", what);
  };
  auto trainer = watched([&](const auto& within) {
    return hm::variational_trainer<>(within, pilot.training, options, rng);
  });
  if (!trainer.run(run, std::ref(watch))) throw interruption{};
  const auto model = std::make_shared<const hm::variational_autoencoder<>>(trainer.model());

  fitted_model made;
  made.training_log = log_as_csv(trainer.log());
  const hm::depth_options depth{.mean_library = asked.mean_library.value_or(0)};
  if (asked.model == "vae-posterior") {
    if (asked.residual != "none") {
      hm::io::model_notes notes;  // each state is what the autoencoder makes of a pilot cell
      notes.pilot = hm::io::pilot_in_file::cells;
      auto states = watched(
          [&](const auto& within) { return hm::states_of(within, *model, pilot.training); });
      made.model = fit_residual(run, pilot.training, std::move(states), {}, asked, watch, rng)
                       .model.with_notes(std::move(notes));
    } else {
      made.model.emplace(watched([&](const auto& within) {
        return hm::variational_posterior<>(within, model, pilot.training, depth);
      }));
    }
    for (const hm::index row : pilot.rows)
      made.cell_barcodes.push_back(pilot.barcodes[static_cast<std::size_t>(row)]);
    if (pilot.labels) made.cell_labels = *pilot.labels;
    made.facts.emplace_back("sampler", "posterior: around encoded pilot cells (sources.tsv)");
    if (asked.residual != "none")
      made.facts.emplace_back("residual correlation", residual_in_words(asked.residual));
  } else {
    std::shared_ptr<const hm::latent_clusters> clusters;
    if (pilot.labels)
      clusters = std::make_shared<const hm::latent_clusters>(
          watched([&](const auto& within) { return model->encode(within, pilot.training); }),
          std::span<const hm::index>(labels.number));
    hm::io::model_notes notes;
    notes.labels = labels.names;
    made.model.emplace(hm::variational_prior<>(model, {}, clusters, depth), std::move(notes));
    made.facts.emplace_back("sampler", std::string("prior: z ~ N(0, I), library of the pilot") +
                                           (clusters ? ", by type" : ""));
  }
  if (interrupted) throw interruption{};

  const auto& shape = options.shape;
  made.facts.emplace_back("network", std::to_string(shape.encoder.size()) + " x " +
                                         std::to_string(shape.encoder.front()) +
                                         " hidden units, z of " + std::to_string(shape.latent) +
                                         ", " + asked.preset);
  made.facts.emplace_back("epochs", std::to_string(trainer.epoch()));
  tell_bounds(run, *model, trainer, watch, hm::random_engine(asked.seed, 1), made);
  const auto theta = model->theta();
  made.inverse_dispersion.assign(theta.data(), theta.data() + theta.size());
  made.dispersion_status.assign(made.inverse_dispersion.size(), "by gradient");
  return made;
}

}  // namespace program
