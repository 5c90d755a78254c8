// SPDX-License-Identifier: MIT
#include "evaluate_report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <span>
#include <string_view>

#include "harmonium/analysis/label_transfer.hpp"
#include "harmonium/analysis/umap.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/gene_marginals.hpp"
#include "harmonium/report/marker_genes.hpp"
#include "harmonium/report/svg.hpp"
#include "harmonium/version.hpp"
#include "interrupt.hpp"
#include "page.hpp"

namespace program {

namespace hm = harmonium;
namespace svg = harmonium::svg;

namespace {

constexpr hm::index most_in_picture = 2000;
constexpr hm::index most_genes = 1000;
constexpr hm::index markers = 8;
constexpr std::string_view real_colour = "#777777", made_colour = "#cc4411";

// Light and dark, wide and narrow.
constexpr std::string_view style = R"(
:root{color-scheme:light dark;--line:#8885;--soft:#8882}
body{font:15px/1.5 system-ui,sans-serif;max-width:1180px;margin:0 auto;padding:16px}
h1{font-size:1.5em;margin:.3em 0}h2{font-size:1.15em;margin:1.8em 0 .4em}p{max-width:75ch;margin:.4em 0}
.grid{display:grid;gap:14px;grid-template-columns:repeat(auto-fit,minmax(min(100%,var(--least,340px)),1fr))}
.grid svg{width:100%;height:auto;display:block}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;padding:4px 10px 4px 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;white-space:nowrap}td:first-child{min-width:105px}.v td:nth-child(2){min-width:125px}td.n{font-variant-numeric:tabular-nums;white-space:nowrap}
.key{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:13px;margin:6px 0}
.key i,.v i{display:inline-block;width:10px;height:10px;border-radius:50%;margin-right:5px}
.bars{display:grid;grid-template-columns:minmax(90px,max-content) 1fr;gap:3px 12px;font-size:13px}
.bars i{height:9px;min-width:1px;display:inline-block;vertical-align:middle;margin-right:6px}
.bars span{font-size:12px;line-height:14px;white-space:nowrap}.bars p{margin:0;line-height:14px;white-space:nowrap}
.note{font-size:13px;opacity:.8})";

struct picture_cells {
  const hm::comparison& pair;
  const std::vector<std::string>& names;
};

std::string dot(std::string_view colour) {
  return "<i style=\"background:" + std::string(colour) + "\"></i>";
}

std::string_view colour_of(hm::grade given) {
  switch (given) {
    case hm::grade::as_fresh:
      return "#117733";
    case hm::grade::good:
      return "#66aa44";
    case hm::grade::weak:
      return "#ddaa33";
    case hm::grade::poor:
      return "#bb3333";
    default:
      return "#999999";
  }
}

std::string row(std::initializer_list<std::string> cells) {
  std::string text = "<tr>";
  std::size_t k = 0;
  for (const auto& cell : cells) text += (k++ < 2 ? "<td>" : "<td class=\"n\">") + cell + "</td>";
  return text + "</tr>\n";
}

std::string verdict_table(const std::vector<hm::verdict>& verdicts) {
  std::string text =
      "<div class=\"scroll\"><table class=\"v\"><tr><th>aspect</th><th>verdict</th><th>synthetic"
      "</th><th>fresh cells</th><th>floor</th><th>chance</th><th>good</th></tr>\n";
  for (const auto& said : verdicts) {
    std::string best = short_number(said.ceiling.mean);
    if (!std::isnan(said.ceiling.spread))
      best += " &plusmn; " + svg::number(said.ceiling.spread, 2);
    std::string name = svg::escaped(said.about.name);
    if (hm::is_cautioned(said))
      name += "<br><small>" + svg::escaped(said.about.caution) + "</small>";
    text += row({name, dot(colour_of(said.given)) + svg::escaped(hm::in_words(said)),
                 short_number(said.value.mean), best, short_number(said.floor.mean),
                 short_number(said.chance), svg::escaped(said.about.sense)});
  }
  return text + "</table></div>\n";
}

std::string candidate_table(const hm::candidates_result& found,
                            const std::vector<hm::verdict>& verdicts) {
  using namespace hm::candidate;
  constexpr std::string_view all[] = {submitted_whole, submitted,   fresh,    copies,
                                      noisy,           independent, clustered};
  std::string text = "<div class=\"scroll\"><table><tr><th>aspect</th><th>figure</th>";
  for (const auto who : all) text += "<th>" + std::string(who) + "</th>";
  text += "</tr>\n";
  for (const auto& said : verdicts) {
    text += "<tr><td>" + svg::escaped(said.about.name) + "</td><td>" +
            std::string(said.about.metric) + "<br>" + std::string(said.about.figure) + "</td>";
    for (const auto who : all)
      text +=
          "<td class=\"n\">" +
          short_number(
              hm::summarise(found.scores.values(who, said.about.metric, said.about.figure)).mean) +
          "</td>";
    text += "</tr>\n";
  }
  return text + "</table></div>\n";
}

std::string key(const std::vector<std::string>& names) {
  std::string text = "<div class=\"key\">";
  for (std::size_t k = 0; k < names.size(); ++k)
    text += "<span>" + dot(svg::colour(k)) + svg::escaped(names[k]) + "</span>";
  return text + "</div>\n";
}

/// At most `most_in_picture` rows, and a sentence where that are not all.
std::vector<hm::index> some_rows(hm::index all, hm::random_engine& rng) {
  return hm::draw::sample_without_replacement(all, std::min(all, most_in_picture), rng);
}

hm::matrix<double> rows_of(const hm::matrix<double>& points, std::span<const hm::index> rows) {
  hm::matrix<double> chosen(static_cast<hm::index>(rows.size()), points.cols());
  for (std::size_t k = 0; k < rows.size(); ++k)
    chosen.row(static_cast<hm::index>(k)) = points.row(rows[k]);
  return chosen;
}

std::string map_plot(const std::string& title, const hm::matrix<double>& places,
                     std::span<const hm::index> rows, std::span<const hm::index> labels,
                     std::size_t groups, svg::range x, svg::range y) {
  svg::plot plot(title, {"UMAP 1", x, false, false}, {"UMAP 2", y, false, false}, 480, 400);
  const double size = rows.size() > 800 ? 2.5 : 3.5;
  for (std::size_t group = 0; group < groups; ++group) {
    std::vector<double> a, b;
    for (std::size_t k = 0; k < rows.size(); ++k) {
      if (labels[static_cast<std::size_t>(rows[k])] != static_cast<hm::index>(group)) continue;
      a.push_back(places(static_cast<hm::index>(k), 0));
      b.push_back(places(static_cast<hm::index>(k), 1));
    }
    plot.points(a, b, svg::colour(group), size);
  }
  return plot.str();
}

svg::range with_margin(svg::range shown) {
  const double margin = 0.04 * (shown.high - shown.low);
  return {shown.low - margin, shown.high + margin};
}

std::string maps(const hm::thread_executor& run, const picture_cells& cells,
                 terminal_progress& watch, hm::random_engine& rng) {
  const auto& reference = cells.pair.reference();
  const auto real = some_rows(reference.counts().cells(), rng);
  const auto made = some_rows(cells.pair.counts().cells(), rng);
  const auto points = rows_of(reference.components().scores, real);
  hm::umap map(run, points, hm::umap_options<>{}, rng);
  if (!map.run(run, std::ref(watch))) throw interruption{};
  const auto& places = map.positions();
  const auto others = map.transform(run, rows_of(cells.pair.scores(), made), rng);
  std::vector<double> x, y;
  for (const auto* part : {&places, &others})
    for (hm::index i = 0; i < part->rows(); ++i) {
      x.push_back((*part)(i, 0));
      y.push_back((*part)(i, 1));
    }
  const auto across = with_margin(svg::range_of(x)), up = with_margin(svg::range_of(y));
  std::string text =
      "<div class=\"grid\">" +
      map_plot("real cells", places, real, reference.labels(), cells.names.size(), across, up) +
      map_plot("synthetic cells", others, made, cells.pair.labels(), cells.names.size(), across,
               up) +
      "</div>\n" + key(cells.names) +
      "<p class=\"note\">The map was made of the real cells; synthetic cells were "
      "placed into it and carry the type of their nearest real cell in principal "
      "components. ";
  const auto shown = [](std::size_t some, hm::index all, const char* kind) {
    return std::cmp_equal(some, all)
               ? "All " + std::to_string(all) + kind
               : "A random " + std::to_string(some) + " of " + std::to_string(all) + kind;
  };
  return text + shown(real.size(), reference.counts().cells(), " real cells") + " and " +
         (std::cmp_equal(made.size(), cells.pair.counts().cells()) ? "all " : "a random ") +
         (std::cmp_equal(made.size(), cells.pair.counts().cells())
              ? std::to_string(made.size())
              : std::to_string(made.size()) + " of " +
                    std::to_string(cells.pair.counts().cells())) +
         " synthetic cells are drawn.</p>\n";
}

std::string shares(const picture_cells& cells) {
  const auto clusters = static_cast<hm::index>(cells.names.size());
  const auto real = cells.pair.reference().cells().cells_per_cluster(clusters);
  const auto made = cells.pair.cells().cells_per_cluster(clusters);
  const auto share = [](hm::index some, hm::index all) {
    return static_cast<double>(some) / static_cast<double>(all);
  };
  double largest = 0;
  for (std::size_t k = 0; k < real.size(); ++k)
    largest = std::max({largest, share(real[k], cells.pair.reference().counts().cells()),
                        share(made[k], cells.pair.counts().cells())});
  std::string text = "<div class=\"bars\">";
  for (std::size_t k = 0; k < real.size(); ++k) {
    text += "<div>" + svg::escaped(cells.names[k]) + "</div><div>";
    const auto bar = [&](double part, std::string_view colour, hm::index count) {
      text += "<p><i style=\"width:calc(" + svg::number(100 * part / largest, 4) +
              "% * .7);background:" + std::string(colour) + "\"></i><span>" +
              svg::number(100 * part, 3) + " % (" + std::to_string(count) + ")</span></p>";
    };
    bar(share(real[k], cells.pair.reference().counts().cells()), real_colour, real[k]);
    bar(share(made[k], cells.pair.counts().cells()), made_colour, made[k]);
    text += "</div>\n";
  }
  return text + "</div>\n";
}

/// Share of cells per bin of log-normalised values; cells without a count are the first bin.
struct histogram {
  static constexpr std::size_t bins = 24;
  double zeros = 0;
  std::vector<double> parts = std::vector<double>(bins, 0.0);

