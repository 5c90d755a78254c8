// SPDX-License-Identifier: MIT
#include "plan_work.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <mutex>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "harmonium/analysis/label_transfer.hpp"
#include "harmonium/analysis/louvain_clustering.hpp"
#include "harmonium/analysis/quantile.hpp"
#include "harmonium/analysis/variable_genes.hpp"
#include "harmonium/io/gene_list.hpp"
#include "harmonium/io/labels.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/davies_bouldin.hpp"
#include "harmonium/metrics/partition_agreement.hpp"
#include "harmonium/study/baseline_models.hpp"
#include "harmonium/study/cells_needed.hpp"
#include "harmonium/study/depth.hpp"
#include "harmonium/study/fingerprint.hpp"
#include "harmonium/study/harmonium_model.hpp"
#include "harmonium/study/pilot_subsample.hpp"
#include "harmonium/study/scdbm_model.hpp"
#include "harmonium/study/study_model.hpp"
#include "interrupt.hpp"
#include "parsed.hpp"
#include "read_cells.hpp"
#include "synthetic_cells.hpp"

namespace program {

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

constexpr double rare_share = 0.05;  ///< a type below it is rare
constexpr double found_again = 0.5;  ///< F1 of a type with a cluster, at which it counts as found
constexpr double widest = 10;  ///< high / low of the cells needed, beyond which nothing is said
constexpr hm::index fewest_cells = 50;

hm::random_engine stream(const plan_command& options, const std::string& purpose,
                         std::uint64_t item = 0) {
  return hm::random_engine(hm::fingerprint().add(options.seed).add(purpose).value(), item);
}

hm::any_study_model model_named(const std::string& name) {
  if (name == "scdbm") return hm::any_study_model::of(hm::scdbm_model{});
  if (name == "cluster-nb") return hm::any_study_model::of(hm::cluster_nb_model{});
  return hm::any_study_model::of(hm::harmonium_model{});
}

/// Types of some of the pilot's cells, numbered 0, 1, ... without gaps, as models want them.
std::vector<hm::index> labels_of_rows(const plan_pilot& pilot, std::span<const hm::index> rows) {
  std::vector<hm::index> labels;
  for (const hm::index row : rows)
    labels.push_back(pilot.types.codes[static_cast<std::size_t>(row)]);
  std::vector<hm::index> present = labels;
  std::sort(present.begin(), present.end());
  present.erase(std::unique(present.begin(), present.end()), present.end());
  for (hm::index& label : labels)
    label = std::lower_bound(present.begin(), present.end(), label) - present.begin();
  return labels;
}

/// Cells made by a model of some of the pilot's cells, over all genes.
hm::count_matrix<> synthetic(const plan_pilot& pilot, const std::string& model, hm::index fit_cells,
                             hm::index cells, hm::random_engine& rng) {
  const auto part =
      hm::draw_pilot(pilot.cells.counts, fit_cells, hm::pilot_drawing::without_replacement, rng);
  const auto labels = labels_of_rows(pilot, part.rows);
  const auto fit = model_named(model).fit({part.counts, labels}, rng);
  return part.among_all_genes(fit.sources[0](cells, rng));
}

hm::count_matrix<> rows_between(const hm::count_matrix<>& cells, hm::index begin, hm::index end) {
  std::vector<hm::index> rows(static_cast<std::size_t>(end - begin));
  std::iota(rows.begin(), rows.end(), begin);
  return hm::select_cells(cells, std::span<const hm::index>(rows));
}

/// An experiment clustered without labels.
struct clustered {
  hm::principal_components components;
  std::vector<hm::index> labels;

  clustered(const hm::count_matrix<>& cells, double library)
      : components(components_of(cells, library)),
        labels(hm::louvain_clustering{}.labels_of(hm::serial_executor{}, components.scores)) {}

