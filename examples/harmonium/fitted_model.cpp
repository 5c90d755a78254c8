// SPDX-License-Identifier: MIT
#include "fitted_model.hpp"

#include <algorithm>

namespace program {

namespace hm = harmonium;

overview overview_of(const hm::count_matrix<>& counts) {
  auto sizes = hm::library_sizes(counts);
  const double mean = sizes.size() > 0 ? sizes.mean() : 0;
  std::sort(sizes.data(), sizes.data() + sizes.size());
  const hm::index half = sizes.size() / 2;
  const double median = sizes.size() == 0       ? 0
                        : sizes.size() % 2 == 1 ? sizes[half]
                                                : (sizes[half - 1] + sizes[half]) / 2;
  const auto entries = static_cast<double>(counts.cells()) * static_cast<double>(counts.genes());
  return {counts.cells(), median, mean,
          entries > 0 ? 1 - static_cast<double>(counts.nonzeros()) / entries : 0};
}

pilot_summary summary_of(const pilot_data& pilot) {
  pilot_summary summary{overview_of(pilot.training), {}, pilot.genes, pilot.expressed};
  const auto means = hm::gene_means(pilot.training);
  summary.means.assign(means.data(), means.data() + means.size());
  return summary;
}

}  // namespace program