  histogram(const hm::counts_by_gene<double>& values, hm::index gene, double highest) {
    const auto all = static_cast<double>(values.cells());
    zeros = 1 - static_cast<double>(values.values(gene).size()) / all;
    for (const double value : values.values(gene)) {
      const auto bin = static_cast<std::size_t>(value / highest * static_cast<double>(bins));
      parts[std::min(bin, bins - 1)] += 1 / all;
    }
  }
};

std::string marker_plots(const picture_cells& cells, const hm::counts_by_gene<double>& real,
                         const hm::counts_by_gene<double>& made,
                         const std::vector<std::string>& symbols) {
  const auto& reference = cells.pair.reference();
  std::string text = "<div class=\"grid\" style=\"--least:250px\">";
  for (const auto& marker : hm::marker_genes(reference.values(), reference.labels(), markers)) {
    double highest = 0;
    for (const auto* side : {&real, &made})
      for (const double value : side->values(marker.gene)) highest = std::max(highest, value);
    const histogram there(real, marker.gene, highest), here(made, marker.gene, highest);
    const double step = highest / static_cast<double>(histogram::bins);
    double top = std::max(there.zeros, here.zeros);
    for (std::size_t k = 0; k < histogram::bins; ++k)
      top = std::max({top, there.parts[k], here.parts[k]});
    svg::plot plot(symbols[static_cast<std::size_t>(marker.gene)] + ", high in " +
                       cells.names[static_cast<std::size_t>(marker.cluster)],
                   {"log-normalised counts", {-2.2 * step, highest}}, {"share", {0, 1.05 * top}},
                   300, 210);
    // The bar left of 0 is of cells without a count.
    plot.bar(-2 * step, -0.4 * step, there.zeros, real_colour, 0.45);
    std::vector<double> x, y;
    const auto outline = [&](double from, double to, double height) {
      x.insert(x.end(), {from, to});
      y.insert(y.end(), {height, height});
    };
    for (std::size_t k = 0; k < histogram::bins; ++k) {
      const double from = static_cast<double>(k) * step;
      plot.bar(from, std::min(from + step, highest), there.parts[k], real_colour, 0.45);
      outline(from, std::min(from + step, highest), here.parts[k]);
    }
    plot.line(std::vector<double>{-2 * step, -2 * step, -0.4 * step, -0.4 * step},
              std::vector<double>{0, here.zeros, here.zeros, 0}, made_colour);
    plot.line(x, y, made_colour);
    text += plot.str();
  }
  return text +
         "</div>\n<p class=\"note\">The genes of largest log-fold change of the cell types in "
         "turn. The bar left of 0 is the share of cells without a count.</p>\n";
}

struct gene_cloud {
  std::vector<double> log_mean, log_variance, zeros;

