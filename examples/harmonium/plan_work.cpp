// SPDX-License-Identifier: MIT
#include "plan_work.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/analysis/variable_genes.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/io/gene_list.hpp"
#include "harmonium/io/labels.hpp"
#include "harmonium/study/baseline_models.hpp"
#include "harmonium/study/dbm_model.hpp"
#include "harmonium/study/harmonium_model.hpp"
#include "harmonium/study/planning/abundance.hpp"
#include "harmonium/study/planning/markers.hpp"
#include "interrupt.hpp"
#include "label_cells.hpp"
#include "parsed.hpp"
#include "read_cells.hpp"
#include "synthetic_cells.hpp"
#include "terminal_progress.hpp"

namespace program {

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

hm::any_study_model model_named(const std::string& name) {
  if (name == "scdbm") return hm::any_study_model::of(hm::scdbm_model{});
  if (name == "cluster-nb") return hm::any_study_model::of(hm::cluster_nb_model{});
  // One fit: with that the plan's experiments were held against real cells
  // (docs/how-many-cells.md).
  return hm::any_study_model::of(hm::harmonium_model{.options = {.fits = 1}});
}

hm::see_goal see_goal_of(const plan_command& options) {
  return {.probability = options.probability, .least = options.at_least, .rare = options.rare};
}

/// The types of --separate.
std::pair<std::string, std::string> pair_asked_for(const plan_command& options) {
  const auto comma = options.separate.find(',');
  hm::require(comma != std::string::npos, "--separate",
              "expected two types with a comma between, got '" + options.separate + "'");
  return {options.separate.substr(0, comma), options.separate.substr(comma + 1)};
}

/// The type that goals about one type are about: --type, else the rarest of the pilot.
std::string type_of_goals(const pilot_of_plan& pilot, const plan_command& options) {
  if (!options.type.empty()) return options.type;
  std::vector<hm::index> counts(pilot.types.names.size(), 0);
  for (const hm::index type : pilot.types.codes) ++counts[static_cast<std::size_t>(type)];
  const auto rarest = std::min_element(counts.begin(), counts.end()) - counts.begin();
  return pilot.types.names[static_cast<std::size_t>(rarest)];
}

std::vector<hm::any_planning_goal> goals_of(const pilot_of_plan& pilot,
                                            const plan_command& options) {
  const std::string type = type_of_goals(pilot, options);
  std::vector<std::string> names = options.goals;
  if (!options.separate.empty() && std::find(names.begin(), names.end(), "separate") == names.end())
    names.push_back("separate");
  std::vector<hm::any_planning_goal> goals;
  for (const auto& name : names) {
    if (name == "see") {
      goals.push_back(hm::any_planning_goal::of(see_goal_of(options)));
    } else if (name == "rediscover") {
      goals.push_back(hm::any_planning_goal::of(hm::rediscover_goal{.probability = options.power}));
    } else if (name == "separate") {
      const auto [first, second] = pair_asked_for(options);
      goals.push_back(hm::any_planning_goal::of(
          hm::separate_goal{.first = first, .second = second, .probability = options.power}));
    } else if (name == "markers") {
      goals.push_back(hm::any_planning_goal::of(hm::marker_goal{
          .type = type, .log2_fold = options.log2_fold, .probability = options.power}));
    } else if (name == "abundance") {
      goals.push_back(hm::any_planning_goal::of(
          hm::abundance_goal{.type = type, .fold = options.fold, .probability = options.power}));
    } else {
      goals.push_back(hm::any_planning_goal::of(hm::differential_goal{
          .type = type, .log2_fold = options.log2_fold, .probability = options.power}));
    }
  }
  return goals;
}

std::string in_percent(double share) {
  return rounded(100 * share, 3) + " %";
}

std::string price_in_words(double price) {
  return price < 1000 ? rounded(price, 4) : std::to_string(std::llround(price));
}

std::string in_words(const hm::plan_design& design, const hm::design_result& result) {
  std::string text = std::to_string(design.total()) + " cells";
  if (design.donors > 1)
    text = std::to_string(design.donors) + " donors of " + std::to_string(design.cells) + " cells";
  if (design.donors > 1 && design.conditions > 1) text += " in each of two conditions";
  if (design.depth != 1) text += " at " + in_percent(design.depth) + " of the depth";
  if (result.loaded != design.total()) text += " (load " + std::to_string(result.loaded) + ")";
  if (result.cost.amount) text += ", at a cost of " + price_in_words(*result.cost.amount);
  return text;
}

std::string answer_of(const hm::plan_report& found, const plan_command& options) {
  const auto& search = found.search;
  const auto& needs = found.needs;
  std::string goals;
  for (std::size_t g = 0; g < search.goals.size(); ++g) {
    const auto& goal = search.goals[g];
    if (!goal.is_within_reach) continue;
    goals += (goals.empty() ? "" : ", ") + goal.name + " (" + in_percent(goal.probability) +
             " asked for";
    if (search.answer) {
      const auto& chance = search.answer->chances[g];
      goals += ", chance " + in_percent(chance.mean) + ", " + rounded(100 * chance.lower, 3) +
               " to " + rounded(100 * chance.upper, 3);
    }
    goals += ")";
  }
  std::string text;
  const auto cells_or_more = [](hm::index cells) {
    return (cells >= hm::most_cells_needed / 2 ? "more than " : "") + std::to_string(cells);
  };
  if (search.answer) {
    text = "Sequence " + in_words(search.answer->design, *search.answer) + ". That reaches " +
           goals + ".";
    if (search.goals.size() > 1 && search.binding)
      text += " The goal that asks for most is " +
              search.goals[static_cast<std::size_t>(*search.binding)].name + ".";
  } else {
    text = "No design that was tried reaches all goals (" + goals + ").";
    if (!search.designs.empty()) {
      const auto best =
          std::max_element(search.designs.begin(), search.designs.end(),
                           [](const auto& a, const auto& b) { return a.least < b.least; });
      std::size_t worst = 0;
      for (std::size_t g = 1; g < best->chances.size(); ++g)
        if (search.goals[g].is_within_reach && (!search.goals[worst].is_within_reach ||
                                                best->chances[g].mean < best->chances[worst].mean))
          worst = g;
      if (best->least < 0.001)
        text += " None has a chance worth telling for " + search.goals[worst].name + ".";
      else
        text += " The best, " + in_words(best->design, *best) + ", has a chance of " +
                in_percent(best->least) + " for " + search.goals[worst].name + ".";
    }
  }
  for (const auto& goal : search.goals)
    if (!goal.is_within_reach) text += " Out of reach: " + goal.name + ".";
  text += " To see " + std::to_string(needs.least) + " cells of every type with " +
          in_percent(needs.probability) + " takes " + std::to_string(needs.low) + " to " +
          cells_or_more(needs.high) + " cells" +
          (needs.donors > 1    ? " of " + std::to_string(needs.donors) + " donors together"
           : needs.donors == 1 ? " of one other donor"
                               : "") +
          " for all the pilot leaves open, about " + cells_or_more(needs.middle) +
          " as a middle estimate, " + cells_or_more(needs.on_average) +
          " with all of it averaged over.";
  if (found.next_donors)
    text += " A second pilot of " + std::to_string(*found.next_donors) +
            (*found.next_donors == 1 ? " other donor" : " other donors") +
            ", with as many cells of each, would narrow that.";
  else if (found.next_pilot)
    text += " A second pilot of " + std::to_string(*found.next_pilot) + " cells would narrow that.";
  if (options.budget && search.within_budget)
    text += " Within the budget of " + rounded(*options.budget, 6) + " the best is " +
            in_words(search.within_budget->design, *search.within_budget) + ", with a chance of " +
            in_percent(search.within_budget->least) + ".";
  else if (options.budget)
    text += " The budget of " + rounded(*options.budget, 6) + " is enough for none of the designs.";
  return text;
}

}  // namespace

