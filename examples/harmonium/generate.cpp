// SPDX-License-Identifier: MIT
#include "generate.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "h5_files.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/io/output_file.hpp"
#include "harmonium/models/baselines/bootstrap.hpp"
#include "harmonium/models/baselines/cluster_nb.hpp"
#include "harmonium/models/baselines/independent_nb.hpp"
#include "harmonium/models/baselines/noisy_replicate.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/version.hpp"
#include "harmonium_model.hpp"
#include "output_folder.hpp"
#include "pilot.hpp"
#include "scdbm.hpp"
#include "terminal_progress.hpp"
#include "variational_model.hpp"

namespace program {

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

using clock = std::chrono::steady_clock;

double seconds_since(clock::time_point start) {
  return std::chrono::duration<double>(clock::now() - start).count();
}

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

synthetic_cells run_model(const hm::thread_executor& run, const pilot_data& pilot, hm::index cells,
                          const generate_options& options, terminal_progress& watch,
                          hm::random_engine& rng) {
  const auto& counts = pilot.training;
  const auto from = [&](const hm::generator auto& fitted) {
    return synthetic_cells{.cells = fitted.generate(run, cells, rng), .facts = {}};
  };
  if (options.model == "bootstrap") return from(hm::bootstrap::fit(counts));
  if (options.model == "noisy") return from(hm::noisy_replicate::fit(counts));
  if (options.model == "independent-nb") return from(hm::independent_nb::fit(run, counts));
  if (options.model == "harmonium") return run_harmonium(run, pilot, cells, options, watch, rng);
  if (is_variational(options)) return run_variational(run, pilot, cells, options, watch, rng);
  if (options.model == "cluster-nb") {
    const auto fitted = pilot.labels
                            ? hm::cluster_nb::fit(run, counts, as_numbers(*pilot.labels))
                            : hm::cluster_nb::fit(run, counts, {.clusters = options.clusters}, rng);
    auto made = from(fitted);
    made.facts.emplace_back("clusters", std::to_string(fitted.clusters()) +
                                            (pilot.labels ? ", by the labels" : ", by k-means"));
    return made;
  }
  switch (options.hidden.size()) {
    case 1:
      return run_scdbm<1>(run, pilot, cells, options, watch, rng);
    case 2:
      return run_scdbm<2>(run, pilot, cells, options, watch, rng);
    default:
      return run_scdbm<3>(run, pilot, cells, options, watch, rng);
  }
}

/// Everything that decides the cells. The number of threads does not, and stands in summary.txt.
nlohmann::ordered_json as_json(const generate_options& options, hm::index cells) {
  nlohmann::ordered_json json;
  json["harmonium"] = hm::version;
  json["command"] = "generate";
  json["pilot"] = options.pilot;
  json["cells"] = cells;
  json["seed"] = options.seed;
  json["model"] = options.model;
  if (options.model == "harmonium") {
    if (options.choose_hidden)
      json["hidden"] = "auto";
    else
      json["hidden"] = options.hidden;
    json["residual"] = options.residual;
    json["size_factors"] = options.size_factors;
    json["held_out"] = options.held_out;
    if (!options.cells_of.empty()) json["cells_of"] = options.cells_of;
  }
  if (options.model == "scdbm") {
    json["preset"] = options.preset;
    json["hidden"] = options.hidden;
    json["residual"] = options.residual;
    if (!options.epochs.empty()) json["epochs"] = options.epochs;
    if (options.learning_rate) json["learning_rate"] = *options.learning_rate;
    json["sampler"] = options.sampler;
    if (options.burn_in) json["burn_in"] = *options.burn_in;
    json["held_out"] = options.held_out;
    if (options.patience) json["patience"] = *options.patience;
  }
  if (is_variational(options)) {
    json["preset"] = options.preset;
    if (options.model == "vae-posterior") json["residual"] = options.residual;
    if (!options.epochs.empty()) json["epochs"] = options.epochs;
    if (options.learning_rate) json["learning_rate"] = *options.learning_rate;
    if (options.mean_library) json["library"] = *options.mean_library;
    if (!options.cells_of.empty()) json["cells_of"] = options.cells_of;
  }
  if (options.train_cells) json["train_cells"] = *options.train_cells;
  if (!options.genes.empty()) json["genes"] = options.genes;
  if (!options.orientation.empty()) json["orientation"] = options.orientation;
  json["feature_type"] = options.feature_type;
  if (!options.layer.empty()) json["layer"] = options.layer;
  if (!options.labels.empty()) json["labels"] = options.labels;
  if (!options.labels_column.empty()) json["labels_column"] = options.labels_column;
  if (options.model == "cluster-nb" && options.labels.empty() && options.labels_column.empty())
    json["clusters"] = options.clusters;
  return json;
}

std::string line(const std::string& name, const std::string& value) {
  std::string text = name + std::string(name.size() < 22 ? 22 - name.size() : 1, ' ');
  return text + value + "\n";
}

std::string four_digits(double value) {
  return rounded(value, 4);
}

/// Cells, library sizes and means of one set of counts, for comparison.
struct overview {
  hm::index cells;
  double median_library, mean_library, zeros;
};

overview overview_of(const hm::count_matrix<>& counts) {
  auto sizes = hm::library_sizes(counts);
  const double mean = sizes.size() > 0 ? sizes.mean() : 0;
  std::sort(sizes.data(), sizes.data() + sizes.size());
  const hm::index half = sizes.size() / 2;
  const double median = sizes.size() == 0       ? 0
                        : sizes.size() % 2 == 1 ? sizes[half]
                                                : (sizes[half - 1] + sizes[half]) / 2;
  const auto entries = static_cast<double>(counts.cells()) * static_cast<double>(counts.genes());
  return {counts.cells(), median, mean,
          entries > 0 ? 1 - static_cast<double>(counts.nonzeros()) / entries : 0};
}

/// Of the genes with a mean above 0.2: how many synthetic means are off by more than a tenth.
std::pair<hm::index, hm::index> means_off(const hm::count_matrix<>& pilot,
                                          const hm::count_matrix<>& cells) {
  const auto real = hm::gene_means(pilot), made = hm::gene_means(cells);
  hm::index compared = 0, off = 0;
  for (hm::index m = 0; m < real.size(); ++m) {
    if (!(real[m] > 0.2)) continue;
    ++compared;
    if (std::abs(made[m] / real[m] - 1) > 0.1) ++off;
  }
  return {compared, off};
}

std::string gene_table(const synthetic_cells& made, const pilot_data& pilot) {
  const auto pilot_means = hm::gene_means(pilot.training);
  const auto means = hm::gene_means(made.cells);
  std::string text = "id\tsymbol\tpilot_mean\tsynthetic_mean\tinverse_dispersion\tstatus\n";
  for (std::size_t k = 0; k < pilot.expressed.size(); ++k) {
    const auto gene = static_cast<std::size_t>(pilot.expressed[k]);
    const auto m = static_cast<hm::index>(k);
    text += pilot.all.genes.ids[gene] + "\t" + pilot.all.genes.symbols[gene] + "\t" +
            four_digits(pilot_means[m]) + "\t" + four_digits(means[m]) + "\t" +
            four_digits(made.inverse_dispersion[k]) + "\t" + made.dispersion_status[k] + "\n";
  }
  return text;
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
      {"--library", options.mean_library.has_value()},
      {"--patience", options.patience.has_value()},
      {"--size-factors", options.size_factors != unset.size_factors},
      {"--cells-of", !options.cells_of.empty()},
      {"--hidden", !options.hidden.empty() || options.choose_hidden},
      {"--residual", !options.residual.empty()},
      {"--held-out", options.held_out != unset.held_out}};
  for (const auto& [name, is_given] : given) {
    const std::string option = name;
    const bool of_training =
        option == "--preset" || option == "--epochs" || option == "--learning-rate";
    const bool of_chains = option == "--sampler" || option == "--burn-in" || option == "--patience";
    const bool posterior = options.model == "vae-posterior";
    const bool used = of_training                  ? scdbm || variational
                      : of_chains                  ? scdbm
                      : option == "--library"      ? variational
                      : option == "--size-factors" ? harmonium
                      : option == "--cells-of"     ? harmonium || variational
                      : option == "--residual"     ? scdbm || harmonium || posterior
                                                   : scdbm || harmonium;
    hm::require(!is_given || used, "--model", options.model + " has no use for " + option);
  }
  hm::require(!options.patience || options.held_out > 0, "--patience", "needs --held-out cells");
  hm::require(options.cells_of.empty() || !options.cells, "--cells-of",
              "takes the place of --cells");
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
  if (options.hidden.empty())
    options.hidden = scdbm ? std::vector<long>{4, 2} : std::vector<long>{8};
  if (options.residual.empty())
    options.residual = options.model == "harmonium" ? "low-rank" : "none";
  return options;
}