  static hm::principal_components components_of(const hm::count_matrix<>& cells, double library,
                                                hm::index count = 20) {
    const auto values = hm::log_normalise(cells, {.target_sum = library});
    return hm::pca(hm::sparse_operator(values), {.components = count});
  }
};

/// Share of the types that some cluster matches, F1 >= found_again; of all and of the rare ones.
std::pair<double, double> types_found(std::span<const hm::index> types, hm::index kinds,
                                      std::span<const double> frequencies,
                                      std::span<const hm::index> clusters) {
  hm::index most = 0;
  for (const hm::index c : clusters) most = std::max(most, c + 1);
  hm::matrix<double> both = hm::matrix<double>::Zero(kinds, most);
  for (std::size_t i = 0; i < types.size(); ++i) both(types[i], clusters[i]) += 1;
  double found = 0, rare = 0, rare_found = 0;
  for (hm::index t = 0; t < kinds; ++t) {
    double best = 0;
    for (hm::index c = 0; c < most; ++c) {
      const double sizes = both.row(t).sum() + both.col(c).sum();
      if (sizes > 0) best = std::max(best, 2 * both(t, c) / sizes);
    }
    const bool yes = best >= found_again;
    if (yes) found += 1;
    if (!(frequencies[static_cast<std::size_t>(t)] < rare_share)) continue;
    rare += 1;
    if (yes) rare_found += 1;
  }
  return {found / static_cast<double>(kinds),
          rare > 0 ? rare_found / rare : std::numeric_limits<double>::quiet_NaN()};
}

type_needs needs_of(const plan_pilot& pilot, const plan_command& options) {
  type_needs needs;
  needs.counts.assign(pilot.types.names.size(), 0);
  for (const hm::index type : pilot.types.codes) ++needs.counts[static_cast<std::size_t>(type)];
  auto rng = stream(options, "proportions");
  needs.frequencies = hm::estimate_proportions(needs.counts, {.draws = 500}, rng);
  needs.unseen = hm::unseen_mass(needs.counts);
  const auto& draws = needs.frequencies.draws;
  const auto types = static_cast<std::size_t>(draws.cols());

  // Averaged over what the pilot leaves open, the probability is that of the next experiment.
  const auto least_cells = [&](const auto& chance) {
    hm::index low = 0, high = options.at_least;
    while (chance(high) < options.probability && high < 100'000'000) {
      low = high + 1;
      high *= 2;
    }
    while (low < high) {
      const hm::index middle = low + (high - low) / 2;
      if (chance(middle) < options.probability)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  };
  const double rare = options.rare.value_or(1);
  needs.cells = least_cells([&](hm::index cells) {
    double sum = 0;
    for (hm::index d = 0; d < draws.rows(); ++d)
      sum += hm::chance_of_all({std::span(draws.row(d).data(), types), options.at_least}, cells);
    return sum / static_cast<double>(draws.rows()) *
           (options.rare ? hm::chance_of_at_least(options.at_least, cells, rare) : 1.0);
  });
  for (hm::index t = 0; t < draws.cols(); ++t)
    needs.of_type.push_back(least_cells([&](hm::index cells) {
      double sum = 0;
      for (hm::index d = 0; d < draws.rows(); ++d)
        sum += hm::chance_of_at_least(options.at_least, cells, draws(d, t));
      return sum / static_cast<double>(draws.rows());
    }));
  std::vector<double> each;
  for (hm::index d = 0; d < draws.rows(); ++d) {
    std::vector<double> frequencies(draws.row(d).data(), draws.row(d).data() + types);
    if (options.rare) frequencies.push_back(rare);
    for (double& f : frequencies) f = std::max(f, 1e-6);  // 10^7 cells are more than enough
    each.push_back(static_cast<double>(
        hm::cells_needed({frequencies, options.at_least}, options.probability)));
  }
  std::sort(each.begin(), each.end());
  needs.low = static_cast<hm::index>(hm::quantile_of_sorted(each, 0.05));
  needs.middle = static_cast<hm::index>(hm::quantile_of_sorted(each, 0.5));
  needs.high = static_cast<hm::index>(std::ceil(hm::quantile_of_sorted(each, 0.95)));
  return needs;
}

void run_experiments(const hm::thread_executor& run, const plan_pilot& pilot,
                     const plan_command& options, plan_result& found) {
  const auto& frequencies = found.needs.frequencies.mean;
  const hm::reference_cells reference(pilot.cells.counts, pilot.types.codes);
  const double library = reference.common_library();
  const auto kinds = static_cast<hm::index>(pilot.types.names.size());
  const auto sizes = static_cast<hm::index>(found.sizes.size());
  const auto columns = static_cast<hm::index>(options.models.size()) * options.repeats;
  const hm::index largest = found.sizes.back();
  const hm::index fit_cells = std::max<hm::index>(2, pilot.cells.counts.cells() * 4 / 5);
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  const std::pair<const char*, const char*> names[] = {
      {"adjusted_rand", "clusters agree with types (Rand)"},
      {"types_found", "share of types found"},
      {"rare_types_found", "share of rare types found"},
      {"stability", "two experiments agree (Rand)"},
      {"compactness", "minus the Davies-Bouldin index"}};
  for (const auto& [name, words] : names)
    found.curves.push_back(
        {name, words, {}, hm::matrix<double>::Constant(sizes, columns, unknown)});
  hm::matrix<double> thinned = hm::matrix<double>::Zero(
      static_cast<hm::index>(options.depths.size()) * sizes, options.repeats);
  for (hm::index c = 0; c < columns; ++c)
    found.columns.push_back(options.models[static_cast<std::size_t>(c / options.repeats)] + " " +
                            std::to_string(c % options.repeats + 1));

  std::mutex speaking;
  hm::index done = 0;
  run.for_each_block(columns, [&](hm::index column) {
    if (interrupted) return;
    const std::string& model = options.models[static_cast<std::size_t>(column / options.repeats)];
    const hm::index repeat = column % options.repeats;
    auto rng = stream(options, "experiment " + model, static_cast<std::uint64_t>(repeat));
    const auto cells = synthetic(pilot, model, fit_cells, 2 * largest, rng);
    for (hm::index s = 0; s < sizes; ++s) {
      const hm::index size = found.sizes[static_cast<std::size_t>(s)];
      const auto one = rows_between(cells, 0, size);
      const auto other = rows_between(cells, largest, largest + size);
      const hm::comparison pair(reference, one);
      const clustered here(one, library), there(other, library);
      found.curves[0].values(s, column) = hm::adjusted_rand_index(pair.labels(), here.labels);
      const auto [all, rare] = types_found(pair.labels(), kinds, frequencies, here.labels);
      found.curves[1].values(s, column) = all;
      found.curves[2].values(s, column) = rare;
      const auto placed =
          hm::project(hm::log_normalise(other, {.target_sum = library}), here.components);
      found.curves[3].values(s, column) = hm::adjusted_rand_index(
          hm::labels_of_nearest(hm::serial_executor{}, here.components.scores, here.labels, placed),
          there.labels);
      found.curves[4].values(s, column) =
          -hm::davies_bouldin_index(here.components.scores, here.labels);
      if (column >= options.repeats) continue;  // depths with the first model only
      for (std::size_t d = 0; d < options.depths.size(); ++d) {
        auto own = stream(options, "depth " + std::to_string(d) + " " + std::to_string(size),
                          static_cast<std::uint64_t>(repeat));
        const auto thin = hm::thin_counts(hm::serial_executor{}, one, options.depths[d], own);
        thinned(static_cast<hm::index>(d) * sizes + s, column) =
            hm::adjusted_rand_index(pair.labels(), clustered(thin, library).labels);
      }
    }
    const std::lock_guard lock(speaking);
    std::fprintf(stderr, "%ld of %ld models fitted, their experiments clustered\n", long{++done},
                 long{columns});
  });
  if (interrupted) throw interruption{};

  for (auto& one : found.curves) {
    if (!one.values.array().isFinite().all()) continue;  // no rare type, or one cluster only
    auto rng = stream(options, "saturation");
    one.curve = hm::find_saturation(found.sizes, one.values, {}, rng);
  }
  for (std::size_t d = 0; d < options.depths.size(); ++d) {
    depth_curve one{options.depths[d], {}};
    for (hm::index s = 0; s < sizes; ++s) {
      double sum = 0;
      for (hm::index r = 0; r < options.repeats; ++r)
        sum += thinned(static_cast<hm::index>(d) * sizes + s, r);
      one.mean.push_back(sum / static_cast<double>(options.repeats));
    }
    found.depths.push_back(std::move(one));
  }
}

/// The two types of --separate, if it was given.
std::optional<std::pair<hm::index, hm::index>> asked_pair(const plan_pilot& pilot,
                                                          const plan_command& options) {
  const auto& names = pilot.types.names;
  if (options.separate.empty()) return {};
  const auto comma = options.separate.find(',');
  const auto place = [&](const std::string& name) {
    const auto found = std::find(names.begin(), names.end(), name);
    hm::require(found != names.end(), "--separate",
                "no cell of the pilot has the type '" + name + "'");
    return static_cast<hm::index>(found - names.begin());
  };
  hm::require(comma != std::string::npos, "--separate",
              "expected two types with a comma between, got '" + options.separate + "'");
  const auto first = place(options.separate.substr(0, comma)),
             second = place(options.separate.substr(comma + 1));
  hm::require(first != second, "--separate", "names the same type twice");
  return std::pair{first, second};
}

/// The two types whose centroids are nearest, or those asked for.
std::pair<hm::index, hm::index> pair_of_types(const plan_pilot& pilot, const plan_command& options,
                                              const hm::matrix<double>& scores) {
  if (const auto asked = asked_pair(pilot, options)) return *asked;
  const auto& names = pilot.types.names;
  const auto types = static_cast<hm::index>(names.size());
  hm::matrix<double> centre = hm::matrix<double>::Zero(types, scores.cols());
  std::vector<double> count(names.size(), 0.0);
  for (hm::index i = 0; i < scores.rows(); ++i) {
    const hm::index t = pilot.types.codes[static_cast<std::size_t>(i)];
    centre.row(t) += scores.row(i);
    count[static_cast<std::size_t>(t)] += 1;
  }
  for (hm::index t = 0; t < types; ++t) centre.row(t) /= count[static_cast<std::size_t>(t)];
  std::pair<hm::index, hm::index> nearest{0, types > 1 ? 1 : 0};
  double least = std::numeric_limits<double>::infinity();
  for (hm::index a = 0; a < types; ++a)
    for (hm::index b = a + 1; b < types; ++b) {
      double apart = 0;
      for (hm::index d = 0; d < scores.cols(); ++d)
        apart += (centre(a, d) - centre(b, d)) * (centre(a, d) - centre(b, d));
      if (apart < least) {
        least = apart;
        nearest = {a, b};
      }
    }
  return nearest;
}

void run_power(const hm::thread_executor& run, const plan_pilot& pilot, const plan_command& options,
               plan_result& found) {
  if (pilot.types.names.size() < 2) return;
  const hm::reference_cells reference(pilot.cells.counts, pilot.types.codes);
  const auto nearest = pair_of_types(pilot, options, reference.components().scores);
  const hm::index a = nearest.first, b = nearest.second;  // Clang 14 captures no binding
  found.first_type = pilot.types.names[static_cast<std::size_t>(a)];
  found.second_type = pilot.types.names[static_cast<std::size_t>(b)];
  const auto& counts = found.needs.counts;
  const auto rarest = std::min_element(counts.begin(), counts.end()) - counts.begin();
  found.marker_type = pilot.types.names[static_cast<std::size_t>(rarest)];

  auto rng = stream(options, "power");
  const auto pool = synthetic(pilot, options.models.front(), pilot.cells.counts.cells(), 4000, rng);
  const hm::comparison pair(reference, pool);
  std::vector<hm::index> both, rare;
  std::vector<bool> is_second;
  for (hm::index i = 0; i < pool.cells(); ++i) {
    const hm::index label = pair.labels()[static_cast<std::size_t>(i)];
    if (label == rarest) rare.push_back(i);
    if (label != a && label != b) continue;
    both.push_back(i);
    is_second.push_back(label == b);
  }
  // A gene of middling strength among those the rarest type has in a quarter of its cells.
  std::vector<double> gene;
  if (!rare.empty()) {
    const auto cells = hm::select_cells(pool, std::span<const hm::index>(rare));
    const hm::counts_by_gene columns(cells);
    std::vector<std::pair<double, hm::index>> means;
    for (hm::index j = 0; j < columns.genes(); ++j) {
      if (4 * static_cast<hm::index>(columns.values(j).size()) < cells.cells()) continue;
      double sum = 0;
      for (const double x : columns.values(j)) sum += x;
      means.emplace_back(sum, j);
    }
    std::sort(means.begin(), means.end());
    if (!means.empty()) {
      const hm::index chosen = means[means.size() / 2].second;
      found.marker_gene = pilot.cells.genes.symbols[static_cast<std::size_t>(chosen)];
      gene.assign(static_cast<std::size_t>(cells.cells()), 0.0);
      const auto where = columns.cells(chosen);
      const auto values = columns.values(chosen);
      for (std::size_t k = 0; k < where.size(); ++k)
        gene[static_cast<std::size_t>(where[k])] = values[k];
    }
  }
  hm::matrix<double> points;
  if (both.size() > 2)
    points = clustered::components_of(hm::select_cells(pool, std::span<const hm::index>(both)),
                                      reference.common_library(), 10)
                 .scores;
  const hm::power_options settings{.experiments = 100};
  found.power.resize(found.sizes.size());
  run.for_each_block(static_cast<hm::index>(found.sizes.size()), [&](hm::index s) {
    plan_power& one = found.power[static_cast<std::size_t>(s)];
    one.size = found.sizes[static_cast<std::size_t>(s)];
    const auto share = [&](hm::index type) {
      return static_cast<hm::index>(
          std::floor(static_cast<double>(one.size) *
                     found.needs.frequencies.mean[static_cast<std::size_t>(type)]));
    };
    auto own = stream(options, "power at", static_cast<std::uint64_t>(one.size));
    const bool has_both = std::find(is_second.begin(), is_second.end(), true) != is_second.end() &&
                          std::find(is_second.begin(), is_second.end(), false) != is_second.end();
    if (has_both && points.rows() > 2 && share(a) >= 2 && share(b) >= 2) {
      const auto power =
          hm::separation_power(points, is_second, {share(a), share(b)}, settings, own);
      one.separation = power.power;
      one.separation_error = power.standard_error;
    }
    if (!gene.empty() && share(rarest) >= 2) {
      const auto power = hm::marker_power(gene, {share(rarest), one.size - share(rarest)},
                                          options.log2_fold, settings, own);
      one.marker = power.power;
      one.marker_error = power.standard_error;
    }
  });
}

std::string in_percent(double share) {
  return rounded(100 * share, 3) + " %";
}

void recommend(const plan_pilot& pilot, const plan_command& options, plan_result& found) {
  const type_needs& needs = found.needs;
  const hm::index cells = pilot.cells.counts.cells();
  const double ratio =
      static_cast<double>(needs.high) / static_cast<double>(std::max<hm::index>(1, needs.low));
  if (cells < fewest_cells)
    found.doubts.push_back("the pilot has " + std::to_string(cells) + " cells, fewer than " +
                           std::to_string(fewest_cells));
  if (ratio > widest)
    found.doubts.push_back("the rarest type has so few cells in the pilot that between " +
                           std::to_string(needs.low) + " and " + std::to_string(needs.high) +
                           " cells may be needed");
  if (needs.unseen.mass > rare_share)
    found.doubts.push_back("about " + in_percent(needs.unseen.mass) +
                           " of the tissue's cells are of types the pilot has not seen");
  const auto& recovery = found.curves.front().curve;
  hm::index wanted = needs.cells;
  if (recovery.size) wanted = std::max(wanted, *recovery.size);
  found.loaded =
      hm::cells_to_load(wanted, {.recovery = options.recovery, .doublets = options.doublets});
  found.cost = hm::cost_of(found.loaded, {.per_cell = options.cost_per_cell,
                                          .per_plate = options.cost_per_plate,
                                          .plate = options.plate});
  const std::string aim = "at least " + std::to_string(options.at_least) +
                          " cells of each of the " + std::to_string(pilot.types.names.size()) +
                          " cell types" +
                          (options.rare ? " and of one of " + in_percent(*options.rare) : "") +
                          " with a probability of " + in_percent(options.probability);
  if (!found.doubts.empty()) {
    found.answer =
        "This pilot is too small to say how many cells are needed: " + found.doubts.front() +
        "; the best guess for " + aim + " is " + std::to_string(wanted) + " cells.";
    return;
  }
  found.recommended = wanted;
  found.answer = "Sequence " + std::to_string(wanted) + " cells";
  if (found.loaded != wanted) found.answer += " (load " + std::to_string(found.loaded) + ")";
  if (found.cost.amount) found.answer += ", at a cost of " + rounded(*found.cost.amount, 6);
  found.answer += ": that gives " + aim + " (" + std::to_string(needs.low) + " to " +
                  std::to_string(needs.high) + " cells would, about " +
                  std::to_string(needs.middle) + " as a middle estimate, for all the pilot knows)";
  if (recovery.size)
    found.answer += ", and beyond " + std::to_string(*recovery.size) +
                    " cells clusters of synthetic cells get no better (sure in " +
                    in_percent(recovery.confidence) + " of resamples).";
  else
    found.answer += "; clusters of synthetic cells still get better at " +
                    std::to_string(found.sizes.back()) + " cells.";
}

}  // namespace

plan_pilot read_plan_pilot(const hm::thread_executor& run, const plan_command& options) {
  plan_pilot pilot;
  pilot.cells = read_cells("--pilot", options.pilot, {"", options.feature_type, options.layer},
                           pilot.remarks);
  hm::require(pilot.cells.counts.cells() >= 10, "--pilot",
              options.pilot + " has " + std::to_string(pilot.cells.counts.cells()) +
                  " cells; at least 10 are needed to plan anything");
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
  const labels_place labels{options.labels, options.labels_column, options.pilot};
  if (!labels.empty()) {
    const auto table = read_label_table(labels);
    pilot.types = hm::code_labels(io::join_labels(table, pilot.cells.barcodes).labels);
    pilot.type_source = "labels of " + table.file;
    return pilot;
  }
  pilot.types.codes = hm::cluster_cells(run, pilot.cells.counts);
  hm::index clusters = 0;
  for (const hm::index label : pilot.types.codes) clusters = std::max(clusters, label + 1);
  for (hm::index k = 0; k < clusters; ++k)
    pilot.types.names.push_back("cluster " + std::to_string(k));
  pilot.type_source = "clusters found by Louvain at resolution 0.8";
  pilot.remarks.push_back(
      "Types are clusters that were found in the pilot: types of a few cells each hide in larger "
      "clusters, and are not counted");
  return pilot;
}

plan_result make_plan(const hm::thread_executor& run, const plan_pilot& pilot,
                      const plan_command& options) {
  (void)asked_pair(pilot, options);  // before the work: it may complain
  plan_result found;
  found.sizes.assign(options.sizes.begin(), options.sizes.end());
  std::sort(found.sizes.begin(), found.sizes.end());
  found.sizes.erase(std::unique(found.sizes.begin(), found.sizes.end()), found.sizes.end());
  found.needs = needs_of(pilot, options);
  run_experiments(run, pilot, options, found);
  run_power(run, pilot, options, found);
  recommend(pilot, options, found);
  return found;
}

}  // namespace program
