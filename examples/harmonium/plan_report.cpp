// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "harmonium/report/svg.hpp"
#include "harmonium/study/cells_needed.hpp"
#include "harmonium/version.hpp"
#include "page.hpp"
#include "plan_work.hpp"

namespace program {

namespace hm = harmonium;
namespace svg = harmonium::svg;

namespace {

constexpr double enough_power = 0.8;

std::string type_table(const plan_pilot& pilot, const plan_result& found,
                       const plan_command& options) {
  const auto& needs = found.needs;
  std::string text =
      "<div class=\"scroll\"><table><tr><th>cell type</th><th>pilot cells</th><th>frequency</th>"
      "<th>90 % interval</th><th>cells needed for it</th></tr>\n";
  for (std::size_t t = 0; t < needs.counts.size(); ++t)
    text += table_row(
        {svg::escaped(pilot.types.names[t]), std::to_string(needs.counts[t]),
         percent(needs.frequencies.mean[t]),
         percent(needs.frequencies.lower[t]) + " to " + percent(needs.frequencies.upper[t]),
         std::to_string(needs.of_type[t])});
  text += table_row({"<b>all of them</b>", std::to_string(needs.unseen.cells), "", "",
                     "<b>" + std::to_string(needs.cells) + "</b> (" + std::to_string(needs.low) +
                         " to " + std::to_string(needs.high) + ")"});
  text += "</table></div>\n<p class=\"note\">Needed: cells of the experiment that hold at least " +
          std::to_string(options.at_least) + " of the type with a probability of " +
          percent(options.probability) +
          ", what the pilot leaves open about frequencies included.</p>\n";
  text += "<p>Unseen: by Good and Turing " + percent(needs.unseen.mass) +
          " of the cells are of types that the pilot does not hold; Chao's estimate is " +
          short_number(needs.unseen.types) + " types, of which it holds " +
          std::to_string(needs.unseen.seen) +
          ". A type that is not in the pilot has, with 95 % confidence, a "
          "frequency below " +
          percent(needs.unseen.largest_unseen) + ".</p>\n";
  return text;
}

std::string chance_plot(const plan_result& found, const plan_command& options) {
  const auto& draws = found.needs.frequencies.draws;
  const auto types = static_cast<std::size_t>(draws.cols());
  const double most = 2.0 * static_cast<double>(found.needs.cells);
  std::vector<double> x, mean, low, high;
  for (int k = 1; k <= 40; ++k) {
    const auto cells = static_cast<hm::index>(most * k / 40);
    std::vector<double> chances;
    double sum = 0;
    for (hm::index d = 0; d < draws.rows(); ++d) {
      chances.push_back(
          hm::chance_of_all({std::span(draws.row(d).data(), types), options.at_least}, cells));
      sum += chances.back();
    }
    std::sort(chances.begin(), chances.end());
    x.push_back(static_cast<double>(cells));
    mean.push_back(sum / static_cast<double>(chances.size()));
    low.push_back(hm::quantile_of_sorted(chances, 0.05));
    high.push_back(hm::quantile_of_sorted(chances, 0.95));
  }
  svg::plot plot("chance to see enough of every type", {"cells of the experiment", {0, most}},
                 {"probability", {0, 1.02}}, 480, 300);
  plot.band(x, low, high, "#4477aa");
  plot.line(x, mean, "#4477aa", 2);
  plot.line(std::array{0.0, most}, std::array{options.probability, options.probability}, "#777777",
            1, "4 4");
  const auto needed = static_cast<double>(found.needs.cells);
  plot.line(std::array{needed, needed}, std::array{0.0, 1.02}, "#777777", 1, "4 4");
  return plot.str();
}

std::string curve_plots(const plan_result& found) {
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
  if (!found.depths.empty() && !found.curves.front().curve.mean.empty()) {
    auto plot = shown("shallower sequencing (Rand)", 0, 1.02);
    plot.line(x, found.curves.front().curve.mean, svg::colour(0), 2);
    for (std::size_t d = 0; d < found.depths.size(); ++d)
      plot.line(x, found.depths[d].mean, svg::colour(d + 1), 2);
    text += plot.str();
  }
  return text;
}

std::string power_part(const plan_result& found, const plan_command& options) {
  if (found.power.empty()) return "<p>There is one cell type only.</p>\n";
  std::string text = "<div class=\"scroll\"><table><tr><th>cells</th><th>tell " +
                     svg::escaped(found.first_type) + " from " + svg::escaped(found.second_type) +
                     "</th><th>find a marker of " + svg::escaped(found.marker_type) +
                     "</th></tr>\n";
  for (const auto& one : found.power)
    text += table_row(
        {std::to_string(one.size),
         percent(one.separation) + " &plusmn; " + short_number(100 * one.separation_error, 2),
         percent(one.marker) + " &plusmn; " + short_number(100 * one.marker_error, 2)});
  text += "</table></div>\n";
  const auto first = [&](auto figure) -> std::string {
    for (const auto& one : found.power)
      if (one.*figure >= enough_power) return "from " + std::to_string(one.size) + " cells on";
    return "not with the sizes tried";
  };
  return text + "<p>Power of 80 %: for the two types " + first(&plan_power::separation) +
         ", for the marker " + first(&plan_power::marker) +
         ".</p>\n<p class=\"note\">Two types are told apart where a split of "
         "their cells in two, without knowing the types, agrees with them (adjusted Rand index "
         "above "
         "0.5 and above what labels put on at random reach in 1 %). The marker (" +
         svg::escaped(found.marker_gene) + ") is " + short_number(std::exp2(options.log2_fold)) +
         " times higher in the type than in all other cells; found is a rank-sum statistic that "
         "labels put on at random exceed in 1 %. With thousands of genes to choose from a stricter "
         "limit is in order, and more cells.</p>\n";
}

std::string cost_part(const plan_result& found, const plan_command& options) {
  std::string text =
      "<div class=\"scroll\"><table><tr><th>cells wanted</th><th>to load</th><th>plates of " +
      std::to_string(options.plate) + "</th><th>cost</th></tr>\n";
  auto sizes = found.sizes;
  sizes.push_back(found.needs.cells);
  if (found.recommended) sizes.push_back(*found.recommended);
  std::sort(sizes.begin(), sizes.end());
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  for (const hm::index size : sizes) {
    const auto load =
        hm::cells_to_load(size, {.recovery = options.recovery, .doublets = options.doublets});
    const auto cost = hm::cost_of(load, {.per_cell = options.cost_per_cell,
                                         .per_plate = options.cost_per_plate,
                                         .plate = options.plate});
    text += table_row({std::to_string(size), std::to_string(load), std::to_string(cost.plates),
                       cost.amount ? short_number(*cost.amount, 6) : "no price given"});
  }
  return text + "</table></div>\n";
}

}  // namespace

std::string plan_page(const plan_pilot& pilot, const plan_result& found,
                      const plan_command& options) {
  std::string page = page_head("How many cells does the experiment need?");
  page += "<p class=\"answer\">" + svg::escaped(found.answer) + "</p>\n";
  if (found.doubts.size() > 1) {  // the answer has the first
    page += "<ul>";
    for (const auto& doubt : std::span(found.doubts).subspan(1))
      page += "<li>" + svg::escaped(doubt) + "</li>\n";
    page += "</ul>\n";
  }
  page += "<p>From a pilot of " + std::to_string(pilot.cells.counts.cells()) + " cells (" +
          svg::escaped(options.pilot) + ", " + std::to_string(pilot.cells.counts.genes()) +
          " genes with counts, " + std::to_string(pilot.types.names.size()) +
          " cell types: " + svg::escaped(pilot.type_source) + ").</p>\n";
  for (const auto& remark : pilot.remarks)
    page += "<p class=\"note\">Note: " + svg::escaped(remark) + ".</p>\n";
  page += "<h2>Cells to see every type</h2>\n<div class=\"grid\"><div>" +
          type_table(pilot, found, options) + "</div>" + chance_plot(found, options) + "</div>\n";
  page += "<h2>From what size on clusters get no better</h2>\n<div class=\"grid\">" +
          curve_plots(found) + "</div>\n";
  if (!found.depths.empty()) {
    std::vector<std::string> names{"full depth"};
    for (const auto& one : found.depths) names.push_back(percent(one.depth) + " of the depth");
    page += colour_key(names);
  }
  page +=
      "<p class=\"note\">Models were fitted to random four fifths of the pilot, " +
      std::to_string(options.repeats) +
      " times each, and made experiments of every size, which were clustered without looking at "
      "types. Rand is the adjusted Rand index: 1 for the same clusters, 0 by chance; a type is "
      "found where some "
      "cluster is mostly it (F1 of at least a half), and rare below 5 %. Dots are single "
      "experiments, bands hold 90 % of them. The green line is the smallest "
      "size that no larger one beats on average by more than 0.02.</p>\n";
  page += "<h2>Power</h2>\n" + power_part(found, options);
  page += "<h2>Loading and cost</h2>\n" + cost_part(found, options);
  page +=
      "<h2>What to distrust</h2>\n<ul>"
      "<li>A pilot from one donor tells nothing about how donors differ. More cells do not make "
      "up for more donors.</li>\n"
      "<li>A synthetic experiment holds no type that the pilot does not hold.</li>\n"
      "<li>Types that the pilot has few cells of are simpler in synthetic cells than in real "
      "ones, so that clusters may need more cells than the curves say.</li>\n"
      "<li>Shallower sequencing is imitated by dropping counted molecules at random.</li>\n"
      "</ul>\n<h2>What was run</h2>\n<p><code>harmonium " +
      std::string(hm::version) + " plan, seed " + std::to_string(options.seed) + ", models";
  for (const auto& model : options.models) page += " " + svg::escaped(model);
  return page +
         "</code>; plan.json has all options, the csv files all figures.</p>\n</body></html>\n";
}

}  // namespace program
