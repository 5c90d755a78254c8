// SPDX-License-Identifier: MIT
/// @file
/// Counts made comparable between cells of different depth.
#pragma once

#include <cmath>
#include <string>

#include "harmonium/analysis/quantile.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"

namespace harmonium::inline v0_2 {

/// The median of the cells' library sizes (of an even number the mean of the middle two); 0 where
/// there is no cell.
template <count_source Counts>
[[nodiscard]] double median_library(const Counts& counts) {
  if (counts.cells() == 0) return 0;
  const vector<double> sizes = library_sizes(counts);
  return median_of({sizes.data(), static_cast<std::size_t>(sizes.size())});
}

/// Settings of `log_normalise`.
struct log_normalise_options {
  /// Library size that every cell is brought to. 0 means the median of the given cells. To compare
  /// two data sets, give both the same: `median_library` of the reference.
  double target_sum = 0;
};

/// log(1 + count / library size of the cell * options.target_sum): normalised values, cells x
/// genes. A zero count stays zero, so the result is as sparse as the counts and can be seen as a
/// `sparse_operator`. A cell without counts stays empty.
/// Source: as Seurat's LogNormalize (Butler et al. 2018, Nature Biotechnology 36:411, doi
/// 10.1038/nbt.4096), with the median in place of 10000.
/// @throws std::invalid_argument if `options.target_sum` is negative or not finite.
template <count_source Counts>
[[nodiscard]] count_matrix<double> log_normalise(const Counts& counts,
                                                 const log_normalise_options& options = {}) {
  require(options.target_sum >= 0 && std::isfinite(options.target_sum), "log_normalise",
          "target_sum must be 0 or more, got " + std::to_string(options.target_sum));
  const double library = options.target_sum > 0 ? options.target_sum : median_library(counts);
  const vector<double> sizes = library_sizes(counts);
  count_matrix<double> values(counts.genes());
  values.reserve(counts.cells(), counts.nonzeros());
  for (index i = 0; i < counts.cells(); ++i) {
    const auto cell = counts.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k)
      values.push_back(static_cast<index>(cell.genes[k]),
                       math::log1p(static_cast<double>(cell.values[k]) / sizes[i] * library));
    values.finish_cell();
  }
  return values;
}

}  // namespace harmonium::inline v0_2
