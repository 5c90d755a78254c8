// SPDX-License-Identifier: MIT
#include "model_store.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/io/known_models.hpp"
#include "harmonium/study/fingerprint.hpp"
#include "output_folder.hpp"
#include "parsed.hpp"
#include "training.hpp"

namespace program {

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

using json_type = nlohmann::ordered_json;

json_type training_of(const fitted_model& fitted, const pilot_summary& summary) {
  json_type json;
  json["facts"] = fitted.facts;
  json["pilot"] = {{"cells", summary.cells.cells},
                   {"median_library", summary.cells.median_library},
                   {"mean_library", summary.cells.mean_library},
                   {"zeros", summary.cells.zeros},
                   {"gene_means", summary.means}};
  if (!fitted.inverse_dispersion.empty()) {
    json["inverse_dispersion"] = fitted.inverse_dispersion;
    json["dispersion_status"] = fitted.dispersion_status;
  }
  if (!fitted.cell_barcodes.empty()) json["cell_barcodes"] = fitted.cell_barcodes;
  if (!fitted.cell_labels.empty()) json["cell_labels"] = fitted.cell_labels;
  return json;
}

/// Takes apart what `training_of` made; a list that is there must have `size` members.
void read_training(const std::string& text, stored_model& stored, hm::index genes) {
  const auto json = json_type::parse(text);
  fitted_model& fitted = stored.fitted;
  const auto as_long = [](const auto& list, hm::index size, const char* name) {
    hm::require(
        std::ssize(list) == size, name,
        "has " + std::to_string(list.size()) + " members instead of " + std::to_string(size));
  };
  json.at("facts").get_to(fitted.facts);
  const auto& pilot = json.at("pilot");
  stored.pilot = overview{pilot.at("cells"), pilot.at("median_library"), pilot.at("mean_library"),
                          pilot.at("zeros")};
  pilot.at("gene_means").get_to(stored.means);
  as_long(stored.means, genes, "gene_means");
  if (json.contains("inverse_dispersion")) {
    json.at("inverse_dispersion").get_to(fitted.inverse_dispersion);
    json.at("dispersion_status").get_to(fitted.dispersion_status);
    as_long(fitted.inverse_dispersion, genes, "inverse_dispersion");
    as_long(fitted.dispersion_status, genes, "dispersion_status");
  }
  if (json.contains("cell_barcodes")) json.at("cell_barcodes").get_to(fitted.cell_barcodes);
  if (json.contains("cell_labels")) json.at("cell_labels").get_to(fitted.cell_labels);
  if (fitted.cell_barcodes.empty() && fitted.cell_labels.empty()) return;
  // Of models that draw around pilot cells: with a residual each of these is a state.
  const auto* posterior = fitted.model->get_if<hm::variational_posterior<>>();
  const hm::index cells = posterior ? posterior->encoded().cells() : fitted.model->states();
  hm::require(cells > 0, "cell_barcodes", "are of models that draw around pilot cells");
  if (!fitted.cell_barcodes.empty()) as_long(fitted.cell_barcodes, cells, "cell_barcodes");
  if (!fitted.cell_labels.empty()) as_long(fitted.cell_labels, cells, "cell_labels");
}

/// Names of the groups whose effects the model has.
void read_groups(const std::string& text, fitted_model& fitted) {
  const auto json = json_type::parse(text);
  json.at("kind").get_to(fitted.groups.kind);
  json.at("names").get_to(fitted.groups.names);
  hm::require(fitted.groups.kind == "batch" || fitted.groups.kind == "donor", "kind",
              "is neither batch nor donor");
  const auto* effects = fitted.model->effects();
  hm::require(effects != nullptr && effects->groups() == std::ssize(fitted.groups.names), "names",
              "are not of the model's groups");
}

/// The model's genes among those that were never counted.
void place_genes(stored_model& stored, const std::filesystem::path& path) {
  const io::model_notes& notes = stored.fitted.model->notes();
  const hm::index genes = stored.fitted.model->genes(), silent = notes.silent.genes.size();
  hm::index next = 0;  // of the silent ones
  for (hm::index m = 0; m < genes + silent; ++m) {
    const bool is_silent = next < silent && notes.silent.at[static_cast<std::size_t>(next)] == m;
    const auto k = static_cast<std::size_t>(is_silent ? next++ : std::ssize(stored.model));
    if (!is_silent) stored.model.push_back(m);
    const io::features& from = is_silent ? notes.silent.genes : notes.genes;
    if (from.size() > 0) {
      stored.genes.push_back(from.ids[k], from.symbols[k], from.types[k]);
    } else {
      const std::string name = "gene_" + std::to_string(k + 1);
      stored.genes.push_back(name, name, io::gene_expression);
    }
  }
  if (next != silent)
    throw hm::io_error(path.string(), 0, "has genes without counts in no column of its own");
}

}  // namespace

