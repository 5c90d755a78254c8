// SPDX-License-Identifier: MIT
/// @file
/// Pairs of data sets for metrics that tell real from synthetic cells.
#pragma once

#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "harmonium/core/select_counts.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "support/score.hpp"
#include "support/toy_counts.hpp"

namespace support {

/// 240 real cells, of which the first 120 are the pilot; labels do not matter.
template <harmonium::metric Metric>
std::map<std::string, double> against_toy_cells(const Metric& metric,
                                                const harmonium::count_matrix<>& made,
                                                bool with_pilot = true) {
  const auto real = tiny::toy_counts(240, 15, 1);
  const std::vector<harmonium::index> labels(240, 0);
  std::vector<harmonium::index> pilot(with_pilot ? 120 : 0);
  std::iota(pilot.begin(), pilot.end(), harmonium::index(0));
  const harmonium::reference_cells reference(real, labels, {.pilot = pilot});
  return by_name(metric, harmonium::comparison(reference, made,
                                               std::vector<harmonium::index>(
                                                   static_cast<std::size_t>(made.cells()), 0)));
}

/// Cells from the same distribution as the real ones, and from one of other dispersion.
inline harmonium::count_matrix<> fresh_cells() {
  return tiny::toy_counts(240, 15, 2);
}
inline harmonium::count_matrix<> wrong_cells() {
  return tiny::toy_counts(240, 15, 3, 0.3);
}
/// The pilot, twice.
inline harmonium::count_matrix<> copied_cells() {
  std::vector<harmonium::index> rows(240);
  for (std::size_t i = 0; i < 240; ++i) rows[i] = static_cast<harmonium::index>(i % 120);
  return harmonium::select_cells(tiny::toy_counts(240, 15, 1), rows);
}

}  // namespace support
