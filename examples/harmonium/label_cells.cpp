// SPDX-License-Identifier: MIT
#include "label_cells.hpp"

#include <algorithm>

#include "harmonium/analysis/louvain_clustering.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/io/labels.hpp"

namespace program {

namespace hm = harmonium;
namespace io = harmonium::io;

cell_labels label_cells(const hm::thread_executor& run, const io::dataset& reference,
                        const labels_place& place) {
  cell_labels found;
  if (!place.empty()) {
    const auto table = read_label_table(place);
    const auto joined = io::join_labels(table, reference.barcodes);
    found.labels = hm::code_labels(joined.labels);
    found.source = "labels of " + table.file;
    if (joined.unused > 0)
      found.remarks.push_back(std::to_string(joined.unused) + " of the labels in " + table.file +
                              " belong to no cell of the reference");
    return found;
  }
  hm::require(reference.counts.cells() >= 3, "--labels", "cannot be found for fewer than 3 cells");
  found.labels.codes = hm::cluster_cells(run, reference.counts);
  hm::index clusters = 0;
  for (const hm::index label : found.labels.codes) clusters = std::max(clusters, label + 1);
  for (hm::index k = 0; k < clusters; ++k)
    found.labels.names.push_back("cluster " + std::to_string(k));
  found.source = "clusters found by Louvain at resolution 0.8";
  return found;
}

}  // namespace program