std::string hash_of_training(const hm::count_matrix<>& training,
                             const std::vector<std::string>& gene_ids) {
  hm::fingerprint data;
  data.add(training);
  for (const auto& id : gene_ids) data.add(id);
  return data.str();
}

void check_model_output(const char* option, const std::string& path,
                        const generate_options& options) {
  hm::require(!path.empty(), option, "the name of the file is empty");
  std::error_code no_matter;
  hm::require(!std::filesystem::equivalent(options.pilot, path, no_matter), option,
              path + " is the pilot itself");
  check_output_file(path, options.overwrite);
}

namespace {

io::any_model with_notes(const fitted_model& fitted, const written_notes& about,
                         const generate_options& options, const hm::random_engine& rng) {
  io::model_notes notes = fitted.model->notes();
  const auto as_text = [](const json_type& json, int indent) {
    return json.dump(indent, ' ', false, json_type::error_handler_t::replace);
  };
  notes.texts = {{note::options, as_text(training_as_json(options), 2) + "\n"},
                 {note::seed, std::to_string(options.seed)},
                 {note::position, std::to_string(rng.position())},
                 {note::log, fitted.training_log},
                 {note::training, as_text(training_of(fitted, about.summary), -1)}};
  if (!about.data_hash.empty())
    notes.texts.insert(notes.texts.begin() + 3, {note::data, about.data_hash});
  if (!fitted.groups.kind.empty())
    notes.texts.emplace_back(
        note::groups, as_text({{"kind", fitted.groups.kind}, {"names", fitted.groups.names}}, -1));
  return fitted.model->with_notes(std::move(notes));
}

}  // namespace

io::any_model with_notes(const fitted_model& fitted, const pilot_data& pilot,
                         const generate_options& options, const hm::random_engine& rng) {
  return with_notes(
      fitted,
      written_notes{summary_of(pilot),
                    hash_of_training(pilot.training, fitted.model->notes().genes.ids)},
      options, rng);
}

void write_model(const std::filesystem::path& path, const fitted_model& fitted,
                 const written_notes& about, const generate_options& options,
                 const hm::random_engine& rng) {
  with_notes(fitted, about, options, rng).save(path);
}

void write_model(const std::filesystem::path& path, const fitted_model& fitted,
                 const pilot_data& pilot, const generate_options& options,
                 const hm::random_engine& rng) {
  with_notes(fitted, pilot, options, rng).save(path);
}

stored_model read_model(const hm::thread_executor& run, const std::filesystem::path& path) {
  return stored_of(io::load_any(run, path), path);
}

stored_model stored_of(io::any_model model, const std::filesystem::path& path) {
  stored_model stored;
  stored.fitted.model = std::move(model);
  const io::model_notes& notes = stored.fitted.model->notes();
  const auto number = [&](const char* name, std::uint64_t otherwise) {
    const std::string* text = notes.text(name);
    if (text == nullptr) return otherwise;
    const auto value = parsed<std::uint64_t>(*text);
    if (!value)
      throw hm::io_error(
          path.string(), 0,
          "its note '" + std::string(name) + "' is no whole number: '" + *text + "'");
    return *value;
  };
  stored.seed = number(note::seed, 1);
  stored.position = number(note::position, 0);
  if (const auto* text = notes.text(note::log)) stored.fitted.training_log = *text;
  if (const auto* text = notes.text(note::options)) stored.options = *text;
  place_genes(stored, path);
  const auto read_note = [&](const char* name, const auto& read) {
    const auto* text = notes.text(name);
    if (text == nullptr) return;
    const auto fail = [&](const std::string& what) {
      throw hm::io_error(path.string(), 0,
                         "its note '" + std::string(name) + "' is damaged: " + what);
    };
    try {
      read(*text);
    } catch (const json_type::exception& error) {
      fail(error.what());
    } catch (const std::invalid_argument& error) {
      fail(error.what());
    }
  };
  read_note(note::training, [&](const std::string& text) {
    read_training(text, stored, stored.fitted.model->genes());
  });
  read_note(note::groups, [&](const std::string& text) { read_groups(text, stored.fitted); });
  return stored;
}

}  // namespace program