/// Puts `text` at `path`; without a text, removes what an earlier run with --overwrite left there.
void replace_text(const std::filesystem::path& path, const std::string& text) {
  if (!text.empty()) return write_text(path, text);
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
}

/// All but the summary, as files of a folder.
void write_folder(const generate_options& options, const synthetic_cells& made,
                  const pilot_data& pilot, const hm::count_matrix<>& cells,
                  const std::vector<std::string>& barcodes) {
  const std::filesystem::path folder = options.output;
  create_output_folder(folder);
  io::write_10x(
      folder, cells, pilot.all.genes, barcodes,
      {.compress = !options.plain, .threads = hm::thread_executor(options.threads).threads()});
  std::string rows;
  if (options.train_cells)
    for (const hm::index row : pilot.rows) rows += std::to_string(row) + "\n";
  replace_text(folder / "train_rows.txt", rows);
  replace_text(folder / "training_log.csv", made.training_log);
  const auto by_barcode = [&](const char* name, const char* column,
                              const std::vector<std::string>& values) {
    std::string text;
    if (!values.empty()) text = std::string("barcode\t") + column + "\n";
    for (std::size_t i = 0; i < values.size(); ++i) text += barcodes[i] + "\t" + values[i] + "\n";
    replace_text(folder / name, text);
  };
  by_barcode("labels.tsv", "label", made.labels);
  by_barcode("sources.tsv", "pilot_barcode", made.sources);
  replace_text(folder / "gene_fit.tsv",
               made.inverse_dispersion.empty() ? "" : gene_table(made, pilot));
  write_text(folder / "options.json", as_json(options, cells.cells()).dump(2) + "\n");
}

