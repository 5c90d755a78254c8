// SPDX-License-Identifier: MIT
// How near a plan's experiments come to real ones. From a set with known types pilots are drawn; to
// each the plan's models are fitted, and what its clusters find in synthetic experiments stands
// beside what the same workflow finds in real cells of the set, of the same sizes. Usage:
// plan_truth FOLDER NAME [PILOTS] [PILOT_CELLS] [SIZE...], FOLDER in the 10x layout with
// labels.tsv, PILOTS how many, or FIRST:END to go on from FIRST. Rows of csv; plan_truth.py makes
// tables of them.
//   real,set,draw,size,type,F1          cells of the set, types as the set says
//   placed,set,draw,size,type,F1        the same cells and clusters; types of the nearest pilot
//   cells made,set,pilot,size,type,F1,column  synthetic cells of a model and repeat
//   pilot,set,pilot,cells,type          cells of the type in the pilot
//   needs,set,pilot,low,middle,high     what `see` says
//   chance,set,pilot,size,type,mean     of the goal `rediscover`, by type
//   answer,set,pilot,cells,types
//                                       of `rediscover`: 0 where no size reaches it; types left out
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/analysis/louvain_clustering.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/io/labels.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/metrics/label_codes.hpp"
#include "harmonium/study/baseline_models.hpp"
#include "harmonium/study/harmonium_model.hpp"
#include "harmonium/study/plan.hpp"
#include "harmonium/study/planning/rediscover.hpp"

namespace hm = harmonium;

