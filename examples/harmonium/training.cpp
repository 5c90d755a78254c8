// SPDX-License-Identifier: MIT
#include "training.hpp"

#include <bit>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cell_types.hpp"
#include "harmonium/io/models/baselines.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/version.hpp"
#include "harmonium_model.hpp"
#include "in_one_step.hpp"
#include "interrupt.hpp"
#include "make_cells.hpp"
#include "scdbm.hpp"
#include "variational_model.hpp"

namespace program {

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

/// Names of labels as numbers, in the order of their first appearance.
std::vector<hm::index> as_numbers(const std::vector<std::string>& labels) {
  std::map<std::string, hm::index> number;
  std::vector<hm::index> numbers;
  numbers.reserve(labels.size());
  for (const auto& label : labels)
    numbers.push_back(
        number.try_emplace(label, static_cast<hm::index>(number.size())).first->second);
  return numbers;
}

bool is_variational(const generate_options& options) {
  return options.model == "vae-prior" || options.model == "vae-posterior";
}

fitted_model fit_model(const hm::thread_executor& run, const pilot_data& pilot,
                       const generate_options& options, terminal_progress& watch,
                       hm::random_engine& rng) {
  const auto& counts = pilot.training;
  const auto from = [&](auto fitted) {
    fitted_model made;
    made.model.emplace(std::move(fitted));
    return made;
  };
  if (options.model == "bootstrap") return from(hm::bootstrap::fit(counts));
  if (options.model == "noisy") return from(hm::noisy_replicate::fit(counts));
  // What is no trainer is one step, with looks inside.
  const auto watched = [&](const auto& fit) { return in_one_step(run, watch, "fitting", fit); };
  if (options.model == "independent-nb")
    return from(watched([&](const auto& on) { return hm::independent_nb::fit(on, counts); }));
  if (options.model == "harmonium") return fit_harmonium(run, pilot, options, watch, rng);
  if (is_variational(options)) return fit_variational(run, pilot, options, watch, rng);
  if (options.model == "cluster-nb") {
    const auto fitted = watched([&](const auto& on) {
      return pilot.labels ? hm::cluster_nb::fit(on, counts, as_numbers(*pilot.labels))
                          : hm::cluster_nb::fit(on, counts, {.clusters = options.clusters}, rng);
    });
    auto made = from(fitted);
    made.facts.emplace_back("clusters", std::to_string(fitted.clusters()) +
                                            (pilot.labels ? ", by the labels" : ", by k-means"));
    return made;
  }
  switch (options.hidden.size()) {
    case 1:
      return fit_scdbm<1>(run, pilot, options, watch, rng);
    case 2:
      return fit_scdbm<2>(run, pilot, options, watch, rng);
    default:
      return fit_scdbm<3>(run, pilot, options, watch, rng);
  }
}

/// Before any work: options that contradict each other or that the model has no use for.
void check_together(const generate_options& options) {
  const generate_options unset;
  const bool scdbm = options.model == "scdbm", harmonium = options.model == "harmonium";
  const bool variational = is_variational(options);
  const std::pair<const char*, bool> given[] = {
      {"--preset", options.preset != unset.preset},
      {"--epochs", !options.epochs.empty()},
      {"--learning-rate", options.learning_rate.has_value()},
      {"--sampler", options.sampler != unset.sampler},
      {"--burn-in", options.burn_in.has_value()},
      {"--patience", options.patience.has_value()},
      {"--both-sides", options.both_sides},
      {"--size-factors", options.size_factors != unset.size_factors},
      {"--cells-of", !options.cells_of.empty()},
      {"--hidden", !options.hidden.empty() || options.choose_hidden},
      {"--residual", !options.residual.empty()},
      {"--fits", options.fits != unset.fits},
      {"--prior", !options.prior.empty()},
      {"--types-of-prior", options.types_of_prior},
      {"--batch-column", !options.batch_column.empty()},
      {"--donor-column", !options.donor_column.empty()},
      {"--held-out", options.held_out != unset.held_out}};
  for (const auto& [name, is_given] : given) {
    const std::string option = name;
    const bool of_training =
        option == "--preset" || option == "--epochs" || option == "--learning-rate";
    const bool of_chains = option == "--sampler" || option == "--burn-in" ||
                           option == "--patience" || option == "--both-sides";
    const bool posterior = options.model == "vae-posterior";
    const bool used = of_training                    ? scdbm || variational
                      : of_chains                    ? scdbm
                      : option == "--size-factors"   ? harmonium
                      : option == "--fits"           ? harmonium
                      : option == "--prior"          ? harmonium
                      : option == "--types-of-prior" ? harmonium
                      : option == "--batch-column"   ? harmonium
                      : option == "--donor-column"   ? harmonium
                      : option == "--cells-of"       ? harmonium || variational
                      : option == "--residual"       ? scdbm || harmonium || posterior
                                                     : scdbm || harmonium;
    hm::require(!is_given || used, "--model", options.model + " has no use for " + option);
  }
  hm::require(!options.patience || options.held_out > 0, "--patience", "needs --held-out cells");
  hm::require(options.fits <= 1 || (options.batch_column.empty() && options.donor_column.empty()),
              "--fits", "must be 1 with --batch-column and --donor-column");
  hm::require(!options.prior.empty() || options.prior_weight == unset.prior_weight,
              "--prior-weight", "needs a --prior");
  hm::require(!options.types_of_prior || !options.prior.empty(), "--types-of-prior",
              "needs a --prior");
  hm::require(
      !options.types_of_prior || (options.batch_column.empty() && options.donor_column.empty()),
      "--types-of-prior", "does not go with --batch-column and --donor-column");
  check_wanted(options);
  const bool low_rank = options.residual == "low-rank" || (harmonium && options.residual.empty());
  hm::require(!options.rank || low_rank, "--rank", "is for --residual low-rank");
  hm::require(!options.rank || *options.rank >= 1, "--rank",
              "must be at least 1, got " + std::to_string(options.rank.value_or(0)));
  hm::require(options.batch_column.empty() || options.donor_column.empty(), "--donor-column",
              "does not go with --batch-column");
  hm::require(options.batches.empty() || !options.batch_column.empty(), "--batch",
              "needs --batch-column");
  hm::require(options.donors.empty() || !options.donor_column.empty(), "--donor",
              "needs --donor-column");
  hm::require(!options.new_donors || !options.donor_column.empty(), "--new-donors",
              "needs --donor-column");
  hm::require(options.cells_of.empty() || !options.labels.empty() || !options.labels_column.empty(),
              "--cells-of", "needs the types of --labels or --labels-column");
  hm::require(!harmonium || options.hidden.size() <= 1, "--hidden",
              "harmonium has one hidden group: expected one number or auto");
  hm::require(!scdbm || !options.choose_hidden, "--hidden", "auto is for harmonium");
  hm::require(!scdbm || options.residual.empty() || options.residual == "none" ||
                  (options.sampler == "auto" && !options.burn_in),
              "--residual", "goes with exact sampling, not with --sampler or --burn-in");
  const bool own_preset = options.preset == "pilot_default" || options.preset == "scvi_default" ||
                          options.preset == "paper_notebook";
  hm::require(options.preset == unset.preset || own_preset == variational, "--preset",
              options.model + " has no preset " + options.preset);
  hm::require(!variational || options.residual.empty() || options.residual == "none" ||
                  (!options.mean_library && options.cells_of.empty()),
              "--residual", "of vae-posterior goes with neither --library nor --cells-of");
  hm::require(!variational || options.epochs.size() <= 1, "--epochs",
              options.model + " trains in one stage: expected one number");
  if (!scdbm) return;
  const std::size_t layers = options.hidden.empty() ? 2 : options.hidden.size();
  const std::size_t phases = layers + (layers > 1 ? 1 : 0);
  hm::require(options.epochs.empty() || options.epochs.size() == phases, "--epochs",
              "expected " + std::to_string(phases) + (phases == 1 ? " number" : " numbers") +
                  " with --hidden of " + std::to_string(layers) +
                  (layers == 1 ? " layer" : " layers, the last for joint training") + ", got " +
                  std::to_string(options.epochs.size()));
  if (options.sampler != "exact") return;
  hm::require(!options.burn_in, "--burn-in", "the exact sampler has none");
  const long most = std::countr_zero(static_cast<std::uint64_t>(hm::exact{}.max_states));
  hm::require(options.hidden.empty() || options.hidden.front() <= most, "--sampler",
              "exact needs a first hidden layer of up to " + std::to_string(most) + " units, got " +
                  std::to_string(options.hidden.front()));
}

}  // namespace

