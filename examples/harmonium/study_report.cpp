// SPDX-License-Identifier: MIT
#include "study_report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "harmonium/analysis/umap.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/io/study_csv.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/report/score_table.hpp"
#include "harmonium/report/svg.hpp"
#include "harmonium/study/saturation.hpp"
#include "harmonium/version.hpp"
#include "page.hpp"
#include "synthetic_cells.hpp"

namespace program {

namespace hm = harmonium;
namespace svg = harmonium::svg;

namespace {

/// A figure as an error: its distance from what is ideal, or from the reference's own.
struct aspect {
  std::string_view name;
  std::string_view figure;
  std::string_view reference;  ///< figure that is ideal; empty: 0 is
};

/// The first two run from 0 to 1 or nearly so: there 0.02 is little, and the rule of saturation
/// holds.
constexpr std::size_t scaled_aspects = 2, first_of_genes = 3;

constexpr std::array<aspect, 7> aspects{
    {{"shares of cell types", "cluster_proportions.total_variation", ""},
     {"clusters found again", "adjusted_rand.adjusted_rand",
      "adjusted_rand.adjusted_rand_reference"},
     {"Davies-Bouldin index", "davies_bouldin.counts", "davies_bouldin.counts_reference"},
     {"medians", "marginals.median", ""},
     {"interquartile ranges", "marginals.iqr", ""},
     {"coefficients of variation", "marginals.cv", ""},
     {"zeros", "marginals.zero_fraction", ""}}};

std::vector<double> errors(const hm::study_table& table, hm::index size,
                           const std::string& generator, const aspect& of) {
  auto values = table.over_repeats(size, generator, of.figure);
  if (!of.reference.empty()) {
    const auto ideal = table.over_repeats(size, generator, of.reference);
    for (std::size_t k = 0; k < std::min(values.size(), ideal.size()); ++k) values[k] -= ideal[k];
  }
  for (double& value : values) value = std::abs(value);
  return values;
}

double mean_error(const hm::study_table& table, hm::index size, const std::string& generator,
                  const aspect& of) {
  return hm::summarise(errors(table, size, generator, of)).mean;
}

/// A model file, which no pilot changes.
bool is_fixed(const std::string& generator) {
  return generator.ends_with(".harmonium");
}

/// Copies of the pilot and models of files do not.
bool competes(const std::string& generator) {
  return generator != "bootstrap" && generator != "noisy" && !is_fixed(generator);
}

/// The generator of least mean rank over all aspects and sizes, of those that compete.
std::string best_generator(const hm::study_table& table) {
  std::string best;
  double least = std::numeric_limits<double>::infinity();
  for (const auto& who : table.generators) {
    if (!competes(who)) continue;
    double ranks = 0;
    for (const hm::index size : table.sizes)
      for (const auto& of : aspects) {
        const double mine = mean_error(table, size, who, of);
        for (const auto& other : table.generators)
          if (competes(other) && mean_error(table, size, other, of) < mine) ranks += 1;
      }
    if (ranks < least) {
      least = ranks;
      best = who;
    }
  }
  return best.empty() ? table.generators.front() : best;
}

/// Minus the error, as a curve over sizes; none where a fit is missing.
std::optional<hm::saturation> curve_of(const hm::study_table& table, const std::string& generator,
                                       const aspect& of) {
  hm::matrix<double> values(static_cast<hm::index>(table.sizes.size()), table.repeats);
  for (std::size_t s = 0; s < table.sizes.size(); ++s) {
    const auto found = errors(table, table.sizes[s], generator, of);
    if (static_cast<hm::index>(found.size()) != table.repeats) return {};
    for (std::size_t r = 0; r < found.size(); ++r)
      values(static_cast<hm::index>(s), static_cast<hm::index>(r)) = -found[r];
  }
  hm::random_engine rng(1);
  return hm::find_saturation(table.sizes, values, {}, rng);
}

std::string enough(const std::optional<hm::saturation>& found) {
  if (!found) return "fits are missing";
  if (!found->size) return "not within these sizes";
  return std::to_string(*found->size) + " (" + percent(found->confidence) + ")";
}

/// "a most (3.2), then b (2.1), c (1)"
std::string ranking(std::vector<std::pair<double, std::string>> values) {
  std::sort(values.begin(), values.end());
  std::string text;
  for (const auto& [value, name] : values)
    text += (text.empty() ? "" : ", ") + name + " " + svg::number(value, 3);
  return text;
}

std::string answer_of(const hm::study_table& table, const std::string& best) {
  if (table.sizes.size() < 2)
    return "With pilots of one size only, this study cannot say how many cells are needed.";
  hm::index needed = 0;
  double confidence = 1;
  std::string open;
  for (const auto& of : std::span(aspects).first(scaled_aspects)) {
    const auto found = curve_of(table, best, of);
    if (!found) return "Fits are missing: this study cannot say yet how many cells are needed.";
    if (!found->size) {
      open += (open.empty() ? "" : " and the ") + std::string(of.name);
    } else if (*found->size > needed) {
      needed = *found->size;
      confidence = found->confidence;
    }
  }
  if (!open.empty())
    return "Even the largest pilots here, of " + std::to_string(table.sizes.back()) +
           " cells, are not known to be enough: the " + open +
           " in synthetic cells still improve from the last size but one to the largest (" + best +
           ", the best model here).";
  return "A pilot of " + std::to_string(needed) + " cells is enough: with the best model here (" +
         best +
         ") larger pilots do not bring the shares of the cell types nor the clusters nearer to the "
         "full experiment's by more than 0.02 (holds in " +
         percent(confidence) + " of resampled repeats).";
}

}  // namespace

study_findings find_out(const hm::study_table& table) {
  study_findings found;
  found.best = best_generator(table);
  found.answer = answer_of(table, found.best);
  const hm::index smallest = table.sizes.front();
  const bool autoencoder = std::find(table.generators.begin(), table.generators.end(),
                                     "vae-posterior") != table.generators.end();
  const auto of_paper = [](const std::string& who) {
    return who == "scdbm" || who == "vae-prior" || who == "vae-posterior";
  };
  const bool boltzmann = std::find(table.generators.begin(), table.generators.end(), "scdbm") !=
                         table.generators.end();
  if (table.repeats > 1)
    for (const char* figure :
         {"davies_bouldin.counts", "adjusted_rand.adjusted_rand", "cluster_proportions.table1"}) {
      std::vector<std::pair<double, std::string>> spreads;
      for (const auto& who : table.generators)
        spreads.emplace_back(hm::summarise(table.over_repeats(smallest, who, figure)).spread, who);
      std::string text = std::string("Standard deviation over pilots of ") +
                         std::to_string(smallest) + " cells, " + figure + ": " + ranking(spreads);
      if (autoencoder) {
        double most = 0, posterior = 0;
        for (const auto& [spread, who] : spreads) {
          if (who == "vae-posterior") posterior = spread;
          if (of_paper(who)) most = std::max(most, spread);
        }
        text += std::string(
                    ". The paper: posterior sampling of the autoencoder varies most on small "
                    "pilots. Here, of the paper's models: ") +
                (posterior >= most ? "yes." : "no.");
      } else {
        text +=
            ". (The paper says it of posterior sampling of the autoencoder, not in this study.)";
      }
      found.claims.push_back(text);
    }
  for (const char* figure : {"marginals.median", "marginals.iqr"}) {
    std::vector<std::pair<double, std::string>> means;
    for (const auto& who : table.generators) {
      double sum = 0;
      for (const hm::index size : table.sizes)
        sum += hm::summarise(table.over_repeats(size, who, figure)).mean;
      means.emplace_back(sum / static_cast<double>(table.sizes.size()), who);
    }
    std::string text = std::string("Mean over sizes of ") + figure + ": " + ranking(means);
    if (boltzmann && autoencoder) {
      std::string first;
      double least = std::numeric_limits<double>::infinity();
      for (const auto& [mean, who] : means)
        if (of_paper(who) && mean < least) {
          least = mean;
          first = who;
        }
      text += std::string(". The paper: scDBM keeps them best. Here, of the paper's models: ") +
              (first == "scdbm" ? "yes." : "no, " + first + " does.");
    }
    found.claims.push_back(text);
  }
  return found;
}

std::string table1_csv(const hm::study_table& table) {
  std::string text = "generator,size,mean,standard_deviation\n";
  for (const auto& who : table.generators)
    for (const hm::index size : table.sizes) {
      const auto found = hm::summarise(table.over_repeats(size, who, "cluster_proportions.table1"));
      text += who + "," + std::to_string(size) + "," + hm::io::csv_number(found.mean) + "," +
              hm::io::csv_number(found.spread) + "\n";
    }
  return text;
}

std::string study_summary(const hm::study_table& table, const study_findings& found,
                          const std::vector<std::string>& failures) {
  std::string text = "harmonium " + std::string(hm::version) + ": pilot study\n\n" + found.answer +
                     "\n\nSum over cell types of |cells - expected| (the paper's Table 1), mean +- "
                     "standard deviation of " +
                     std::to_string(table.repeats) + " pilots\n";
  const auto pad = [](std::string cell, std::size_t width) {
    cell.resize(std::max(width, cell.size() + 1), ' ');
    return cell;
  };
  text += pad("pilot", 18);
  for (const hm::index size : table.sizes) text += pad(std::to_string(size), 14);
  text += "\n";
  for (const auto& who : table.generators) {
    text += pad(who, 18);
    for (const hm::index size : table.sizes) {
      const auto one = hm::summarise(table.over_repeats(size, who, "cluster_proportions.table1"));
      std::string cell = std::isnan(one.mean) ? "-" : rounded(one.mean, 4);
      if (!std::isnan(one.spread)) cell += " +- " + rounded(one.spread, 3);
      text += pad(cell, 14);
    }
    text += "\n";
  }
  text += "\nThe paper's claims\n";
  for (const auto& claim : found.claims) text += "- " + claim + "\n";
  for (const auto& failure : failures) text += "FAILED  " + failure + "\n";
  return text;
}

namespace {

svg::axis size_axis(const hm::study_table& table) {
  const auto low = static_cast<double>(table.sizes.front()),
             high = static_cast<double>(table.sizes.back());
  const double margin = 0.04 * (high - low) + 1;
  return {"cells of the pilot", {low - margin, high + margin}};
}

std::string curves(const hm::study_table& table) {
  std::vector<double> x;
  for (const hm::index size : table.sizes) x.push_back(static_cast<double>(size));
  std::string text = colour_key(table.generators) + "<div class=\"grid\">";
  for (const auto& of : aspects) {
    std::vector<std::vector<double>> mean, lower, upper;
    double top = 0;
    for (const auto& who : table.generators) {
      mean.emplace_back(), lower.emplace_back(), upper.emplace_back();
      for (const hm::index size : table.sizes) {
        auto values = errors(table, size, who, of);
        std::sort(values.begin(), values.end());
        mean.back().push_back(hm::summarise(values).mean);
        lower.back().push_back(hm::quantile_of_sorted(values, 0.05));
        upper.back().push_back(hm::quantile_of_sorted(values, 0.95));
        if (who != "noisy" && upper.back().back() > top) top = upper.back().back();
      }
    }
    if (!(top > 0)) top = 1;
    svg::plot plot(
        std::string(of.name) + ": error, 0 is good", size_axis(table),
        {of.reference.empty() ? "error" : "distance from the reference", {0, 1.06 * top}});
    for (std::size_t g = 0; g < mean.size(); ++g) plot.band(x, lower[g], upper[g], svg::colour(g));
    for (std::size_t g = 0; g < mean.size(); ++g) {
      plot.line(x, mean[g], svg::colour(g), 2);
      plot.points(x, mean[g], svg::colour(g), 5, 1);
    }
    text += plot.str();
  }
  return text +
         "</div>\n<p class=\"note\">Lines are means over pilots, bands hold 90 % of them. The "
         "noisy "
         "replicate may lie above a picture.</p>\n";
}

std::string boxes(const hm::study_table& table, std::string_view figure, std::string_view reference,
                  const std::string& title, bool without_noisy) {
  const auto groups = static_cast<double>(table.generators.size());
  std::vector<double> shown;
  double own = std::numeric_limits<double>::quiet_NaN();
  for (const auto& who : table.generators)
    for (const hm::index size : table.sizes) {
      if (!(without_noisy && who == "noisy"))
        for (const double value : table.over_repeats(size, who, figure))
          if (std::isfinite(value)) shown.push_back(value);
      if (reference.empty()) continue;
      const auto ideal = table.over_repeats(size, who, reference);
      if (!ideal.empty()) shown.push_back(own = ideal.front());
    }
  auto y = svg::range_of(shown);
  const double margin = 0.05 * (y.high - y.low);
  y = {y.low - margin, y.high + margin};
  svg::plot plot(title,
                 {"cells of the pilot", {0, static_cast<double>(table.sizes.size())}, false, false},
                 {"", y}, 520, 300);
  if (!std::isnan(own))
    plot.line(std::array{0.0, static_cast<double>(table.sizes.size())}, std::array{own, own},
              "#777777", 1.5, "5 4");
  for (std::size_t s = 0; s < table.sizes.size(); ++s) {
    plot.name_below(static_cast<double>(s) + 0.5, std::to_string(table.sizes[s]));
    for (std::size_t g = 0; g < table.generators.size(); ++g) {
      auto values = table.over_repeats(table.sizes[s], table.generators[g], figure);
      values.erase(std::remove_if(values.begin(), values.end(),
                                  [](double value) { return !std::isfinite(value); }),
                   values.end());
      std::sort(values.begin(), values.end());
      plot.box(static_cast<double>(s) + (static_cast<double>(g) + 1) / (groups + 1),
               0.8 / (groups + 1), values, svg::colour(g));
    }
  }
  return plot.str();
}

std::string table1(const hm::study_table& table) {
  std::string text = "<div class=\"scroll\"><table><tr><th>pilot</th>";
  for (const hm::index size : table.sizes) text += "<th>" + std::to_string(size) + "</th>";
  text += "</tr>\n";
  for (const auto& who : table.generators) {
    text += "<tr><td>" + svg::escaped(who) + "</td>";
    for (const hm::index size : table.sizes) {
      const auto one = hm::summarise(table.over_repeats(size, who, "cluster_proportions.table1"));
      text += "<td class=\"n\">" + short_number(one.mean, 4) +
              (std::isnan(one.spread) ? "" : " &plusmn; " + svg::number(one.spread, 3)) + "</td>";
    }
    text += "</tr>\n";
  }
  return text + "</table></div>\n";
}

/// One table per marginal figure, coloured from the least to the largest error in it.
std::string heat_map(const hm::study_table& table) {
  std::string text = "<div class=\"grid\" style=\"--least:420px\">";
  for (const auto& of : std::span(aspects).subspan(first_of_genes)) {
    double low = std::numeric_limits<double>::infinity(), high = 0;
    for (const auto& who : table.generators)
      for (const hm::index size : table.sizes) {
        const double mean = mean_error(table, size, who, of);
        if (!(mean > 0)) continue;
        low = std::min(low, mean);
        if (who != "noisy") high = std::max(high, mean);
      }
    text += "<div class=\"scroll heat\"><b>" + std::string(of.name) + "</b><table><tr><th></th>";
    for (const hm::index size : table.sizes) text += "<th>" + std::to_string(size) + "</th>";
    text += "</tr>\n";
    for (const auto& who : table.generators) {
      text += "<tr><td>" + svg::escaped(who) + "</td>";
      for (const hm::index size : table.sizes) {
        const double mean = mean_error(table, size, who, of);
        const double share =
            mean > 0 && high > low ? std::log(mean / low) / std::log(high / low) : 0.0;
        text += "<td class=\"n\" style=\"background:" + heat_colour(share) + "\">" +
                short_number(mean, 2) + "</td>";
      }
      text += "</tr>\n";
    }
    text += "</table></div>\n";
  }
  return text +
         "</div>\n<p class=\"note\">Mean over genes of |synthetic &minus; real|, over pilots; "
         "pale is good. Colours go by ratios; the noisy replicate may be off the scale.</p>\n";
}

constexpr hm::index most_in_map = 700;

std::string map_of(const std::string& title, const hm::matrix<double>& places,
                   std::span<const hm::index> labels, std::size_t types, svg::range x,
                   svg::range y) {
  svg::plot plot(title, {"", x, false, false}, {"", y, false, false}, 330, 280);
  for (std::size_t type = 0; type < types; ++type) {
    std::vector<double> a, b;
    for (std::size_t k = 0; k < labels.size(); ++k) {
      if (labels[k] != static_cast<hm::index>(type)) continue;
      a.push_back(places(static_cast<hm::index>(k), 0));
      b.push_back(places(static_cast<hm::index>(k), 1));
    }
    plot.points(a, b, svg::colour(type), 2.6);
  }
  return plot.str();
}

/// Maps of real cells and, for the first pilot of the smallest size, of every generator's.
std::string maps(const hm::thread_executor& run, const hm::sweep& all, const study_input& input) {
  const hm::reference_cells reference(input.reference.counts, input.labels.codes);
  hm::random_engine rng(1);
  const auto some = [&](const hm::matrix<double>& points, std::span<const hm::index> labels) {
    const auto rows = hm::draw::sample_without_replacement(
        points.rows(), std::min(points.rows(), most_in_map), rng);
    std::pair<hm::matrix<double>, std::vector<hm::index>> taken;
    taken.first.resize(static_cast<hm::index>(rows.size()), points.cols());
    for (std::size_t k = 0; k < rows.size(); ++k) {
      taken.first.row(static_cast<hm::index>(k)) = points.row(rows[k]);
      taken.second.push_back(labels[static_cast<std::size_t>(rows[k])]);
    }
    return taken;
  };
  const auto [points, labels] = some(reference.components().scores, reference.labels());
  hm::umap map(run, points, hm::umap_options<>{}, rng);
  map.run(run, hm::silent{});
  struct panel {
    std::string title;
    hm::matrix<double> places;
    std::vector<hm::index> labels;
  };
  std::vector<panel> panels{{"real cells", map.positions(), labels}};
  const hm::index size = *std::min_element(all.options().sizes.begin(), all.options().sizes.end());
  const auto pilot = all.pilot(size, 1);
  for (std::size_t m = 0; m < all.models().size(); ++m) {
    try {
      const hm::study_job job{size, 1, m};
      const auto made = all.fit(job, pilot);
      for (std::size_t g = 0; g < made.sources.size(); ++g) {
        const auto cells = all.cells(job, pilot, made, g);
        const hm::comparison pair(reference, cells);
        auto [scores, types] = some(pair.scores(), pair.labels());
        panels.push_back(
            {all.models()[m].names[g], map.transform(run, scores, rng), std::move(types)});
      }
    } catch (const std::exception&) {
      continue;  // the failed fit stands in the list of failures
    }
  }
  std::vector<double> x, y;
  for (hm::index i = 0; i < panels[0].places.rows(); ++i) {
    x.push_back(panels[0].places(i, 0));
    y.push_back(panels[0].places(i, 1));
  }
  const auto wider = [](svg::range shown) {
    const double margin = 0.06 * (shown.high - shown.low);
    return svg::range{shown.low - margin, shown.high + margin};
  };
  const auto across = wider(svg::range_of(x)), up = wider(svg::range_of(y));
  std::string text =
      colour_key(input.labels.names) + "<div class=\"grid\" style=\"--least:260px\">";
  for (const auto& one : panels)
    text += map_of(one.title, one.places, one.labels, input.labels.names.size(), across, up);
  return text + "</div>\n<p class=\"note\">Up to " + std::to_string(most_in_map) +
         " cells each, made from the first pilot of " + std::to_string(size) +
         " cells and placed into a map of real cells; a synthetic cell has the colour of its "
         "nearest real cell.</p>\n";
}

std::string saturation_table(const hm::study_table& table) {
  std::string text = "<div class=\"scroll\"><table><tr><th>enough from</th>";
  for (const auto& of : std::span(aspects).first(scaled_aspects))
    text += "<th>" + std::string(of.name) + "</th>";
  text += "</tr>\n";
  for (const auto& who : table.generators) {
    text += "<tr><td>" + svg::escaped(who) + "</td>";
    for (const auto& of : std::span(aspects).first(scaled_aspects))
      text += "<td class=\"n\">" + enough(curve_of(table, who, of)) + "</td>";
    text += "</tr>\n";
  }
  return text + "</table></div>\n";
}

}  // namespace

std::string study_page(const hm::thread_executor& run, const hm::sweep& all,
                       const study_input& input, const hm::study_table& table,
                       const study_findings& found, const std::vector<std::string>& failures,
                       const nlohmann::ordered_json& settings, const std::string& how_it_ran) {
  std::string page = page_head("How large must the pilot be?");
  page += "<p class=\"answer\">" + svg::escaped(found.answer) + "</p>\n";
  page += "<p>From " + std::to_string(input.reference.counts.cells()) + " real cells (" +
          svg::escaped(settings.at("reference").get<std::string>()) + ", " +
          std::to_string(input.reference.counts.genes()) + " genes, " +
          std::to_string(input.labels.names.size()) +
          " cell types: " + svg::escaped(input.label_source) + ") small pilots were drawn, " +
          std::to_string(table.repeats) +
          " of each size. Models learned from each pilot and made as many synthetic cells as there "
          "are real ones, which were then compared with all real cells.</p>\n";
  for (const auto& remark : input.remarks)
    page += "<p class=\"note\">Note: " + svg::escaped(remark) + ".</p>\n";
  if (table.sizes.size() > 1)
    page += "<h2>Errors fall with the size of the pilot</h2>\n" + curves(table) +
            saturation_table(table) +
            "<p class=\"note\">Enough is the smallest size that no larger one beats on average by "
            "more than 0.02; in brackets how often that holds when the pilots are "
            "resampled.</p>\n";
  page += "<h2>How far single pilots differ</h2>\n" + colour_key(table.generators) +
          "<div class=\"grid\">" +
          boxes(table, "davies_bouldin.counts", "davies_bouldin.counts_reference",
                "Davies-Bouldin index (real cells: dashed)", true) +
          boxes(table, "adjusted_rand.adjusted_rand", "adjusted_rand.adjusted_rand_reference",
                "adjusted Rand index (real cells: dashed)", true);
  if (table.has("paper_protocol.rand"))
    page += boxes(table, "paper_protocol.rand", "", "Rand index of the published notebook", false);
  page +=
      "</div>\n<p class=\"note\">Boxes hold the middle half of the pilots. The Davies-Bouldin "
      "index tells how compact and separate clusters are, the adjusted Rand index whether "
      "someone who clusters the synthetic cells finds the same types (1: yes, 0: by chance). "
      "Good is near the dashed line.</p>\n";
  page +=
      "<h2>Cells of the wrong type (Table 1)</h2>\n" + table1(table) +
      "<p class=\"note\">Sum over cell types of the difference in cell numbers between real and "
      "synthetic cells; 0 is good. Mean &plusmn; standard deviation over pilots.</p>\n";
  page += "<h2>Single genes</h2>\n" + heat_map(table);
  page += "<h2>Maps</h2>\n" + maps(run, all, input);
  page += "<h2>The paper's claims</h2>\n<ul>";
  for (const auto& claim : found.claims) page += "<li>" + svg::escaped(claim) + "</li>\n";
  page +=
      "</ul>\n<h2>What to distrust</h2>\n<ul>"
      "<li>All pilots come from one experiment, often one donor: nothing here tells how donors "
      "differ.</li>\n"
      "<li>Large pilots share most of their cells with each other and with the cells they are "
      "compared with, so that their spread is too small and copying looks good: bootstrap is in "
      "the tables to show how good.</li>\n"
      "<li>Synthetic cells get the type of their nearest real cell; types that differ little "
      "are mixed up for real cells, too.</li>\n";
  for (const auto& who : table.generators)
    if (is_fixed(who))
      page +=
          "<li>" + svg::escaped(who) +
          " was fitted before and is the same for every pilot: its figures do not depend on the "
          "size of the pilot, their spread is that of drawing cells, and if it learned from "
          "cells of this reference it has seen what it is compared with.</li>\n";
  if (settings.at("paper_protocol") == true)
    page +=
        "<li>The published protocol (pilots with replacement, labels between two unrelated "
        "maps, Rand index of unpaired cells) is at chance whatever the cells.</li>\n";
  if (input.label_source.starts_with("clusters"))
    page += "<li>The cell types are clusters that an algorithm found.</li>\n";
  page += "</ul>\n<h2>What was run</h2>\n<div class=\"scroll\"><table>";
  for (const auto& [name, value] : settings.items())
    page += "<tr><td>" + svg::escaped(name) + "</td><td><code>" +
            svg::escaped(value.is_string() ? value.get<std::string>() : value.dump()) +
            "</code></td></tr>\n";
  page += "<tr><td>time</td><td>" + svg::escaped(how_it_ran) + "</td></tr>\n</table></div>\n";
  for (const auto& failure : failures) page += "<p>Failed: " + svg::escaped(failure) + "</p>\n";
  return page + "</body></html>\n";
}

}  // namespace program
