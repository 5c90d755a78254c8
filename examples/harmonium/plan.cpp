// SPDX-License-Identifier: MIT
#include "plan.hpp"

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "harmonium/core/executor.hpp"
#include "harmonium/io/study_csv.hpp"
#include "harmonium/version.hpp"
#include "interrupt.hpp"
#include "output_folder.hpp"
#include "plan_work.hpp"
#include "synthetic_cells.hpp"

namespace program {

namespace hm = harmonium;

namespace {

std::string types_csv(const plan_pilot& pilot, const plan_result& found) {
  std::string text = "type,pilot_cells,frequency,lower,upper,cells_needed\n";
  const auto& needs = found.needs;
  for (std::size_t t = 0; t < needs.counts.size(); ++t) {
    std::string name = pilot.types.names[t];
    if (name.find_first_of(",\"") != std::string::npos) name = "\"" + name + "\"";
    text += name + "," + std::to_string(needs.counts[t]) + "," +
            hm::io::csv_number(needs.frequencies.mean[t]) + "," +
            hm::io::csv_number(needs.frequencies.lower[t]) + "," +
            hm::io::csv_number(needs.frequencies.upper[t]) + "," +
            std::to_string(needs.of_type[t]) + "\n";
  }
  return text;
}

std::string saturation_csv(const plan_result& found) {
  std::string text = "size,model,repeat,figure,value\n";
  for (const auto& curve : found.curves)
    for (hm::index s = 0; s < curve.values.rows(); ++s)
      for (hm::index c = 0; c < curve.values.cols(); ++c) {
        const std::string& column = found.columns[static_cast<std::size_t>(c)];
        const auto space = column.rfind(' ');
        text += std::to_string(found.sizes[static_cast<std::size_t>(s)]) + "," +
                column.substr(0, space) + "," + column.substr(space + 1) + "," + curve.name + "," +
                hm::io::csv_number(curve.values(s, c)) + "\n";
      }
  return text;
}

std::string power_csv(const plan_result& found) {
  std::string text = "size,separation,separation_error,marker,marker_error\n";
  for (const auto& one : found.power)
    text += std::to_string(one.size) + "," + hm::io::csv_number(one.separation) + "," +
            hm::io::csv_number(one.separation_error) + "," + hm::io::csv_number(one.marker) + "," +
            hm::io::csv_number(one.marker_error) + "\n";
  return text;
}

nlohmann::ordered_json as_json(const plan_pilot& pilot, const plan_result& found,
                               const plan_command& options) {
  nlohmann::ordered_json json;
  json["harmonium"] = hm::version;
  json["command"] = "plan";
  json["pilot"] = options.pilot;
  json["types"] = pilot.type_source;
  json["genes"] = options.genes;
  json["at_least"] = options.at_least;
  json["probability"] = options.probability;
  if (options.rare) json["rare"] = *options.rare;
  json["sizes"] = found.sizes;
  json["repeats"] = options.repeats;
  json["models"] = options.models;
  json["depths"] = options.depths;
  json["log2_fold"] = options.log2_fold;
  json["recovery"] = options.recovery;
  json["doublets"] = options.doublets;
  if (options.cost_per_cell) json["cost_per_cell"] = *options.cost_per_cell;
  if (options.cost_per_plate) json["cost_per_plate"] = *options.cost_per_plate;
  json["plate"] = options.plate;
  json["seed"] = options.seed;
  json["answer"] = found.answer;
  json["recommended_cells"] =
      found.recommended ? nlohmann::ordered_json(*found.recommended) : nullptr;
  json["loaded_cells"] = found.loaded;
  if (found.cost.amount) json["cost"] = *found.cost.amount;
  json["plates"] = found.cost.plates;
  json["cells_for_types"] = found.needs.cells;
  json["cells_for_types_median"] = found.needs.middle;
  json["cells_for_types_interval"] = {found.needs.low, found.needs.high};
  json["unseen_mass"] = found.needs.unseen.mass;
  json["types_estimated"] = found.needs.unseen.types;
  json["largest_unseen_type"] = found.needs.unseen.largest_unseen;
  for (const auto& curve : found.curves)
    if (!curve.curve.mean.empty())
      json["saturation"][curve.name] = {
          {"size", curve.curve.size ? nlohmann::ordered_json(*curve.curve.size) : nullptr},
          {"confidence", curve.curve.confidence}};
  json["doubts"] = found.doubts;
  return json;
}

}  // namespace

void plan(const plan_command& options) {
  check_output_folder(options.output, options.overwrite);
  const hm::thread_executor run(options.threads);
  const plan_pilot pilot = read_plan_pilot(run, options);
  for (const auto& remark : pilot.remarks) std::fprintf(stderr, "%s\n", remark.c_str());
  const plan_result found = make_plan(run, pilot, options);
  if (interrupted) throw interruption{};

  const std::filesystem::path folder = options.output;
  create_output_folder(folder);
  std::string summary = found.answer + "\n";
  for (const auto& doubt : found.doubts) summary += "doubt: " + doubt + "\n";
  summary += "cells needed for the types: " + std::to_string(found.needs.cells) +
             " (middle estimate " + std::to_string(found.needs.middle) + ", " +
             std::to_string(found.needs.low) + " to " + std::to_string(found.needs.high) + ")\n";
  for (const auto& curve : found.curves)
    if (!curve.curve.mean.empty())
      summary +=
          curve.in_words + ": " +
          (curve.curve.size ? "no better beyond " + std::to_string(*curve.curve.size) + " cells"
                            : "better up to the largest size tried") +
          "\n";
  summary += "a pilot of one donor tells nothing about how donors differ\n";
  write_text(folder / "types.csv", types_csv(pilot, found));
  write_text(folder / "saturation.csv", saturation_csv(found));
  write_text(folder / "power.csv", power_csv(found));
  write_text(folder / "plan.json", as_json(pilot, found, options).dump(2) + "\n");
  write_text(folder / "summary.txt", summary);
  write_text(folder / "report.html", plan_page(pilot, found, options));
  std::printf("%s%s/report.html shows it in pictures\n", summary.c_str(), options.output.c_str());
}

}  // namespace program