io::model_notes notes_of(const pilot_data& pilot, std::vector<std::string> labels) {
  io::model_notes notes;
  notes.labels = std::move(labels);
  std::size_t next = 0;  // of the expressed genes
  for (hm::index m = 0; m < pilot.genes.size(); ++m) {
    const bool expressed = next < pilot.expressed.size() && pilot.expressed[next] == m;
    next += expressed ? 1 : 0;
    if (!expressed) notes.silent.at.push_back(m);
    const auto u = static_cast<std::size_t>(m);
    (expressed ? notes.genes : notes.silent.genes)
        .push_back(pilot.genes.ids[u], pilot.genes.symbols[u], pilot.genes.types[u]);
  }
  return notes;
}

nlohmann::ordered_json training_as_json(const generate_options& options) {
  nlohmann::ordered_json json;
  json["harmonium"] = hm::version;
  json["command"] = "fit";
  json["pilot"] = options.pilot;
  json["seed"] = options.seed;
  json["model"] = options.model;
  if (options.model == "harmonium") {
    if (options.choose_hidden)
      json["hidden"] = "auto";
    else
      json["hidden"] = options.hidden;
    json["residual"] = options.residual;
    if (options.rank) json["rank"] = *options.rank;
    json["size_factors"] = options.size_factors;
    if (options.fits > 0) json["fits"] = options.fits;
    if (!options.prior.empty()) {
      json["prior"] = options.prior;
      json["prior_weight"] = options.prior_weight;
      if (options.types_of_prior) json["types_of_prior"] = true;
    }
    json["held_out"] = options.held_out;
  }
  if (options.model == "scdbm") {
    json["preset"] = options.preset;
    json["hidden"] = options.hidden;
    json["residual"] = options.residual;
    if (options.rank) json["rank"] = *options.rank;
    if (!options.epochs.empty()) json["epochs"] = options.epochs;
    if (options.learning_rate) json["learning_rate"] = *options.learning_rate;
    json["sampler"] = options.sampler;
    if (options.burn_in) json["burn_in"] = *options.burn_in;
    json["held_out"] = options.held_out;
    if (options.patience) json["patience"] = *options.patience;
    if (options.both_sides) json["both_sides"] = true;
  }
  if (is_variational(options)) {
    json["preset"] = options.preset;
    if (options.model == "vae-posterior") json["residual"] = options.residual;
    if (options.rank) json["rank"] = *options.rank;
    if (!options.epochs.empty()) json["epochs"] = options.epochs;
    if (options.learning_rate) json["learning_rate"] = *options.learning_rate;
    if (options.mean_library) json["library"] = *options.mean_library;
  }
  if (options.chunk_cells) json["streamed"] = true;
  if (options.train_cells) json["train_cells"] = *options.train_cells;
  if (!options.genes.empty()) json["genes"] = options.genes;
  if (!options.orientation.empty()) json["orientation"] = options.orientation;
  json["feature_type"] = options.feature_type;
  if (!options.layer.empty()) json["layer"] = options.layer;
  if (!options.labels.empty()) json["labels"] = options.labels;
  if (!options.labels_column.empty()) json["labels_column"] = options.labels_column;
  if (!options.batch_column.empty()) json["batch_column"] = options.batch_column;
  if (!options.donor_column.empty()) json["donor_column"] = options.donor_column;
  if (options.model == "cluster-nb" && options.labels.empty() && options.labels_column.empty())
    json["clusters"] = options.clusters;
  return json;
}