  /// Every `step`-th of the genes that vary.
  gene_cloud(const hm::gene_marginals& genes, hm::index step) {
    for (hm::index j = 0; j < genes.mean.size(); j += step) {
      if (!(genes.mean[j] > 0 && genes.variance[j] > 0)) continue;
      log_mean.push_back(std::log10(genes.mean[j]));
      log_variance.push_back(std::log10(genes.variance[j]));
      zeros.push_back(genes.zero_fraction[j]);
    }
  }
};

std::string trend_plots(const picture_cells& cells) {
  const hm::index genes = cells.pair.counts().genes();
  const hm::index step = (genes + most_genes - 1) / most_genes;
  const gene_cloud real(hm::gene_marginals(cells.pair.reference().counts()), step),
      made(hm::gene_marginals(cells.pair.counts()), step);
  const auto over_both = [](const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> all = a;
    all.insert(all.end(), b.begin(), b.end());
    return with_margin(svg::range_of(all));
  };
  const auto mean = over_both(real.log_mean, made.log_mean);
  svg::plot variance("variance and mean of every gene", {"mean count", mean, true},
                     {"variance", over_both(real.log_variance, made.log_variance), true}, 480, 340);
  svg::plot zeros("zeros and mean of every gene", {"mean count", mean, true},
                  {"share of cells without a count", {-0.02, 1.02}}, 480, 340);
  variance.points(real.log_mean, real.log_variance, real_colour, 3.5, 0.6);
  variance.points(made.log_mean, made.log_variance, made_colour, 2.5, 0.6);
  zeros.points(real.log_mean, real.zeros, real_colour, 3.5, 0.6);
  zeros.points(made.log_mean, made.zeros, made_colour, 2.5, 0.6);
  std::string note = "All genes with counts are drawn.";
  if (step > 1)
    note = "One gene in " + std::to_string(step) + " is drawn, of " + std::to_string(genes) + ".";
  return "<div class=\"grid\">" + variance.str() + zeros.str() + "</div>\n<p class=\"note\">" +
         note + "</p>\n";
}

std::string facts(const evaluate_input& input, const hm::candidates_result& found,
                  const evaluate_options& options) {
  std::string text = "<p>" + std::to_string(input.synthetic.cells()) + " synthetic cells (" +
                     svg::escaped(options.synthetic) + ") beside " +
                     std::to_string(input.reference.counts.cells()) + " real cells (" +
                     svg::escaped(options.reference) + "), " +
                     std::to_string(input.synthetic.genes()) + " genes, " +
                     std::to_string(input.labels.names.size()) + " cell types (" +
                     svg::escaped(input.label_source) + "). ";
  text += input.pilot.empty()
              ? "Which cells the generator was trained on was not given: copying cannot be told."
              : "The generator was trained on " + std::to_string(input.pilot.size()) +
                    " of the real cells.";
  text += " The table is about " + std::to_string(found.cells) +
          " cells of every kind, judged against " + std::to_string(found.judged_against) +
          " real cells; means of " + std::to_string(options.repeats) +
          (options.repeats == 1 ? " repeat" : " repeats") + " (&plusmn; standard deviation).</p>\n";
  for (const auto& remark : input.remarks)
    text += "<p class=\"note\">Note: " + svg::escaped(remark) + ".</p>\n";
  return text;
}

}  // namespace

