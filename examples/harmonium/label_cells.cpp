// SPDX-License-Identifier: MIT
#include "label_cells.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "harmonium/analysis/louvain_clustering.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/io/atlas.hpp"
#include "harmonium/io/labels.hpp"
#include "harmonium/training/prior/label_by_atlas.hpp"
#include "in_one_step.hpp"
#include "interrupt.hpp"
#include "summary_line.hpp"

namespace program {

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

given_labels labels_of_atlas(const hm::thread_executor& run, const io::dataset& data,
                             const std::string& file) {
  const hm::atlas known = io::load_atlas(file, run);
  hm::require(!known.labels.empty(), "--labels",
              file + " was fitted without types: harmonium fit --labels gives it some");
  const auto prior = hm::prior_for(known, data.genes.ids, data.genes.symbols);
  const auto found = hm::label_by_atlas(run, data.counts, prior);
  given_labels given;
  for (const hm::index code : found.codes)
    given.labels.push_back(found.names[static_cast<std::size_t>(code)]);
  given.source = "types by the atlas " + file;
  given.remarks.push_back("types are those of " + file + " that cells are likest, by " +
                          std::to_string(prior.matched()) + " of " + std::to_string(prior.genes()) +
                          " genes; cells of a type that it lacks are given another's name");
  return given;
}

}  // namespace

given_labels read_given_labels(const hm::thread_executor& run, const io::dataset& data,
                               const labels_place& place, const char* cells) {
  if (place.column.empty() && place.file.ends_with(".harmonium"))
    return labels_of_atlas(run, data, place.file);
  const auto table = read_label_table(place);
  auto joined = io::join_labels(table, data.barcodes);
  given_labels given{std::move(joined.labels), "labels of " + table.file, {}};
  if (joined.unused > 0)
    given.remarks.push_back(std::to_string(joined.unused) + " of the labels in " + table.file +
                            " belong to no cell of the " + cells);
  return given;
}

hm::label_codes find_clusters(const hm::thread_executor& run, const hm::count_matrix<>& counts,
                              terminal_progress& watch) {
  constexpr const char* stage = "finding clusters";
  if (watch({stage, 0, 1, {}}) == hm::flow::stop) throw interruption{};
  hm::label_codes found;
  found.codes = in_one_step(run, watch, stage,
                            [&](const auto& within) { return hm::cluster_cells(within, counts); });
  (void)watch({stage, 1, 1, {}});
  hm::index clusters = 0;
  for (const hm::index label : found.codes) clusters = std::max(clusters, label + 1);
  for (hm::index k = 0; k < clusters; ++k) found.names.push_back("cluster " + std::to_string(k));
  return found;
}

cell_labels label_cells(const hm::thread_executor& run, const io::dataset& reference,
                        const labels_place& place, terminal_progress& watch) {
  cell_labels found;
  if (!place.empty()) {
    auto given = read_given_labels(run, reference, place, "reference");
    return {hm::code_labels(given.labels), std::move(given.source), std::move(given.remarks)};
  }
  hm::require(reference.counts.cells() >= 3, "--labels", "cannot be found for fewer than 3 cells");
  found.labels = find_clusters(run, reference.counts, watch);
  found.source = found_by_louvain;
  return found;
}

}  // namespace program
