// SPDX-License-Identifier: MIT
#include "fit.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/io/model_file.hpp"
#include "interrupt.hpp"
#include "json_output.hpp"
#include "model_store.hpp"
#include "output_folder.hpp"
#include "streamed_fit.hpp"
#include "summary_line.hpp"
#include "synthetic_cells.hpp"
#include "terminal_progress.hpp"
#include "training.hpp"

namespace program {

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

std::string size_in_words(std::uintmax_t bytes) {
  if (bytes < 10000) return std::to_string(bytes) + " bytes";
  if (bytes < 1000000) return rounded(static_cast<double>(bytes) / 1e3, 4) + " kB";
  return rounded(static_cast<double>(bytes) / 1e6, 4) + " MB";
}

std::string size_of_file(const std::filesystem::path& path) {
  std::error_code no_matter;
  const auto bytes = std::filesystem::file_size(path, no_matter);
  return no_matter ? "unknown" : size_in_words(bytes);
}

std::string held_in_words(io::pilot_in_file held) {
  if (held == io::pilot_in_file::nothing) return "nothing";
  if (held == io::pilot_in_file::depths) return "the depth of every cell";
  return "every cell, as counts, scores or places in latent space: keep it as you keep the pilot";
}

/// The first few of a list, and how many there are.
std::string first_of(const std::vector<std::string>& names, std::size_t most) {
  std::string text = std::to_string(names.size());
  for (std::size_t k = 0; k < names.size() && k < most; ++k)
    text += (k == 0 ? ": " : ", ") + names[k];
  return text + (names.size() > most ? ", ..." : "");
}

/// Names that occur, with how often.
std::vector<std::string> counted(const std::vector<std::string>& names) {
  std::map<std::string, int> times;
  for (const auto& name : names) ++times[name];
  std::vector<std::string> texts;
  for (const auto& [name, count] : times)
    texts.push_back(name + (count > 1 ? " (" + std::to_string(count) + ")" : ""));
  return texts;
}

/// The last lines of a csv, with its header.
std::string end_of_log(const std::string& log, std::size_t most) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < log.size();) {
    const std::size_t end = std::min(log.find('\n', at), log.size());
    lines.push_back(log.substr(at, end - at));
    at = end + 1;
  }
  std::string text;
  for (std::size_t k = 0; k < lines.size(); ++k)
    if (k == 0 || k + most >= lines.size()) text += "  " + lines[k] + "\n";
  return text;
}

}  // namespace

void print_fit(const generate_options& options, const fitted_model& fitted, hm::index cells,
               const std::vector<std::string>& remarks, double seconds) {
  const io::model_notes& notes = fitted.model->notes();
  if (options.json) {
    nlohmann::ordered_json json{{"harmonium", hm::version},
                                {"command", "fit"},
                                {"output", options.output},
                                {"files", {options.output}},
                                {"model", options.model},
                                {"cells", cells},
                                {"genes", fitted.model->genes()},
                                {"holds_of_the_pilot", held_in_words(notes.pilot)},
                                {"notes", remarks},
                                {"seed", options.seed},
                                {"seconds", seconds}};
    for (const auto& [name, value] : fitted.facts) json["facts"][name] = value;
    return print_json(json);
  }
  std::string page = "harmonium " + std::string(hm::version) + ": a trained model\n\n";
  page += summary_line("model", options.model);
  for (const auto& [name, value] : fitted.facts) page += summary_line(name, value);
  page += summary_line("trained on", std::to_string(cells) + " cells, " +
                                         std::to_string(fitted.model->genes()) + " genes");
  page += summary_line("file", options.output + ", " + size_of_file(options.output));
  page += summary_line("holds of the pilot", held_in_words(notes.pilot));
  page += summary_line("seed", std::to_string(options.seed));
  page += summary_line("seconds", rounded(seconds, 4));
  std::fputs(page.c_str(), stdout);
}

