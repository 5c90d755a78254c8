// SPDX-License-Identifier: MIT
#include "variational_model.hpp"

#include <functional>
#include <memory>
#include <span>

#include "cell_types.hpp"
#include "harmonium/models/variational_states.hpp"
#include "harmonium/samplers/variational_posterior.hpp"
#include "harmonium/samplers/variational_prior.hpp"
#include "harmonium/training/train_variational.hpp"
#include "residual_cells.hpp"

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

hm::cells_with_sources with_residual(const hm::thread_executor& run,
                                     const hm::variational_autoencoder<>& model,
                                     const pilot_data& pilot, hm::index cells,
                                     const generate_options& asked, terminal_progress& watch,
                                     hm::random_engine& rng) {
  auto made = cells_with_residual(run, pilot.training, hm::states_of(run, model, pilot.training),
                                  {}, cells, asked, watch, rng)
                  .made;
  return {std::move(made.cells), std::move(made.state)};
}

}  // namespace

synthetic_cells run_variational(const hm::thread_executor& run, const pilot_data& pilot,
                                hm::index cells, const generate_options& asked,
                                terminal_progress& watch, hm::random_engine& rng) {
  const numbered_labels labels = number_labels(pilot.labels);
  const auto per_type = cells_per_type(asked.cells_of, labels.names);

  hm::variational_options options = preset(asked.preset);
  if (!asked.epochs.empty()) options.epochs = asked.epochs.front();
  if (asked.learning_rate) options.adam.rate = *asked.learning_rate;
  if (!options.monitor) options.monitor = hm::held_out_monitor{.every = 10};
  hm::variational_trainer<> trainer(pilot.training, options, rng);
  if (!trainer.run(run, std::ref(watch))) throw interruption{};
  const auto model = std::make_shared<const hm::variational_autoencoder<>>(trainer.model());

  synthetic_cells made;
  made.training_log = log_as_csv(trainer.log());
  const hm::depth_options depth{.mean_library = asked.mean_library.value_or(0)};
  const hm::variational_posterior<> posterior(run, model, pilot.training, depth);
  if (asked.model == "vae-posterior") {
    auto drawn =
        asked.residual != "none" ? with_residual(run, *model, pilot, cells, asked, watch, rng)
        : per_type.empty()
            ? posterior.generate_with_sources(run, cells, std::ref(watch), rng)
            : posterior.generate_clusters(run, labels.number, per_type, std::ref(watch), rng);
    made.cells = std::move(drawn.cells);
    for (const hm::index source : drawn.source) {
      const auto row = static_cast<std::size_t>(pilot.rows[static_cast<std::size_t>(source)]);
      made.sources.push_back(pilot.all.barcodes[row]);
      if (pilot.labels) made.labels.push_back((*pilot.labels)[static_cast<std::size_t>(source)]);
    }
    made.facts.emplace_back("sampler", "posterior: around encoded pilot cells (sources.tsv)");
    if (asked.residual != "none")
      made.facts.emplace_back("residual correlation", residual_in_words(asked.residual));
  } else {
    std::shared_ptr<const hm::latent_clusters> clusters;
    if (pilot.labels)
      clusters = std::make_shared<const hm::latent_clusters>(
          posterior.encoded(), std::span<const hm::index>(labels.number));
    const hm::variational_prior<> prior(model, {}, clusters, depth);
    made.cells = per_type.empty() ? prior.generate(run, cells, std::ref(watch), rng)
                                  : prior.generate_clusters(run, per_type, std::ref(watch), rng);
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
  hm::random_engine own(asked.seed, 1);
  made.facts.emplace_back(
      "bound", in_words(hm::bound_of(run, *model, trainer.training_cells(), 20, own)) + ", " +
                   std::to_string(trainer.training_cells().cells()) + " training cells");
  if (trainer.held_out_cells().cells() > 0)
    made.facts.emplace_back("held-out bound",
                            in_words(hm::bound_of(run, *model, trainer.held_out_cells(), 20, own)) +
                                ", " + std::to_string(trainer.held_out_cells().cells()) + " cells");
  const auto theta = model->theta();
  made.inverse_dispersion.assign(theta.data(), theta.data() + theta.size());
  made.dispersion_status.assign(made.inverse_dispersion.size(), "by gradient");
  return made;
}

}  // namespace program
