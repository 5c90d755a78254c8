// SPDX-License-Identifier: MIT
#include "study_input.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "harmonium/analysis/variable_genes.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/io/gene_list.hpp"
#include "harmonium/study/baseline_models.hpp"
#include "harmonium/study/dbm_model.hpp"
#include "harmonium/study/depth.hpp"
#include "harmonium/study/fingerprint.hpp"
#include "harmonium/study/harmonium_model.hpp"
#include "harmonium/study/variational_model.hpp"
#include "harmonium/version.hpp"
#include "label_cells.hpp"
#include "option_values.hpp"
#include "parsed.hpp"
#include "read_cells.hpp"

namespace program {

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

/// A model: its name for --grid, and how it is made with the candidates of its grid, if it has one.
struct known_model {
  std::string name;
  std::vector<std::string> generators;  ///< as --models names them
  hm::any_study_model (*make)(const std::vector<hm::index>& candidates);
  long largest_candidate;  ///< 0: it has no grid
};

template <hm::study_model Model>
hm::any_study_model with_candidates(const std::vector<hm::index>& candidates) {
  Model model;
  if constexpr (requires { model.candidates; }) model.candidates = candidates;
  if constexpr (requires { model.machine; }) model.machine.candidates = candidates;
  return hm::any_study_model::of(std::move(model));
}

template <hm::study_model Model>
known_model known(std::string name, long largest_candidate = 0) {
  return {std::move(name),
          {Model::names.begin(), Model::names.end()},
          with_candidates<Model>,
          largest_candidate};
}

const std::vector<known_model>& all_models() {
  static const std::vector<known_model> all{known<hm::scdbm_model>("scdbm", 14),
                                            known<hm::harmonium_model>("harmonium", 1000),
                                            known<hm::variational_model>("vae", 1000),
                                            known<hm::independent_nb_model>("independent-nb"),
                                            known<hm::cluster_nb_model>("cluster-nb"),
                                            known<hm::bootstrap_model>("bootstrap"),
                                            known<hm::noisy_model>("noisy")};
  return all;
}

/// Candidates by model, from "MODEL=N,N".
std::map<std::string, std::vector<hm::index>> grids(const study_command& options) {
  std::map<std::string, std::vector<hm::index>> found;
  for (const auto& text : options.grid) {
    const auto split = text.find('=');
    const std::string name = text.substr(0, split);
    const auto model = std::find_if(all_models().begin(), all_models().end(),
                                    [&](const auto& one) { return one.name == name; });
    hm::require(model != all_models().end() && model->largest_candidate > 0, "--grid",
                "is for scdbm (units of the first hidden layer), harmonium (components) and vae "
                "(dimensions of z), got '" +
                    text + "'");
    const auto numbers =
        split == std::string::npos
            ? std::vector<long>{}
            : number_list(std::string_view(text).substr(split + 1), 1, model->largest_candidate);
    hm::require(!numbers.empty(), "--grid",
                "expected MODEL=N,N with numbers from 1 to " +
                    std::to_string(model->largest_candidate) + ", got '" + text + "'");
    hm::require(found.emplace(name, std::vector<hm::index>(numbers.begin(), numbers.end())).second,
                "--grid", "is given twice for " + name);
  }
  return found;
}

void choose_genes(const study_command& options, study_input& input) {
  if (options.genes.empty()) return;
  std::vector<hm::index> columns;
  if (const auto number = parsed<hm::index>(options.genes)) {
    hm::require(*number >= 1, "--genes", "expected at least 1, got " + options.genes);
    columns = hm::variable_genes(input.reference.counts, *number);
  } else {
    hm::require(std::filesystem::exists(options.genes), "--genes",
                "expected a whole number or a file, got '" + options.genes + "'");
    columns = io::match_genes(io::read_gene_list(options.genes), input.reference.genes);
  }
  input.reference = io::select_genes(input.reference, std::span<const hm::index>(columns));
}

void read_model_files(const hm::thread_executor& run, const study_command& options,
                      study_input& input) {
  hm::fingerprint hash;
  for (const auto& file : options.model_files) {
    input.kept.push_back(read_kept_model(run, "--model-file", file));
    std::ifstream stream(file, std::ios::binary);
    hash.add(std::string(std::istreambuf_iterator<char>(stream), {}));
  }
  input.models_hash = hash.str();
}

}  // namespace

std::vector<std::string> known_models() {
  std::vector<std::string> names;
  for (const auto& model : all_models())
    names.insert(names.end(), model.generators.begin(), model.generators.end());
  return names;
}