void fit(const generate_options& asked) {
  const auto start = std::chrono::steady_clock::now();
  const generate_options options = complete(asked);
  if (options.chunk_cells) return fit_streamed(options);
  check_model_output("--output", options.output, options);
  hm::require(!options.mean_library || options.model.starts_with("vae-"), "--library",
              "is for cells of " + options.model + ", which fit does not make: generate has it");
  hm::random_engine rng(options.seed);
  const hm::thread_executor run(options.threads);
  terminal_progress watch;
  const pilot_data pilot = read_pilot(run, options, rng);
  for (const auto& remark : pilot.remarks) std::fprintf(stderr, "%s\n", remark.c_str());
  const fitted_model fitted = train(run, pilot, options, watch, rng);
  if (interrupted && fitted.cut_short.empty()) throw interruption{};
  write_model(options.output, fitted, pilot, options, rng);
  if (interrupted) throw stopped{kept_after(fitted, options.output)};

  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  print_fit(options, fitted, pilot.training.cells(), pilot.remarks, seconds.count());
}

namespace {

/// The same as `info` tells in a page.
nlohmann::ordered_json info_as_json(const std::string& file, const io::model_sections& sections,
                                    const io::model_notes& notes) {
  std::error_code no_matter;
  nlohmann::ordered_json json{{"file", file},
                              {"kind", notes.kind},
                              {"written_by", notes.written_by},
                              {"format", io::model_sections::format},
                              {"bytes", std::filesystem::file_size(file, no_matter)},
                              {"holds_of_the_pilot", held_in_words(notes.pilot)},
                              {"genes", notes.genes.symbols},
                              {"gene_ids", notes.genes.ids},
                              {"genes_without_counts", notes.silent.genes.symbols},
                              {"states", notes.labels}};
  for (const auto& [name, text] : notes.texts) {
    if (name != note::options && name != note::training) {
      json[name] = text;
      continue;
    }
    const auto inner = nlohmann::ordered_json::parse(text, nullptr, false);
    if (inner.is_discarded()) sections.fail("its note '" + name + "' is damaged");
    json[name] = inner;
  }
  return json;
}

}  // namespace

void info(const info_options& asked) {
  const std::string& file = asked.file;
  if (!asked.npz.empty()) {
    std::error_code no_matter;
    hm::require(!std::filesystem::equivalent(file, asked.npz, no_matter), "--npz",
                asked.npz + " is the model file itself");
    check_output_file(asked.npz, asked.overwrite);
  }
  const io::model_sections sections{std::filesystem::path(file)};
  const io::model_notes notes = io::read_model_notes(sections);
  if (!asked.npz.empty())
    read_model(hm::thread_executor(0), file).fitted.model->save_npz(asked.npz);
  if (asked.json) return print_json(info_as_json(file, sections, notes));
  std::string page = file + "\n\n";
  page += summary_line("kind", notes.kind);
  page += summary_line("written by", "harmonium " + notes.written_by + ", format " +
                                         std::to_string(io::model_sections::format));
  page += summary_line("size", size_of_file(file));
  page += summary_line("holds of the pilot", held_in_words(notes.pilot));
  if (notes.genes.size() > 0) page += summary_line("genes", first_of(notes.genes.symbols, 5));
  if (notes.silent.genes.size() > 0)
    page += summary_line("genes without counts", first_of(notes.silent.genes.symbols, 5));
  if (!notes.labels.empty()) {
    page += summary_line("states", std::to_string(notes.labels.size()));
    page += summary_line("their names", first_of(counted(notes.labels), 50));
  }
  std::string training, options, log;
  for (const auto& [name, text] : notes.texts) {
    if (name == note::options) {
      options = text;
    } else if (name == note::training) {
      training = text;
    } else if (name == note::log) {
      log = text;
    } else if (name != note::position && name != note::groups) {  // the facts tell the groups
      page +=
          summary_line(name, name == note::data ? text + " (FNV-1a of counts and gene ids)" : text);
    }
  }
  if (!training.empty()) {
    try {
      const auto json = nlohmann::ordered_json::parse(training);
      page += summary_line("trained on",
                           std::to_string(json.at("pilot").at("cells").get<long>()) + " cells");
      for (const auto& fact : json.at("facts"))
        page += summary_line(fact.at(0).get<std::string>(), fact.at(1).get<std::string>());
    } catch (const nlohmann::json::exception& error) {
      sections.fail(std::string("its note 'training' is damaged: ") + error.what());
    }
  }
  if (!options.empty()) page += "\noptions\n" + options;
  if (!log.empty()) page += "\nend of the training log\n" + end_of_log(log, 3);
  if (!asked.npz.empty())
    page += "\n" + summary_line("parameters", asked.npz + ", " + size_of_file(asked.npz));
  std::fputs(page.c_str(), stdout);
}

}  // namespace program
