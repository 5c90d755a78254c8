// SPDX-License-Identifier: MIT
#include "generate.hpp"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "h5_files.hpp"
#include "harmonium/analysis/linear_operator.hpp"
#include "harmonium/analysis/normalise.hpp"
#include "harmonium/analysis/pca.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/report/expected_auc.hpp"
#include "harmonium/version.hpp"
#include "interrupt.hpp"
#include "json_output.hpp"
#include "make_cells.hpp"
#include "model_store.hpp"
#include "output_folder.hpp"
#include "pilot.hpp"
#include "summary_line.hpp"
#include "terminal_progress.hpp"
#include "training.hpp"

namespace program {

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

using clock = std::chrono::steady_clock;

double seconds_since(clock::time_point start) {
  return std::chrono::duration<double>(clock::now() - start).count();
}

/// What cells are made of and written with.
struct source_of_cells {
  const fitted_model& fitted;
  std::optional<overview> pilot;            ///< nothing: the model file does not tell
  const std::vector<double>& means;         ///< of the model's genes in the pilot, or empty
  const io::features& genes;                ///< all that are written
  const std::vector<hm::index>& expressed;  ///< columns of the model's among them
  std::vector<hm::index> rows;              ///< of the pilot, trained on; or empty
  nlohmann::ordered_json options;
};

std::string four_digits(double value) {
  return rounded(value, 4);
}

/// Of the genes with a mean above 0.2: how many synthetic means are off by more than a tenth.
std::pair<hm::index, hm::index> means_off(const std::vector<double>& real,
                                          const hm::count_matrix<>& cells) {
  const auto made = hm::gene_means(cells);
  hm::index compared = 0, off = 0;
  for (std::size_t m = 0; m < real.size(); ++m) {
    if (!(real[m] > 0.2)) continue;
    ++compared;
    if (std::abs(made[static_cast<hm::index>(m)] / real[m] - 1) > 0.1) ++off;
  }
  return {compared, off};
}

/// Empty for models without dispersions.
std::string gene_table(const synthetic_cells& made, const source_of_cells& from) {
  if (from.fitted.inverse_dispersion.empty()) return "";
  const auto means = hm::gene_means(made.cells);
  std::string text = "id\tsymbol\tpilot_mean\tsynthetic_mean\tinverse_dispersion\tstatus\n";
  for (std::size_t k = 0; k < from.expressed.size(); ++k) {
    const auto gene = static_cast<std::size_t>(from.expressed[k]);
    text += from.genes.ids[gene] + "\t" + from.genes.symbols[gene] + "\t" +
            four_digits(from.means[k]) + "\t" + four_digits(means[static_cast<hm::index>(k)]) +
            "\t" + four_digits(from.fitted.inverse_dispersion[k]) + "\t" +
            from.fitted.dispersion_status[k] + "\n";
  }
  return text;
}

/// Puts `text` into the file `name`; without a text, removes what an earlier run with --overwrite
/// left there.
void replace_text(const std::filesystem::path& folder, const char* name, const std::string& text,
                  output_files& files) {
  if (!text.empty()) return files.write(name, text);
  std::error_code ignored;
  std::filesystem::remove(folder / name, ignored);
}

/// What is known of every cell where there is more than its type, as --batch-column and
/// --donor-column read it.
std::string table_of_cells(const synthetic_cells& made, const std::vector<std::string>& barcodes,
                           const std::string& kind) {
  if (made.groups.empty()) return "";
  const bool labelled = !made.labels.empty();
  std::string text = std::string("barcode\t") + (labelled ? "label\t" : "") + kind + "\n";
  for (std::size_t i = 0; i < barcodes.size(); ++i)
    text += barcodes[i] + "\t" + (labelled ? made.labels[i] + "\t" : "") + made.groups[i] + "\n";
  return text;
}

/// All but the summary, as files of a folder.
output_files write_folder(const generate_options& options, const synthetic_cells& made,
                          const source_of_cells& from, const hm::count_matrix<>& cells,
                          const std::vector<std::string>& barcodes) {
  const std::filesystem::path folder = options.output;
  {
    const auto looks = interruptible_files();  // nothing is in its place before all is written
    io::write_10x(
        folder, cells, from.genes, barcodes,
        {.compress = !options.plain, .threads = hm::thread_executor(options.threads).threads()});
  }
  std::string rows;
  for (const hm::index row : from.rows) rows += std::to_string(row) + "\n";
  output_files files(folder);
  files.wrote_10x(!options.plain);
  replace_text(folder, "train_rows.txt", rows, files);
  replace_text(folder, "training_log.csv", from.fitted.training_log, files);
  const auto by_barcode = [&](const char* name, const char* column,
                              const std::vector<std::string>& values) {
    std::string text;
    if (!values.empty()) text = std::string("barcode\t") + column + "\n";
    for (std::size_t i = 0; i < values.size(); ++i) text += barcodes[i] + "\t" + values[i] + "\n";
    replace_text(folder, name, text, files);
  };
  by_barcode("labels.tsv", "label", made.labels);
  by_barcode("sources.tsv", "pilot_barcode", made.sources);
  replace_text(folder, "cells.tsv", table_of_cells(made, barcodes, from.fitted.groups.kind), files);
  replace_text(folder, "gene_fit.tsv", gene_table(made, from), files);
  files.write("options.json", from.options.dump(2) + "\n");
  return files;
}

/// The same in one file.
void write_file(const generate_options& options, const synthetic_cells& made,
                const source_of_cells& from, const hm::count_matrix<>& cells,
                const std::vector<std::string>& barcodes) {
  h5_extras extras{.compress = !options.plain};
  if (!made.labels.empty()) extras.labels.emplace_back("cell_type", made.labels);
  if (!made.sources.empty()) extras.labels.emplace_back("pilot_barcode", made.sources);
  if (!made.groups.empty()) extras.labels.emplace_back(from.fitted.groups.kind, made.groups);
  if (options.pca > 0) {
    const auto values = hm::log_normalise(made.cells);
    extras.components.emplace_back(
        "X_pca", hm::pca(hm::sparse_operator(values), {.components = options.pca}).scores);
  }
  extras.texts.emplace_back("options", from.options.dump(2) + "\n");
  if (!from.fitted.training_log.empty())
    extras.texts.emplace_back("training_log", from.fitted.training_log);
  const std::string table = gene_table(made, from);
  if (!table.empty()) extras.texts.emplace_back("gene_fit", table);
  const auto looks = interruptible_files();
  write_h5(options.output, cells, from.genes, barcodes, extras);
}

/// @return the folder's lock, if cells go to a folder
[[nodiscard]] std::optional<output_claim> claim_cells_output(const generate_options& options) {
  hm::require(options.pca == 0 || options.output.ends_with(".h5ad"), "--pca",
              "is kept in an .h5ad, and " + options.output + " is none");
  if (is_h5_name(options.output)) {
    check_h5_support("--output");
    check_output_file(options.output, options.overwrite);
    return std::nullopt;
  }
  return std::optional<output_claim>(std::in_place, options.output, options.overwrite);
}

/// How long what took, in seconds.
struct times {
  clock::time_point start = clock::now();
  double reading = 0;