fitted_model train(const hm::thread_executor& run, const pilot_data& pilot,
                   const generate_options& options, terminal_progress& watch,
                   hm::random_engine& rng) {
  // Types that nobody is of are told before the work.
  if (!options.cells_of.empty())
    (void)cells_per_type(options.cells_of, number_labels(pilot.labels).names);
  if (pilot.groups)
    check_groups(cells_wanted::of(options, 0), {options.donor_column.empty() ? "batch" : "donor",
                                                number_labels(pilot.groups).names});
  fitted_model made = fit_model(run, pilot, options, watch, rng);
  made.model = made.model->with_notes(notes_of(pilot, made.model->notes().labels));
  return made;
}

/// The options of a run with the model and its own defaults filled in.
/// @throws std::invalid_argument as `check_together`.
generate_options complete(generate_options options) {
  // Short names of the autoencoder's.
  if (options.preset == "pilot") options.preset = "pilot_default";
  if (options.preset == "scvi") options.preset = "scvi_default";
  if (options.preset == "notebook") options.preset = "paper_notebook";
  if (options.model.empty()) options.model = options.preset == "paper" ? "scdbm" : "harmonium";
  check_together(options);
  const bool scdbm = options.model == "scdbm";
  if (is_variational(options) && options.preset == "default") options.preset = "pilot_default";
  // Where a prior is used, the library says how many components there are at least.
  options.hidden_by_default = options.hidden.empty() && !options.choose_hidden;
  if (options.hidden.empty())
    options.hidden = scdbm ? std::vector<long>{4, 2} : std::vector<long>{8};
  if (options.residual.empty())
    options.residual = options.model == "harmonium" ? "low-rank" : "none";
  return options;
}

}  // namespace program