std::vector<hm::any_study_model> study_models(const study_command& options) {
  const auto candidates = grids(options);
  std::vector<hm::any_study_model> models;
  std::vector<std::string> used;
  for (const auto& asked : options.models.empty() ? known_models() : options.models) {
    const auto model = std::find_if(all_models().begin(), all_models().end(), [&](const auto& one) {
      return std::find(one.generators.begin(), one.generators.end(), asked) != one.generators.end();
    });
    std::string all;
    for (const auto& name : known_models()) all += (all.empty() ? "" : ", ") + name;
    hm::require(model != all_models().end(), "--models",
                "no model is called '" + asked + "'; there are " + all);
    // Generators that share a fit come together, whichever of them is asked for.
    if (std::find(used.begin(), used.end(), model->name) != used.end()) continue;
    used.push_back(model->name);
    const auto grid = candidates.find(model->name);
    models.push_back(
        model->make(grid == candidates.end() ? std::vector<hm::index>{} : grid->second));
  }
  for (const auto& [name, numbers] : candidates)
    hm::require(std::find(used.begin(), used.end(), name) != used.end(), "--grid",
                name + " is not among the models");
  return models;
}

hm::study_options sweep_options(const study_command& options) {
  hm::study_options made;
  made.sizes.assign(options.sizes.begin(), options.sizes.end());
  std::sort(made.sizes.begin(), made.sizes.end());
  made.repeats = options.repeats;
  made.cells = options.cells.value_or(0);
  made.seed = options.seed;
  if (options.paper_protocol) made.drawing = hm::pilot_drawing::with_replacement;
  return made;
}

std::vector<hm::any_study_model> fixed_models(const study_input& input) {
  std::vector<hm::any_study_model> models;
  for (const auto& model : input.kept)
    models.push_back(hm::any_study_model::of(as_fixed(model, input.reference.genes)));
  return models;
}

study_input read_study_input(const hm::thread_executor& run, const study_command& options) {
  study_input input;
  read_model_files(run, options, input);
  input.reference = read_cells(
      "--reference", options.reference,
      {options.orientation, options.feature_type, options.layer, run.threads()}, input.remarks);
  hm::require(input.reference.counts.cells() >= 3, "--reference",
              options.reference + " has fewer than 3 cells");
  choose_genes(options, input);
  for (const auto& model : input.kept) {
    const auto known = genes_known("--model-file", model, input.reference.genes).size();
    if (const auto all = input.reference.genes.size(); std::cmp_less(known, all))
      input.remarks.push_back(model.file + " knows " + std::to_string(known) +
                              " of the reference's " + std::to_string(all) +
                              " genes; the others are zero in its cells");
  }
  if (options.added_zeros > 0) {
    hm::random_engine rng(hm::fingerprint().add(options.seed).add("added zeros").value());
    input.reference.counts = hm::add_zeros(run, input.reference.counts, options.added_zeros, rng);
  }
  terminal_progress watch;
  auto [labels, source, remarks] = label_cells(
      run, input.reference, {options.labels, options.labels_column, options.reference}, watch);
  input.labels = std::move(labels);
  input.label_source = std::move(source);
  input.remarks.insert(input.remarks.end(), remarks.begin(), remarks.end());
  hm::fingerprint hash;
  hash.add(input.reference.counts);
  for (const auto& id : input.reference.genes.ids) hash.add(id);
  for (const hm::index label : input.labels.codes) hash.add(label);
  for (const auto& name : input.labels.names) hash.add(name);
  input.data_hash = hash.str();
  return input;
}

nlohmann::ordered_json study_settings(const study_command& options, const study_input& input) {
  nlohmann::ordered_json json;
  json["harmonium"] = hm::version;
  json["command"] = "study";
  json["reference"] = options.reference;
  json["labels"] = options.labels;
  if (!options.labels_column.empty()) json["labels_column"] = options.labels_column;
  if (!options.layer.empty()) json["layer"] = options.layer;
  if (!options.orientation.empty()) json["orientation"] = options.orientation;
  json["feature_type"] = options.feature_type;
  json["genes"] = options.genes;
  json["sizes"] = sweep_options(options).sizes;
  json["repeats"] = options.repeats;
  json["models"] = options.models.empty() ? known_models() : options.models;
  if (!options.model_files.empty()) {  // studies of old have none
    json["model_files"] = options.model_files;
    json["models_hash"] = input.models_hash;
  }
  json["grid"] = options.grid;
  json["cells"] = options.cells.value_or(0);
  json["added_zeros"] = options.added_zeros;
  json["paper_protocol"] = options.paper_protocol;
  json["seed"] = options.seed;
  json["data_hash"] = input.data_hash;
  return json;
}

study_command command_of(const nlohmann::ordered_json& settings) {
  study_command options;
  options.reference = settings.at("reference");
  options.labels = settings.at("labels");
  options.labels_column = settings.value("labels_column", "");
  options.layer = settings.value("layer", "");
  options.orientation = settings.value("orientation", "");
  options.feature_type = settings.at("feature_type");
  options.genes = settings.at("genes");
  options.sizes = settings.at("sizes").get<std::vector<long>>();
  options.repeats = settings.at("repeats");
  options.models = settings.at("models").get<std::vector<std::string>>();
  options.model_files = settings.value("model_files", std::vector<std::string>{});
  options.grid = settings.at("grid").get<std::vector<std::string>>();
  if (const long cells = settings.at("cells"); cells > 0) options.cells = cells;
  options.added_zeros = settings.at("added_zeros");
  options.paper_protocol = settings.at("paper_protocol");
  options.seed = settings.at("seed");
  return options;
}

}  // namespace program