  [[nodiscard]] double elapsed() const { return seconds_since(start); }
};

/// Makes the cells, writes them and a page about them.
void make_and_write(const hm::thread_executor& run, const generate_options& options,
                    source_of_cells from, hm::index wanted, const std::vector<std::string>& remarks,
                    const times& took, terminal_progress& watch, hm::random_engine& rng) {
  const synthetic_cells made =
      make_cells(run, from.fitted, cells_wanted::of(options, wanted), watch, rng);
  const hm::index cells = made.cells.cells();
  const double made_seconds = took.elapsed() - took.reading;
  from.options["cells"] = cells;

  const auto barcodes = synthetic_barcodes(cells);
  const auto all_genes = among_all_genes(made.cells, from.expressed, from.genes.size());
  const bool one_file = is_h5_name(options.output);
  output_files files({});
  if (one_file) {
    write_file(options, made, from, all_genes, barcodes);
    files.wrote(options.output);
  } else {
    files = write_folder(options, made, from, all_genes, barcodes);
  }

  const overview synthetic = overview_of(made.cells);
  std::string summary = "harmonium " + std::string(hm::version) + ": synthetic cells\n\n";
  summary += summary_line(
      "model",
      options.model_file.empty()
          ? options.model +
                (options.model == "scdbm" && options.preset == "paper" ? ", paper's settings" : "")
          : options.model_file + ", a " + from.fitted.model->kind());
  for (const auto& [name, value] : from.fitted.facts) summary += summary_line(name, value);
  summary += summary_line("genes", std::to_string(from.genes.size()) + ", " +
                                       std::to_string(from.expressed.size()) + " expressed");
  for (const auto& remark : remarks) summary += summary_line("note", remark);
  const auto compare = [&](const std::string& name, const std::string& a, const std::string& b) {
    summary += summary_line(
        name, from.pilot ? a + std::string(a.size() < 12 ? 12 - a.size() : 1, ' ') + b : b);
  };
  const overview real = from.pilot.value_or(overview{});
  summary += "\n";
  compare("", "pilot", "synthetic");
  compare("cells", std::to_string(real.cells), std::to_string(synthetic.cells));
  compare("median library", four_digits(real.median_library),
          four_digits(synthetic.median_library));
  compare("mean library", four_digits(real.mean_library), four_digits(synthetic.mean_library));
  compare("share of zeros", four_digits(real.zeros), four_digits(synthetic.zeros));
  std::optional<std::pair<hm::index, hm::index>> compared;
  if (synthetic.cells > 0 && from.pilot) {
    compared = means_off(from.means, made.cells);
    summary += summary_line("means off by > 10 %", std::to_string(compared->second) + " of " +
                                                       std::to_string(compared->first) +
                                                       " genes with a mean above 0.2");
  }
  if (options.model_file.empty() && options.model == "harmonium" && options.prior.empty()) {
    const auto expected = hm::expected_forest_auc(real.cells);
    summary += summary_line("forest AUC to expect",
                            rounded(expected.low, 2) + " to " + rounded(expected.high, 2) +
                                " against fresh cells, of UMI pilots of this size; 0.5 is best");
  }
  summary += "\n" + summary_line("seed", std::to_string(options.seed));
  summary += summary_line("threads", std::to_string(run.threads()));
  summary += summary_line(
      "seconds", four_digits(took.elapsed()) + " (reading " + four_digits(took.reading) +
                     (options.model_file.empty() ? ", training and generating " : ", generating ") +
                     four_digits(made_seconds) + ")");
  if (!one_file) files.write("summary.txt", summary);
  if (!options.save_model.empty()) files.wrote_elsewhere(options.save_model);
  if (!options.json) {
    std::fputs(summary.c_str(), stdout);
    return;
  }
  nlohmann::ordered_json json{
      {"harmonium", hm::version},
      {"command", "generate"},
      {"output", options.output},
      {"files", files.paths()},
      {"model", options.model_file.empty() ? options.model : from.fitted.model->kind()}};
  if (!options.model_file.empty()) json["model_file"] = options.model_file;
  for (const auto& [name, value] : from.fitted.facts) json["facts"][name] = value;
  json["genes"] = from.genes.size();
  json["expressed_genes"] = from.expressed.size();
  json["notes"] = remarks;
  const auto figures = [](const overview& of) {
    return nlohmann::ordered_json{{"cells", of.cells},
                                  {"median_library", of.median_library},
                                  {"mean_library", of.mean_library},
                                  {"share_of_zeros", of.zeros}};
  };
  if (from.pilot) json["pilot"] = figures(real);
  json["synthetic"] = figures(synthetic);
  if (compared) json["means_off"] = {{"genes", compared->first}, {"off", compared->second}};
  json["seed"] = options.seed;
  json["threads"] = run.threads();
  json["seconds"] = took.elapsed();
  print_json(json);
}

/// Which cells were asked for.
void note_wanted(const generate_options& options, nlohmann::ordered_json& json) {
  if (!options.cells_of.empty()) json["cells_of"] = options.cells_of;
  if (!options.batches.empty()) json["batch"] = options.batches;
  if (!options.donors.empty()) json["donor"] = options.donors;
  if (options.new_donors) json["new_donors"] = *options.new_donors;
  if (options.cells_per_donor) json["cells_per_donor"] = *options.cells_per_donor;
  if (options.mean_library) json["library"] = *options.mean_library;
  if (options.depth) json["depth"] = *options.depth;
  if (!options.clamped.empty()) json["clamp"] = options.clamped;
}

/// From a pilot.
void train_and_generate(const generate_options& options) {
  times took;
  const auto claim = claim_cells_output(options);
  std::error_code no_matter;
  hm::require(!std::filesystem::equivalent(options.pilot, options.output, no_matter), "--output",
              options.output + (is_h5_name(options.output) ? " is the pilot itself"
                                                           : " is the pilot's own folder"));
  if (!options.save_model.empty()) check_model_output("--save-model", options.save_model, options);
  hm::random_engine rng(options.seed);
  const hm::thread_executor run(options.threads);
  terminal_progress watch;

  const pilot_data pilot = read_pilot(run, options, rng);
  for (const auto& remark : pilot.remarks) std::fprintf(stderr, "%s\n", remark.c_str());
  took.reading = took.elapsed();
  const fitted_model fitted = train(run, pilot, options, watch, rng);
  const bool is_kept = !options.save_model.empty();
  if (interrupted && (fitted.cut_short.empty() || !is_kept)) throw interruption{};
  if (is_kept) write_model(options.save_model, fitted, pilot, options, rng);
  if (interrupted) throw stopped{kept_after(fitted, options.save_model)};

  const pilot_summary summary = summary_of(pilot);
  auto json = training_as_json(options);
  json["command"] = "generate";
  note_wanted(options, json);
  if (!options.save_model.empty()) json["save_model"] = options.save_model;
  make_and_write(run, options,
                 {fitted, summary.cells, summary.means, summary.genes, summary.expressed,
                  options.train_cells ? pilot.rows : std::vector<hm::index>(), std::move(json)},
                 options.cells.value_or(pilot.training.cells()), pilot.remarks, took, watch, rng);
}

/// From a model file.
void generate_from_file(generate_options options) {
  times took;
  const auto claim = claim_cells_output(options);
  check_wanted(options);
  const hm::thread_executor run(options.threads);
  terminal_progress watch;
  const stored_model stored = read_model(run, options.model_file);
  took.reading = took.elapsed();
  hm::require(stored.fitted.model->makes_cells(), "--model-file",
              options.model_file + " holds a " + stored.fitted.model->kind() +
                  ", which makes no cells by itself");
  hm::require(options.cells || !options.cells_of.empty() || options.new_donors || stored.pilot,
              "--cells",
              "is needed: " + options.model_file + " does not say how many cells it learned from");
  check_groups(cells_wanted::of(options, 0), stored.fitted.groups);
  if (!options.seed_given) options.seed = stored.seed;
  hm::random_engine rng(options.seed);
  rng.seek(stored.position);

  nlohmann::ordered_json json;
  json["harmonium"] = hm::version;
  json["command"] = "generate";
  json["model_file"] = options.model_file;
  json["seed"] = options.seed;
  note_wanted(options, json);
  const auto trained = nlohmann::ordered_json::parse(stored.options, nullptr, false);
  if (!trained.is_discarded()) json["training"] = trained;
  make_and_write(run, options,
                 {stored.fitted, stored.pilot, stored.means, stored.genes, stored.model,
                  std::vector<hm::index>(), std::move(json)},
                 options.cells.value_or(stored.pilot.value_or(overview{}).cells), {}, took, watch,
                 rng);
}

}  // namespace

void generate(const generate_options& asked) {
  if (asked.model_file.empty())
    train_and_generate(complete(asked));
  else
    generate_from_file(asked);
}

}  // namespace program
