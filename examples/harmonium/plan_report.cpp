// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/report/svg.hpp"
#include "harmonium/study/planning/reads.hpp"
#include "harmonium/version.hpp"
#include "page.hpp"
#include "plan_work.hpp"

namespace program {

namespace hm = harmonium;
namespace svg = harmonium::svg;

namespace {

/// Tables that fit narrow pages: text wraps, columns that can be missed go first.
constexpr std::string_view plan_style = R"(<style>
table.fit{width:100%;table-layout:auto}table.fit th,table.fit td{white-space:normal;padding-right:8px}
table.fit td:first-child{overflow-wrap:anywhere}.grid{--least:300px}
@media(max-width:600px){.wide{display:none}table.fit{font-size:12px}
table.fit th,table.fit td{padding-right:5px}body{padding:10px}.answer{font-size:1.08em}}
@media print{body{font-size:12px;padding:0}table.fit{font-size:11px}.note{font-size:11px}
.grid{--least:210px}.grid svg,tr{break-inside:avoid}h2{break-after:avoid;margin-top:1.2em}
.answer{font-size:1.1em}}
</style>
)";

std::string row_of(std::initializer_list<std::pair<std::string, bool>> cells) {
  std::string text = "<tr>";
  for (const auto& [cell, is_wide] : cells)
    text += (is_wide ? "<td class=\"wide\">" : "<td>") + cell + "</td>";
  return text + "</tr>\n";
}

std::string cells_or(const std::optional<hm::index>& cells, const char* otherwise) {
  return cells ? std::to_string(*cells) : otherwise;
}

std::string in_percent(const hm::chance_estimate& one) {
  return short_number(100 * one.mean) + " % (" + short_number(100 * one.lower) + " to " +
         short_number(100 * one.upper) + ")";
}

std::string chance_of(double share) {
  return share < 0.001 ? "&lt; 0.1 %" : percent(share);
}

std::string price_or(const std::optional<double>& amount) {
  if (!amount) return "&ndash;";
  return *amount < 1000 ? short_number(*amount) : std::to_string(std::llround(*amount));
}

std::string goal_table(const hm::design_search& search) {
  std::string text =
      "<table class=\"fit\"><tr><th>goal</th><th>asked for</th><th>cells, alone</th>"
      "<th class=\"wide\">price, alone</th><th>chance in the design</th></tr>\n";
  for (std::size_t g = 0; g < search.goals.size(); ++g) {
    const auto& goal = search.goals[g];
    const bool binds = search.binding && *search.binding == static_cast<hm::index>(g);
    const std::string each =
        goal.cells && goal.donors > 1 ? std::to_string(goal.donors) + " donors &times; " : "";
    text +=
        row_of({{(binds ? "<b>" : "") + svg::escaped(goal.name) + (binds ? "</b>, binds" : "") +
                     ": " + svg::escaped(goal.success),
                 false},
                {percent(goal.probability), false},
                {goal.is_within_reach ? each + cells_or(goal.cells, "not reached") : "out of reach",
                 false},
                {goal.cells ? price_or(goal.cost.amount) : "&ndash;", true},
                {search.answer ? in_percent(search.answer->chances[g]) : "&ndash;", false}});
    if (goal.name != "separate") continue;  // types have a table of their own
    for (std::size_t p = 0; p < goal.cells_of_parts.size(); ++p)
      text += row_of(
          {{"&nbsp;&nbsp;" + svg::escaped(goal.parts[p]), false},
           {percent(goal.probability), false},
           {cells_or(goal.cells_of_parts[p], "not reached"), false},
           {"", true},
           {p < goal.chances_of_parts.size() ? in_percent(goal.chances_of_parts[p]) : "&ndash;",
            false}});
  }
  return text + "</table>\n";
}

/// Chances of a goal over cells, for every number of donors at full depth.
std::string goal_plot(const hm::design_search& search, std::size_t g) {
  std::vector<hm::index> donors;
  double most = 1;
  for (const auto& one : search.designs) {
    if (one.design.depth != 1) continue;
    if (std::find(donors.begin(), donors.end(), one.design.donors) == donors.end())
      donors.push_back(one.design.donors);
    most = std::max(most, static_cast<double>(one.design.cells));
  }
  std::sort(donors.begin(), donors.end());
  const auto& goal = search.goals[g];
  svg::plot plot("goal: " + goal.name,
                 {donors.size() > 1 ? "cells of a donor" : "cells of the experiment", {0, most}},
                 {"chance", {0, 1.02}}, 400, 270);
  for (std::size_t k = 0; k < donors.size(); ++k) {
    std::vector<std::pair<hm::index, hm::chance_estimate>> points;
    for (const auto& one : search.designs)
      if (one.design.depth == 1 && one.design.donors == donors[k])
        points.emplace_back(one.design.cells, one.chances[g]);
    std::sort(points.begin(), points.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<double> x, mean, low, high;
    for (const auto& [cells, chance] : points) {
      x.push_back(static_cast<double>(cells));
      mean.push_back(chance.mean);
      low.push_back(chance.lower);
      high.push_back(chance.upper);
    }
    if (k == 0) plot.band(x, low, high, svg::colour(k));
    plot.line(x, mean, svg::colour(k), 2);
  }
  plot.line(std::array{0.0, most}, std::array{goal.probability, goal.probability}, "#777777", 1,
            "4 4");
  if (goal.cells && static_cast<double>(*goal.cells) <= most) {
    const auto at = static_cast<double>(*goal.cells);
    plot.line(std::array{at, at}, std::array{0.0, 1.02}, "#777777", 1, "4 4");
  }
  return plot.str();
}

std::string frontier_plot(const hm::design_search& search, const std::optional<double>& budget) {
  double most = 0;
  const bool is_priced = !search.designs.empty() && search.designs.front().cost.amount.has_value();
  for (const auto& one : search.designs) most = std::max(most, one.size());
  most *= 1.04;  // so that the last dot is whole
  svg::plot plot("chance against " + std::string(is_priced ? "price" : "cells"),
                 {is_priced ? "price" : "cells in all", {0, most}},
                 {"least chance of a goal", {0, 1.02}}, 400, 270);
  std::vector<double> x, y, front_x, front_y;
  for (const auto& one : search.designs) {
    x.push_back(one.size());
    y.push_back(one.least);
    if (!one.is_frontier) continue;
    front_x.push_back(one.size());
    front_y.push_back(one.least);
  }
  plot.points(x, y, "#777777", 3, 0.5);
  plot.line(front_x, front_y, "#4477aa", 2);
  if (budget && is_priced && *budget < most)
    plot.line(std::array{*budget, *budget}, std::array{0.0, 1.02}, "#777777", 1, "4 4");
  if (search.within_budget)
    plot.points(std::array{search.within_budget->size()}, std::array{search.within_budget->least},
                "#228833", 6, 1);
  if (search.answer)
    plot.points(std::array{search.answer->size()}, std::array{search.answer->least}, "#ee6677", 6,
                1);
  return plot.str();
}

/// @param on_plates whether cells go on plates, else into lanes
std::string design_table(const hm::design_search& search, bool on_plates) {
  const bool are_compared = !search.designs.empty() && search.designs.front().design.conditions > 1;
  std::string text = "<table class=\"fit\"><tr><th>donors" +
                     std::string(are_compared ? " in each condition" : "") +
                     "</th><th>cells of each</th><th class=\"wide\">depth</th>"
                     "<th>to load</th><th class=\"wide\">" +
                     (on_plates ? "plates" : "lanes") +
                     "</th><th>price</th><th>least chance</th></tr>\n";
  const auto row = [&](const hm::design_result& one, const char* mark) {
    text += row_of({{std::to_string(one.design.donors), false},
                    {std::to_string(one.design.cells) + mark, false},
                    {percent(one.design.depth), true},
                    {std::to_string(one.loaded), false},
                    {std::to_string(on_plates ? one.cost.plates : one.cost.lanes), true},
                    {price_or(one.cost.amount), false},
                    {chance_of(one.least), false}});
  };
  // A dozen of the frontier that differ in their chances, and those that the answer names.
  constexpr double step = 1.0 / 12;
  double shown = -1;
  for (const auto& one : search.designs) {
    const bool is_answer = search.answer && one.design == search.answer->design;
    const bool is_affordable = search.within_budget && one.design == search.within_budget->design;
    if (!is_answer && !is_affordable && !(one.is_frontier && one.least >= shown + step)) continue;
    shown = std::max(shown, one.least);
    row(one, is_answer       ? " <b>(the answer)</b>"
             : is_affordable ? " <b>(within the budget)</b>"
                             : "");
  }
  return text + "</table>\n";
}

std::string type_table(const hm::plan_report& found) {
  std::string text =
      "<table class=\"fit\"><tr><th>cell type</th><th>pilot cells</th><th>frequency</th>"
      "<th class=\"wide\">90 % interval</th><th>cells to see it</th><th>cells to find it "
      "anew</th><th class=\"wide\">chance of that in the design</th></tr>\n";
  const auto rediscovered = [&](const std::string& type) -> std::string {
    for (const auto& goal : found.search.goals) {
      if (goal.name != "rediscover") continue;
      for (std::size_t p = 0; p < goal.parts.size() && p < goal.cells_of_parts.size(); ++p)
        if (goal.parts[p] == type) return cells_or(goal.cells_of_parts[p], "not reached");
      return "left out";
    }
    return "&ndash;";
  };
  const auto chance_anew = [&](const std::string& type) -> std::string {
    for (const auto& goal : found.search.goals) {
      if (goal.name != "rediscover") continue;
      for (std::size_t p = 0; p < goal.chances_of_parts.size(); ++p)
        if (goal.parts[p] == type) return in_percent(goal.chances_of_parts[p]);
    }
    return "&ndash;";
  };
  for (std::size_t t = 0; t < found.counts.size(); ++t)
    text += row_of(
        {{svg::escaped(found.types[t]), false},
         {std::to_string(found.counts[t]), false},
         {percent(found.frequencies.mean[t]), false},
         {percent(found.frequencies.lower[t]) + " to " + percent(found.frequencies.upper[t]), true},
         {std::to_string(found.needs.of_type[t]), false},
         {rediscovered(found.types[t]), false},
         {chance_anew(found.types[t]), true}});
  const auto& needs = found.needs;
  text += row_of({{"<b>all of them</b>", false},
                  {std::to_string(found.unseen.cells), false},
                  {"", false},
                  {"", true},
                  {"<b>" + std::to_string(needs.high) + "</b> (" + std::to_string(needs.low) +
                       " to " + std::to_string(needs.high) + ")",
                   false},
                  {"", false},
                  {"", true}});
  text +=
      "</table>\n<p class=\"note\">To see: at least " + std::to_string(needs.least) +
      " cells with a probability of " + percent(needs.probability) +
      ", for 95 % of what the pilot leaves open about frequencies; with all of that averaged "
      "over, " +
      std::to_string(needs.on_average) +
      " cells do. The law that types' frequencies follow is learned from the pilot, so that the "
      "rarest type is not taken at its word.";
  if (needs.donors > 0) {
    double least = found.donor_deviation(0), most = least;
    for (std::size_t t = 1; t < found.types.size(); ++t) {
      least = std::min(least, found.donor_deviation(t));
      most = std::max(most, found.donor_deviation(t));
    }
    text += " Cells are those of " + std::to_string(needs.donors) +
            (needs.donors == 1 ? " other donor" : " donors together") +
            ", whose shares of a type deviate from its frequency by " + percent(least) + " to " +
            percent(most) + " of it, by type (types.csv).";
  }
  text += "</p>\n";
  text += "<p>Unseen: by Good and Turing " + percent(found.unseen.mass) +
          " of the cells are of types that the pilot does not hold; Chao's estimate is " +
          short_number(found.unseen.types) + " types, of which it holds " +
          std::to_string(found.unseen.seen) +
          ". A type that is not in the pilot has, with 95 % confidence, a frequency below " +
          percent(found.unseen.largest_unseen) + ".</p>\n";
  return text;
}

std::string curve_plots(const hm::plan_report& found) {
  std::vector<double> x;
  for (const hm::index size : found.sizes) x.push_back(std::log10(static_cast<double>(size)));
  const auto shown = [&](const std::string& title, double low, double high) {
    const double margin = 0.05 * (x.back() - x.front()) + 0.01;
    svg::plot plot(
        title, {"cells of the experiment", {x.front() - margin, x.back() + margin}, false, false},
        {"", {low, high}}, 400, 270);
    for (std::size_t s = 0; s < x.size(); ++s)
      plot.name_below(x[s], std::to_string(found.sizes[s]));
    return plot;
  };
  std::string text;
  for (const auto& one : found.curves) {
    if (one.curve.mean.empty()) continue;
    double low = std::min(0.0, *std::min_element(one.curve.lower.begin(), one.curve.lower.end()));
    const double high = std::max(low < 0 ? 0.0 : 1.0,
                                 *std::max_element(one.curve.upper.begin(), one.curve.upper.end()));
    if (low < 0) low *= 1.05;
    auto plot = shown(one.in_words, low, high + 0.02);
    plot.band(x, one.curve.lower, one.curve.upper, "#4477aa");
    for (hm::index c = 0; c < one.values.cols(); ++c) {
      std::vector<double> y;
      for (hm::index s = 0; s < one.values.rows(); ++s) y.push_back(one.values(s, c));
      plot.points(x, y, "#4477aa", 3, 0.5);
    }
    plot.line(x, one.curve.mean, "#4477aa", 2);
    if (one.curve.size) {
      const double at = std::log10(static_cast<double>(*one.curve.size));
      plot.line(std::array{at, at}, std::array{low, high}, "#228833", 1.5, "4 4");
    }
    text += plot.str();
  }
  if (found.depths.size() > 1) {
    auto plot = shown("shallower sequencing (Rand)", 0, 1.02);
    for (std::size_t d = 0; d < found.depths.size(); ++d)
      plot.line(x, found.depths[d].mean, svg::colour(d), 2);
    text += plot.str();
  }
  return text;
}

}  // namespace

std::string plan_page(const pilot_of_plan& pilot, const plan_result& result,
                      const plan_command& options) {
  const auto& found = result.found;
  const auto& search = found.search;
  std::string page = page_head("How many cells does the experiment need?");
  page += plan_style;
  page += "<p class=\"answer\">" + svg::escaped(result.answer) + "</p>\n";
  page += goal_table(search);
  page +=
      "<p class=\"note\">Chance: mean, and 90 % interval over what the pilot leaves open. The "
      "number of cells for <i>see</i> is one for which 95 % of that reaches the "
      "probability.</p>\n";
  page += "<p>From a pilot of " + std::to_string(pilot.cells.counts.cells()) + " cells (" +
          svg::escaped(options.pilot) + ", " + std::to_string(pilot.cells.counts.genes()) +
          " genes with counts, " + std::to_string(pilot.types.names.size()) +
          " cell types: " + svg::escaped(pilot.type_source) + ").</p>\n";
  for (const auto& remark : pilot.remarks)
    page += "<p class=\"note\">Note: " + svg::escaped(remark) + ".</p>\n";
  page += "<h2>Chances</h2>\n<div class=\"grid\">";
  for (std::size_t g = 0; g < search.goals.size(); ++g) page += goal_plot(search, g);
  page += frontier_plot(search, options.budget) +
          "</div>\n<p class=\"note\">Dashed: what was asked for, and the "
          "cells that reach it. In the last picture dots are designs, the line those that no other "
          "beats, "
          "the large red dot the answer";
  if (search.within_budget)
    page += ", the green one the best within the budget, which is dashed there too";
  page += ". Figures: designs.csv, goals.csv.";
  if (const auto donors = donors_of_designs(pilot, options); donors.size() > 1) {
    page += " Colours are numbers of donors:</p>\n";
    std::vector<std::string> names;
    std::vector<long> sorted = donors;
    std::sort(sorted.begin(), sorted.end());
    for (const long n : sorted) names.push_back(std::to_string(n));
    page += colour_key(names);
  } else {
    page += "</p>\n";
  }
  page +=
      "<h2>Designs</h2>\n" + design_table(search, options.cost_per_plate.has_value()) +
      "<p class=\"note\">A dozen of those that no other beats in both price (or cells) and chance; "
      "all that were tried are in designs.csv.</p>\n";
  page += "<h2>Cell types</h2>\n" + type_table(found);
  page += "<h2>What to distrust</h2>\n<ul>";
  for (const auto& doubt : found.doubts) page += "<li>" + svg::escaped(doubt) + "</li>\n";
  page +=
      "<li>A synthetic experiment holds no type that the pilot does not hold.</li>\n"
      "<li>Clusters of synthetic cells find types anew about as often as clusters of real ones "
      "where "
      "types are frequent and distinct; types of less than a twentieth of the pilot, and states "
      "that "
      "pass into one another, more often than real ones would (docs/how-many-cells.md has the "
      "measurements).</li>\n"
      "<li>Shallower sequencing is imitated by dropping counted molecules at random.</li>\n"
      "</ul>\n";
  page += "<h2>From what size on clusters get no better</h2>\n<div class=\"grid\">" +
          curve_plots(found) + "</div>\n";
  if (found.depths.size() > 1) {
    std::vector<std::string> names;
    for (const auto& one : found.depths)
      names.push_back((one.depth == 1 ? "full depth" : percent(one.depth) + " of the depth") +
                      ": " + short_number(one.depth * found.counts_per_cell) + " counts and " +
                      std::to_string(std::llround(options.reads_per_cell *
                                                  hm::reads_share(one.depth, options.saturation))) +
                      " reads a cell");
    page += colour_key(names);
  }
  page +=
      "<p class=\"note\">Models were fitted to random four fifths of the pilot, " +
      std::to_string(options.repeats) + " times each" +
      (pilot.model ? " (" + svg::escaped(pilot.model->name) + " is the same each time)" : "") +
      ", and made experiments of every size, which were clustered without looking at "
      "types. Rand is the adjusted Rand index: 1 for the same clusters, 0 by chance; a type is "
      "found where some cluster is mostly it (F1 of at least a half), and rare below 5 %. Dots are "
      "single experiments, bands hold 90 % of them. The green line is the smallest size that no "
      "larger one beats on average by more than 0.02. Figures: saturation.csv, depths.csv.</p>\n";
  page += "<h2>What was run</h2>\n<p><code>harmonium " + std::string(hm::version) + " plan, seed " +
          std::to_string(options.seed) + ", models";
  if (pilot.model) page += " " + svg::escaped(pilot.model->file);
  for (const auto& model : fitted_models(options)) page += " " + svg::escaped(model);
  return page +
         "</code>; plan.json has all options, the csv files all figures.</p>\n</body></html>\n";
}

}  // namespace program