namespace {

constexpr double found_at = 0.5;  // F1
constexpr double probability = 0.8;

hm::count_matrix<> some_cells(const hm::count_matrix<>& all, std::span<const hm::index> rows) {
  return hm::select_cells(all, rows);
}

/// Clusters as `run_experiments` makes them.
std::vector<hm::index> clusters_of(const hm::count_matrix<>& cells, double library) {
  const auto values = hm::log_normalise(cells, {.target_sum = library});
  const auto here = hm::pca(hm::sparse_operator(values), {.components = 20});
  return hm::louvain_clustering{}.labels_of(hm::serial_executor{}, here.scores);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "plan_truth FOLDER NAME [PILOTS] [PILOT_CELLS] [SIZE...]\n");
    return 2;
  }
  const std::string folder = argv[1], name = argv[2];
  const std::string asked = argc > 3 ? argv[3] : "20";
  const auto colon = asked.find(':');
  const int first = colon == std::string::npos ? 0 : std::atoi(asked.c_str());
  const int pilots = std::atoi(asked.c_str() + (colon == std::string::npos ? 0 : colon + 1));
  const hm::index pilot_cells = argc > 4 ? std::atol(argv[4]) : 384;
  const auto data = hm::io::read_10x(folder);
  const auto labels = hm::code_labels(
      hm::io::join_labels(hm::io::read_labels(folder + "/labels.tsv"), data.barcodes).labels);
  const auto kinds = static_cast<hm::index>(labels.names.size());
  std::vector<hm::index> sizes;
  for (int k = 5; k < argc; ++k) sizes.push_back(std::atol(argv[k]));
  if (sizes.empty())
    for (const hm::index size : {192, 384, 768, 1536, 3072})
      if (size <= data.counts.cells()) sizes.push_back(size);
  const auto type_names = [&](hm::index t) {
    return labels.names[static_cast<std::size_t>(t)].c_str();
  };

  for (int p = first; p < pilots; ++p) {
    hm::random_engine rng(20261129, static_cast<std::uint64_t>(p));
    const auto rows = hm::draw::sample_without_replacement(data.counts.cells(), pilot_cells, rng);
    const auto all_genes = some_cells(data.counts, rows);
    std::vector<hm::index> genes, types;
    const auto means = hm::gene_means(all_genes);
    for (hm::index j = 0; j < means.size(); ++j)
      if (means[j] > 0) genes.push_back(j);
    const auto counts = hm::select_genes(all_genes, std::span<const hm::index>(genes));
    // Types that the pilot has, numbered without gaps.
    std::vector<hm::index> place(labels.names.size(), -1), of_row;
    std::vector<std::string> names;
    for (const hm::index row : rows) of_row.push_back(labels.codes[static_cast<std::size_t>(row)]);
    for (hm::index t = 0; t < kinds; ++t)
      if (std::count(of_row.begin(), of_row.end(), t) > 0) {
        place[static_cast<std::size_t>(t)] = static_cast<hm::index>(names.size());
        names.push_back(labels.names[static_cast<std::size_t>(t)]);
      }
    for (const hm::index t : of_row) types.push_back(place[static_cast<std::size_t>(t)]);
    const hm::plan_pilot pilot{counts, types, names, {}};
    const auto per_type = pilot.cells_per_type();

    // Real cells of the set, other ones for every pilot.
    const hm::reference_cells reference(counts, types);
    const hm::type_discriminant placing(reference.components().scores, types,
                                        static_cast<hm::index>(names.size()));
    for (const hm::index size : sizes) {
      const auto drawn = hm::draw::sample_without_replacement(data.counts.cells(), size, rng);
      const auto experiment =
          hm::select_genes(some_cells(data.counts, drawn), std::span<const hm::index>(genes));
      const auto clusters = clusters_of(experiment, reference.common_library());
      std::vector<hm::index> known;
      for (const hm::index row : drawn)
        known.push_back(labels.codes[static_cast<std::size_t>(row)]);
      const auto table = hm::types_by_clusters(known, kinds, clusters);
      for (hm::index t = 0; t < kinds; ++t)
        std::printf("real,%s,%d,%ld,%s,%.4f\n", name.c_str(), p, static_cast<long>(size),
                    type_names(t), hm::best_f1(table, t));
      const auto scores =
          hm::project(hm::log_normalise(experiment, {.target_sum = reference.common_library()}),
                      reference.components());
      const auto placed = hm::types_by_clusters(placing.types_of(scores),
                                                static_cast<hm::index>(names.size()), clusters);
      for (std::size_t t = 0; t < names.size(); ++t)
        std::printf("placed,%s,%d,%ld,%s,%.4f\n", name.c_str(), p, static_cast<long>(size),
                    names[t].c_str(), hm::best_f1(placed, static_cast<hm::index>(t)));
    }

    // The plan's experiments and what it says.
    hm::experiment_options how;
    how.models = {hm::any_study_model::of(hm::harmonium_model{.options = {.fits = 1}}),
                  hm::any_study_model::of(hm::cluster_nb_model{})};
    how.is_stability_wanted = false;
    const std::vector<double> depths{1};
    const auto frequencies = hm::estimate_frequencies(per_type, {}, rng);
    const auto made =
        hm::run_experiments(hm::serial_executor{}, pilot, sizes, depths, how, hm::silent{}, rng);
    for (std::size_t s = 0; s < sizes.size(); ++s)
      for (std::size_t c = 0; c < made.experiments.columns.size(); ++c)
        for (std::size_t t = 0; t < names.size(); ++t)
          std::printf("made,%s,%d,%ld,%s,%.4f,%s\n", name.c_str(), p, static_cast<long>(sizes[s]),
                      names[t].c_str(),
                      hm::best_f1(made.experiments.table(0, s, c), static_cast<hm::index>(t)),
                      made.experiments.columns[c].c_str());
    for (std::size_t t = 0; t < names.size(); ++t)
      std::printf("pilot,%s,%d,%ld,%s\n", name.c_str(), p, static_cast<long>(per_type[t]),
                  names[t].c_str());
    const auto needs = hm::needs_of(frequencies, {});
    std::printf("needs,%s,%d,%ld,%ld,%ld\n", name.c_str(), p, static_cast<long>(needs.low),
                static_cast<long>(needs.middle), static_cast<long>(needs.high));

    const hm::plan_evidence evidence{pilot, per_type, frequencies, made.experiments};
    for (std::size_t t = 0; t < names.size(); ++t) {
      const auto one =
          hm::rediscover_goal{.probability = probability, .f1 = found_at, .types = {names[t]}}
              .prepare(evidence);
      for (const hm::index size : sizes)
        std::printf("chance,%s,%d,%ld,%s,%.4f\n", name.c_str(), p, static_cast<long>(size),
                    names[t].c_str(), one.chance({1, size, 1}).mean);
    }
    const auto goal =
        hm::rediscover_goal{.probability = probability, .f1 = found_at}.prepare(evidence);
    const auto cells = hm::least_number(sizes.back(), [&](hm::index n) {
      return goal.is_within_reach && goal.chance({1, n, 1}).mean >= probability;
    });
    std::string left_out;
    for (const auto& type : names)
      if (std::find(goal.parts.begin(), goal.parts.end(), type) == goal.parts.end())
        left_out += (left_out.empty() ? "" : ";") + type;
    std::printf("answer,%s,%d,%ld,%s\n", name.c_str(), p, static_cast<long>(cells.value_or(0)),
                left_out.c_str());
    std::fflush(stdout);
  }
}
