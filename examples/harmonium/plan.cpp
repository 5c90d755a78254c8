// SPDX-License-Identifier: MIT
#include "plan.hpp"

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "expendable_work.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/io/study_csv.hpp"
#include "harmonium/study/planning/reads.hpp"
#include "harmonium/version.hpp"
#include "interrupt.hpp"
#include "json_output.hpp"
#include "output_folder.hpp"
#include "plan_work.hpp"

namespace program {

namespace hm = harmonium;

namespace {

std::string quoted(const std::string& name) {
  if (name.find_first_of(",\"\n") == std::string::npos) return name;
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

std::string types_csv(const hm::plan_report& found) {
  std::string text = "type,pilot_cells,frequency,lower,upper,cells_needed,donor_deviation\n";
  for (std::size_t t = 0; t < found.counts.size(); ++t)
    text += quoted(found.types[t]) + "," + std::to_string(found.counts[t]) + "," +
            hm::io::csv_number(found.frequencies.mean[t]) + "," +
            hm::io::csv_number(found.frequencies.lower[t]) + "," +
            hm::io::csv_number(found.frequencies.upper[t]) + "," +
            std::to_string(found.needs.of_type[t]) + "," +
            (found.frequencies.variation.size() > 0 ? hm::io::csv_number(found.donor_deviation(t))
                                                    : "") +
            "\n";
  return text;
}

std::string saturation_csv(const hm::plan_report& found) {
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

/// Every goal and, where it has parts, each of them: the cells of a donor that reach it alone,
/// their price, and the chance in the answer.
std::string goals_csv(const hm::plan_report& found) {
  std::string text = "goal,part,probability,donors,cells,cost,chance,lower,upper\n";
  const auto cells = [](const std::optional<hm::index>& n) { return n ? std::to_string(*n) : ""; };
  const auto chance = [](const hm::chance_estimate& one) {
    return "," + hm::io::csv_number(one.mean) + "," + hm::io::csv_number(one.lower) + "," +
           hm::io::csv_number(one.upper) + "\n";
  };
  const std::string unknown = ",,,\n";
  for (std::size_t g = 0; g < found.search.goals.size(); ++g) {
    const auto& goal = found.search.goals[g];
    const std::string asked = "," + hm::io::csv_number(goal.probability) + ",";
    text += goal.name + "," + asked + (goal.cells ? std::to_string(goal.donors) : "") + "," +
            cells(goal.cells) + "," +
            (goal.cost.amount ? hm::io::csv_number(*goal.cost.amount) : "") +
            (found.search.answer ? chance(found.search.answer->chances[g]) : unknown);
    for (std::size_t p = 0; p < goal.parts.size() && p < goal.cells_of_parts.size(); ++p)
      text += goal.name + "," + quoted(goal.parts[p]) + asked + "," +
              cells(goal.cells_of_parts[p]) + "," +
              (p < goal.chances_of_parts.size() ? chance(goal.chances_of_parts[p]) : unknown);
  }
  return text;
}

/// Reads and counts of a cell at every depth, and how well clusters find types there.
std::string depths_csv(const hm::plan_report& found, const plan_command& options) {
  std::string text = "depth,reads_per_cell,counts_per_cell,size,adjusted_rand\n";
  for (const auto& one : found.depths)
    for (std::size_t s = 0; s < one.mean.size(); ++s)
      text += hm::io::csv_number(one.depth) + "," +
              hm::io::csv_number(options.reads_per_cell *
                                 hm::reads_share(one.depth, options.saturation)) +
              "," + hm::io::csv_number(one.depth * found.counts_per_cell) + "," +
              std::to_string(found.sizes[s]) + "," + hm::io::csv_number(one.mean[s]) + "\n";
  return text;
}

std::string designs_csv(const hm::plan_report& found) {
  std::string text =
      "conditions,donors,cells_per_donor,depth,loaded,plates,lanes,cost,goal,chance,lower,upper,"
      "reaches_all,frontier\n";
  for (const auto& one : found.search.designs)
    for (std::size_t g = 0; g < one.chances.size(); ++g)
      text += std::to_string(one.design.conditions) + "," + std::to_string(one.design.donors) +
              "," + std::to_string(one.design.cells) + "," + hm::io::csv_number(one.design.depth) +
              "," + std::to_string(one.loaded) + "," + std::to_string(one.cost.plates) + "," +
              std::to_string(one.cost.lanes) + "," +
              (one.cost.amount ? hm::io::csv_number(*one.cost.amount) : "") + "," +
              found.search.goals[g].name + "," + hm::io::csv_number(one.chances[g].mean) + "," +
              hm::io::csv_number(one.chances[g].lower) + "," +
              hm::io::csv_number(one.chances[g].upper) + "," + (one.reaches_all ? "1" : "0") + "," +
              (one.is_frontier ? "1" : "0") + "\n";
  return text;
}

nlohmann::ordered_json as_json(const hm::design_result& one) {
  nlohmann::ordered_json json;
  json["conditions"] = one.design.conditions;
  json["donors"] = one.design.donors;
  json["cells_per_donor"] = one.design.cells;
  json["depth"] = one.design.depth;
  json["loaded_cells"] = one.loaded;
  json["plates"] = one.cost.plates;
  json["lanes"] = one.cost.lanes;
  if (one.cost.amount) json["cost"] = *one.cost.amount;
  json["least_chance"] = one.least;
  return json;
}

}  // namespace

std::string plan_as_json(const pilot_of_plan& pilot, const plan_result& result,
                         const plan_command& options) {
  const auto& found = result.found;
  nlohmann::ordered_json json;
  json["harmonium"] = hm::version;
  json["command"] = "plan";
  json["pilot"] = options.pilot;
  json["types"] = pilot.type_source;
  json["genes"] = options.genes;
  json["at_least"] = options.at_least;
  json["probability"] = options.probability;
  json["power"] = options.power;
  if (options.rare) json["rare"] = *options.rare;
  json["expected"] = options.expected;
  if (!options.expected_labels.empty()) json["expected_labels"] = options.expected_labels;
  json["sizes"] = found.sizes;
  json["repeats"] = options.repeats;
  json["models"] = fitted_models(options);
  if (!options.model_file.empty()) json["model_file"] = options.model_file;
  json["depths"] = options.depths;
  json["donors"] = donors_of_designs(pilot, options);
  json["log2_fold"] = options.log2_fold;
  json["fold"] = options.fold;
  json["recovery"] = options.recovery;
  json["doublets"] = options.doublets;
  json["doublets_per_thousand"] = doublets_that_grow(options);
  json["saturation_of_reads"] = options.saturation;
  const auto price = [&](const char* name, const std::optional<double>& value) {
    if (value) json[name] = *value;
  };
  price("cost_per_cell", options.cost_per_cell);
  price("cost_per_plate", options.cost_per_plate);
  price("cost_per_lane", options.cost_per_lane);
  price("cost_per_donor", options.cost_per_donor);
  price("cost_per_million_reads", options.cost_per_million_reads);
  price("budget", options.budget);
  json["plate"] = options.plate;
  json["lane"] = options.lane;
  json["donors_per_lane"] = options.donors_per_lane;
  json["seed"] = options.seed;
  json["answer"] = result.answer;
  const auto& search = found.search;
  json["recommended_cells"] =
      search.answer ? nlohmann::ordered_json(search.answer->design.total()) : nullptr;
  if (search.answer) {
    json["design"] = as_json(*search.answer);
    json["loaded_cells"] = search.answer->loaded;
    if (search.answer->cost.amount) json["cost"] = *search.answer->cost.amount;
    json["plates"] = search.answer->cost.plates;
  }
  if (search.binding)
    json["binding_goal"] = search.goals[static_cast<std::size_t>(*search.binding)].name;
  if (search.within_budget) json["within_budget"] = as_json(*search.within_budget);
  for (const auto& goal : search.goals) {
    nlohmann::ordered_json one;
    one["name"] = goal.name;
    one["success"] = goal.success;
    one["probability"] = goal.probability;
    one["within_reach"] = goal.is_within_reach;
    one["cells"] = goal.cells ? nlohmann::ordered_json(*goal.cells) : nullptr;
    if (goal.cost.amount) one["cost"] = *goal.cost.amount;
    for (std::size_t p = 0; p < goal.cells_of_parts.size(); ++p) {
      nlohmann::ordered_json part;
      part["name"] = goal.parts[p];
      part["cells"] = nullptr;
      if (goal.cells_of_parts[p]) part["cells"] = *goal.cells_of_parts[p];
      if (p < goal.chances_of_parts.size()) part["chance"] = goal.chances_of_parts[p].mean;
      one["parts"].push_back(std::move(part));
    }
    json["goals"].push_back(std::move(one));
  }
  json["cells_for_types"] = found.needs.high;
  json["cells_for_types_on_average"] = found.needs.on_average;
  json["cells_for_types_median"] = found.needs.middle;
  json["cells_for_types_interval"] = {found.needs.low, found.needs.high};
  if (found.needs.donors > 0) json["cells_for_types_donors"] = found.needs.donors;
  if (found.next_pilot) json["next_pilot"] = *found.next_pilot;
  if (found.next_donors) json["next_pilot_donors"] = *found.next_donors;
  if (found.donors) {
    json["correlation_within_donors"] = found.donors->correlation;
    json["correlation_within_donors_interval"] = {found.donors->lower, found.donors->upper};
  }
  json["unseen_mass"] = found.unseen.mass;
  json["types_estimated"] = found.unseen.types;
  json["largest_unseen_type"] = found.unseen.largest_unseen;
  for (const auto& curve : found.curves)
    if (!curve.curve.mean.empty())
      json["saturation"][curve.name] = {
          {"size", curve.curve.size ? nlohmann::ordered_json(*curve.curve.size) : nullptr},
          {"confidence", curve.curve.confidence}};
  for (std::size_t t = 0; t < found.counts.size(); ++t) {
    nlohmann::ordered_json one = {{"type", found.types[t]},
                                  {"pilot_cells", found.counts[t]},
                                  {"frequency", found.frequencies.mean[t]},
                                  {"lower", found.frequencies.lower[t]},
                                  {"upper", found.frequencies.upper[t]},
                                  {"cells_needed", found.needs.of_type[t]}};
    if (found.frequencies.variation.size() > 0) one["donor_deviation"] = found.donor_deviation(t);
    json["frequencies"].push_back(std::move(one));
  }
  for (const auto& one : search.designs)
    for (std::size_t g = 0; g < one.chances.size(); ++g) {
      nlohmann::ordered_json row = as_json(one);
      row["goal"] = search.goals[g].name;
      row["chance"] = one.chances[g].mean;
      row["lower"] = one.chances[g].lower;
      row["upper"] = one.chances[g].upper;
      row["reaches_all"] = one.reaches_all;
      row["is_frontier"] = one.is_frontier;
      json["designs"].push_back(std::move(row));
    }
  json["doubts"] = found.doubts;
  return json.dump(2) + "\n";
}

void plan(const plan_command& options) {
  const output_claim claim(options.output, options.overwrite);
  const hm::thread_executor run(options.threads);
  std::optional<expendable_work> all(std::in_place, [&] {
    claim.remove_empty();
    return nothing_written;
  });
  const pilot_of_plan pilot = read_plan_pilot(run, options);
  for (const auto& remark : pilot.remarks) std::fprintf(stderr, "%s\n", remark.c_str());
  const plan_result result = make_plan(run, pilot, options, {});
  if (interrupted) throw interruption{};
  all.reset();

  const auto& found = result.found;
  const std::filesystem::path folder = options.output;
  std::string summary = result.answer + "\n";
  const std::string in_each_condition =
      !found.search.designs.empty() && found.search.designs.front().design.conditions > 1
          ? " in each condition"
          : "";
  for (const auto& goal : found.search.goals)
    summary += goal.name + ": " +
               (goal.cells ? std::to_string(*goal.cells) + " cells" +
                                 (goal.donors > 1 ? " of each of " + std::to_string(goal.donors) +
                                                        " donors" + in_each_condition
                                                  : in_each_condition)
                : goal.is_within_reach ? "not reached by any number of cells tried"
                                       : "out of reach") +
               " (" + goal.success + ")\n";
  for (const auto& curve : found.curves)
    if (!curve.curve.mean.empty())
      summary +=
          curve.in_words + ": " +
          (curve.curve.size ? "no better beyond " + std::to_string(*curve.curve.size) + " cells"
                            : "better up to the largest size tried") +
          "\n";
  for (const auto& doubt : found.doubts) summary += "doubt: " + doubt + "\n";
  const std::string as_json = plan_as_json(pilot, result, options);
  output_files files(folder);
  files.write("types.csv", types_csv(found));
  files.write("goals.csv", goals_csv(found));
  files.write("designs.csv", designs_csv(found));
  files.write("saturation.csv", saturation_csv(found));
  files.write("depths.csv", depths_csv(found, options));
  files.write("plan.json", as_json);
  files.write("summary.txt", summary);
  files.write("report.html", plan_page(pilot, result, options));
  if (options.json) {
    auto json = nlohmann::ordered_json::parse(as_json);
    json["output"] = options.output;
    json["files"] = files.paths();
    return print_json(json);
  }
  std::printf("%s%s/report.html shows it in pictures\n", summary.c_str(), options.output.c_str());
}

}  // namespace program