pilot_of_plan read_plan_pilot(const hm::thread_executor& run, const plan_command& options) {
  pilot_of_plan pilot;
  pilot.cells = read_cells(
      "--pilot", options.pilot,
      {options.orientation, options.feature_type, options.layer, run.threads()}, pilot.remarks);
  hm::require(options.donors_of_cells.empty() || options.donor_column.empty(), "--donor-column",
              "does not go with --donor-labels");
  if (!options.donors_of_cells.empty() || !options.donor_column.empty()) {
    const auto table =
        options.donor_column.empty()
            ? io::read_labels(options.donors_of_cells)
            : read_label_table({{}, options.donor_column, options.pilot}, "--donor-column");
    pilot.donors = hm::code_labels(io::join_labels(table, pilot.cells.barcodes).labels);
  }
  const labels_place labels{options.labels, options.labels_column, options.pilot};
  if (!labels.empty()) {
    auto given = read_given_labels(run, pilot.cells, labels, "pilot");
    pilot.types = hm::code_labels(given.labels);
    pilot.type_source = std::move(given.source);
    std::move(given.remarks.begin(), given.remarks.end(), std::back_inserter(pilot.remarks));
  }
  finish_plan_pilot(run, pilot, options);
  return pilot;
}

void finish_plan_pilot(const hm::thread_executor& run, pilot_of_plan& pilot,
                       const plan_command& options) {
  hm::require(pilot.cells.counts.cells() >= 10, "--pilot",
              options.pilot + " has " + std::to_string(pilot.cells.counts.cells()) +
                  " cells; at least 10 are needed to plan anything");
  if (!options.model_file.empty()) {
    pilot.model = read_kept_model(run, "--model-file", options.model_file);
    pilot.is_its_pilot = was_trained_on(*pilot.model, pilot.cells);
    const auto known = genes_known("--model-file", *pilot.model, pilot.cells.genes);
    const auto all = pilot.cells.genes.size();
    if (std::cmp_less(known.size(), all)) {
      pilot.remarks.push_back(options.model_file + " knows " + std::to_string(known.size()) +
                              " of the pilot's " + std::to_string(all) +
                              " genes; the others are left out");
      pilot.cells = io::select_genes(pilot.cells, std::span<const hm::index>(known));
    }
  }
  if (const auto number = parsed<hm::index>(options.genes)) {
    hm::require(*number >= 1, "--genes", "expected at least 1, got " + options.genes);
    pilot.cells = io::select_genes(pilot.cells, hm::variable_genes(pilot.cells.counts, *number));
  } else if (!options.genes.empty()) {
    hm::require(std::filesystem::exists(options.genes), "--genes",
                "expected a whole number or a file, got '" + options.genes + "'");
    pilot.cells = io::select_genes(
        pilot.cells, io::match_genes(io::read_gene_list(options.genes), pilot.cells.genes));
  }
  std::vector<hm::index> expressed;
  const auto means = hm::gene_means(pilot.cells.counts);
  for (hm::index j = 0; j < means.size(); ++j)
    if (means[j] > 0) expressed.push_back(j);
  hm::require(!expressed.empty(), "--pilot", options.pilot + " holds no counts");
  pilot.cells = io::select_genes(pilot.cells, std::span<const hm::index>(expressed));
  if (pilot.types.codes.empty()) {
    terminal_progress watch;
    pilot.types = find_clusters(run, pilot.cells.counts, watch);
    pilot.type_source = found_by_louvain;
    pilot.remarks.push_back(
        "Types are clusters that were found in the pilot: types of a few cells each hide in larger "
        "clusters, and are not counted");
  }
  // Types that are expected but were not met have no cells.
  const auto expect = [&](const std::string& name, double share) {
    auto& names = pilot.types.names;
    const auto place = std::find(names.begin(), names.end(), name) - names.begin();
    if (place == static_cast<std::ptrdiff_t>(names.size())) names.push_back(name);
    pilot.expected.push_back({place, share, options.expected_weight});
  };
  if (!options.expected_labels.empty()) {
    hm::require(options.expected.empty(), "--expected-labels", "does not go with --expected");
    const auto known = hm::code_labels(io::read_labels(options.expected_labels).labels);
    hm::require(known.names.size() > 1, "--expected-labels",
                options.expected_labels + " has fewer than two types");
    for (std::size_t t = 0; t < known.names.size(); ++t)
      expect(known.names[t], static_cast<double>(std::count(known.codes.begin(), known.codes.end(),
                                                            static_cast<hm::index>(t))) /
                                 static_cast<double>(known.codes.size()));
  }
  for (const auto& text : options.expected) {
    const auto equals = text.rfind('=');
    const double share =
        equals == std::string::npos ? 0 : parsed<double>(text.substr(equals + 1)).value_or(0);
    hm::require(share > 0 && share < 1, "--expected",
                "expected TYPE=SHARE with a share between 0 and 1, got '" + text + "'");
    expect(text.substr(0, equals), share);
  }
}