std::string report_page(const hm::thread_executor& run, const evaluate_input& input,
                        const hm::candidates_result& found,
                        const std::vector<hm::verdict>& verdicts, const evaluate_options& options,
                        terminal_progress& watch, hm::random_engine& rng) {
  const hm::reference_cells reference(input.reference.counts, input.labels.codes);
  const hm::comparison pair(reference, input.synthetic,
                            hm::transfer_labels(run, reference.counts(), reference.labels(),
                                                input.synthetic, {.space = input.transfer}, rng));
  const picture_cells cells{pair, input.labels.names};
  const std::string both = "<div class=\"key\"><span>" + dot(real_colour) +
                           "real cells</span><span>" + dot(made_colour) +
                           "synthetic cells</span></div>\n";
  std::string page =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\">\n<title>Synthetic cells judged</title>\n"
      "<style>" +
      std::string(style) + "</style></head>\n<body>\n<h1>Synthetic cells judged</h1>\n" +
      facts(input, found, options) + "<h2>Verdicts</h2>\n" + verdict_table(verdicts) +
      "<p class=\"note\">Fresh cells are real cells that the generator has not seen, the best to "
      "hope for. The floor is cells that know nothing of the aspect: independent genes; for single "
      "genes (counts, zeros, variation, on or off) the noisy replicate; for new cells copies of "
      "the "
      "pilot. " +
      std::string(hm::rule_in_words) + "</p>\n";
  page += "<h2>Map of the cells</h2>\n" + maps(run, cells, watch, rng);
  page += "<h2>Shares of the cell types</h2>\n" + both + shares(cells);
  {
    const hm::counts_by_gene real(reference.values()), made(pair.values());
    page += "<h2>Marker genes</h2>\n" + both +
            marker_plots(cells, real, made, input.reference.genes.symbols);
  }
  page += "<h2>Variance and zeros</h2>\n" + both + trend_plots(cells);
  page += "<h2>All candidates</h2>\n" + candidate_table(found, verdicts) +
          "<p class=\"note\">synthetic-all: all synthetic cells against all real cells, as in the "
          "paper; the others as in the verdicts. scores.csv has every figure.</p>\n";
  return page + "<p class=\"note\">harmonium " + std::string(hm::version) + ", seed " +
         std::to_string(options.seed) + "</p>\n</body></html>\n";
}

}  // namespace program