/// The same in one file.
void write_file(const generate_options& options, const synthetic_cells& made,
                const pilot_data& pilot, const hm::count_matrix<>& cells,
                const std::vector<std::string>& barcodes) {
  h5_extras extras{.labels = {}, .texts = {}, .compress = !options.plain};
  if (!made.labels.empty()) extras.labels.emplace_back("cell_type", made.labels);
  if (!made.sources.empty()) extras.labels.emplace_back("pilot_barcode", made.sources);
  extras.texts.emplace_back("options", as_json(options, cells.cells()).dump(2) + "\n");
  if (!made.training_log.empty()) extras.texts.emplace_back("training_log", made.training_log);
  if (!made.inverse_dispersion.empty())
    extras.texts.emplace_back("gene_fit", gene_table(made, pilot));
  write_h5(options.output, cells, pilot.all.genes, barcodes, extras);
}

}  // namespace

void generate(const generate_options& asked) {
  const auto start = clock::now();
  const generate_options options = complete(asked);
  const bool one_file = is_h5_name(options.output);
  if (one_file) {
    check_h5_support("--output");
    check_output_file(options.output, options.overwrite);
  } else {
    check_output_folder(options.output, options.overwrite);
  }
  std::error_code no_matter;
  hm::require(!std::filesystem::equivalent(options.pilot, options.output, no_matter), "--output",
              options.output + (one_file ? " is the pilot itself" : " is the pilot's own folder"));
  hm::random_engine rng(options.seed);
  const hm::thread_executor run(options.threads);
  terminal_progress watch;

  const pilot_data pilot = read_pilot(options, rng);
  for (const auto& remark : pilot.remarks) std::fprintf(stderr, "%s\n", remark.c_str());
  const double read_seconds = seconds_since(start);
  const hm::index wanted = options.cells.value_or(pilot.training.cells());

  const synthetic_cells made = run_model(run, pilot, wanted, options, watch, rng);
  const hm::index cells = made.cells.cells();
  if (interrupted) throw interruption{};
  const double made_seconds = seconds_since(start) - read_seconds;

  std::vector<std::string> barcodes;
  barcodes.reserve(static_cast<std::size_t>(cells));
  for (hm::index i = 1; i <= cells; ++i) {
    char name[32];
    std::snprintf(name, sizeof name, "synthetic_%07ld", long{i});
    barcodes.emplace_back(name);
  }
  const auto all_genes = among_all_genes(made.cells, pilot);
  if (one_file)
    write_file(options, made, pilot, all_genes, barcodes);
  else
    write_folder(options, made, pilot, all_genes, barcodes);

  const overview real = overview_of(pilot.training), synthetic = overview_of(made.cells);
  const auto [compared, off] = means_off(pilot.training, made.cells);
  std::string summary = "harmonium " + std::string(hm::version) + ": synthetic cells\n\n";
  summary += line("model", options.model + (options.model == "scdbm" && options.preset == "paper"
                                                ? ", paper's settings"
                                                : ""));
  for (const auto& [name, value] : made.facts) summary += line(name, value);
  summary += line("genes", std::to_string(pilot.all.counts.genes()) + ", " +
                               std::to_string(pilot.expressed.size()) + " expressed");
  for (const auto& remark : pilot.remarks) summary += line("note", remark);
  summary += "\n" + line("", "pilot       synthetic");
  const auto compare = [&](const std::string& name, const std::string& a, const std::string& b) {
    summary += line(name, a + std::string(a.size() < 12 ? 12 - a.size() : 1, ' ') + b);
  };
  compare("cells", std::to_string(real.cells), std::to_string(synthetic.cells));
  compare("median library", four_digits(real.median_library),
          four_digits(synthetic.median_library));
  compare("mean library", four_digits(real.mean_library), four_digits(synthetic.mean_library));
  compare("share of zeros", four_digits(real.zeros), four_digits(synthetic.zeros));
  if (synthetic.cells > 0)
    summary += line("means off by > 10 %", std::to_string(off) + " of " + std::to_string(compared) +
                                               " genes with a mean above 0.2");
  summary += "\n" + line("seed", std::to_string(options.seed));
  summary += line("threads", std::to_string(run.threads()));
  summary +=
      line("seconds", four_digits(seconds_since(start)) + " (reading " + four_digits(read_seconds) +
                          ", training and generating " + four_digits(made_seconds) + ")");
  if (!one_file) write_text(std::filesystem::path(options.output) / "summary.txt", summary);
  std::fputs(summary.c_str(), stdout);
}

}  // namespace program