std::vector<long> donors_of_designs(const pilot_of_plan& pilot, const plan_command& options) {
  if (!options.donors.empty()) return options.donors;
  return {std::max<long>(1, static_cast<long>(pilot.donors.names.size()))};
}

plan_result make_plan(const hm::thread_executor& run, const pilot_of_plan& pilot,
                      const plan_command& options, terminal_progress watch) {
  const hm::plan_pilot cells{pilot.cells.counts, pilot.types.codes, pilot.types.names,
                             pilot.donors.codes};
  if (!options.separate.empty()) {  // before the work: it may complain
    const auto [first, second] = pair_asked_for(options);
    (void)cells.type_named(first);
    (void)cells.type_named(second);
  }
  if (!options.type.empty()) (void)cells.type_named(options.type);
  hm::require(!options.budget || options.cost_per_cell || options.cost_per_plate ||
                  options.cost_per_lane || options.cost_per_donor || options.cost_per_million_reads,
              "--budget", "needs a price, such as --cost-per-cell");
  const auto donors = donors_of_designs(pilot, options);
  hm::design_space space{
      .sizes = {options.sizes.begin(), options.sizes.end()},
      .donors = {donors.begin(), donors.end()},
      .depths = {},
      .budget = options.budget,
      .prices = {.cells = {.per_cell = options.cost_per_cell,
                           .per_plate = options.cost_per_plate,
                           .plate = options.plate},
                 .per_lane = options.cost_per_lane,
                 .lane = options.lane,
                 .donors_per_lane = options.donors_per_lane,
                 .per_donor = options.cost_per_donor,
                 .per_million_reads = options.cost_per_million_reads,
                 .reads_per_cell = options.reads_per_cell,
                 .saturation = options.saturation,
                 .loading = {.recovery = options.recovery, .doublets = options.doublets},
                 .doublets_per_thousand = doublets_that_grow(options)}};
  for (const double depth : options.depths)
    if (depth < 1) space.depths.push_back(depth);
  hm::plan_options how;
  how.experiments.repeats = options.repeats;
  if (pilot.model)
    how.experiments.models.push_back(
        hm::any_study_model::of(as_fixed(*pilot.model, pilot.cells.genes)));
  for (const auto& model : fitted_models(options))
    how.experiments.models.push_back(model_named(model));
  how.frequencies.expected = pilot.expected;
  how.seen = see_goal_of(options);
  // One donor is the pilot's tissue again; more of them are others.
  how.are_donors_new =
      pilot.donors.names.size() < 2 && *std::max_element(donors.begin(), donors.end()) > 1;
  hm::random_engine rng(options.seed);
  plan_result result;
  result.found = hm::plan(run, cells, goals_of(pilot, options), space, how, std::ref(watch), rng);
  if (!result.found.is_finished) throw interruption{};
  if (pilot.model && !pilot.is_its_pilot)
    result.found.doubts.push_back(
        pilot.model->name +
        " was trained on other cells or genes than this pilot's: its experiments are of what it "
        "learned from");
  if (pilot.model)
    result.found.doubts.push_back(
        "experiments of " + pilot.model->name +
        " come from one fit: how far fits to other pilots of this size would differ is not in "
        "their spread");
  result.answer = answer_of(result.found, options);
  return result;
}

}  // namespace program
