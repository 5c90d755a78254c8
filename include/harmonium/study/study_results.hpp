// SPDX-License-Identifier: MIT
/// @file
/// A study's figures as an xtensor (component `harmonium::xtensor`).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "harmonium/core/xtensor.hpp"
#include "harmonium/study/study_table.hpp"

namespace harmonium::inline v0_2 {

/// Figures and the names along each axis. NaN where there is none.
struct study_results {
  xt::xtensor<double, 4> values;        ///< size x repeat x generator x metric
  std::vector<index> sizes;             ///< axis 0
  std::vector<index> repeats;           ///< axis 1: 1, 2, ...
  std::vector<std::string> generators;  ///< axis 2
  std::vector<std::string> metrics;     ///< axis 3: "metric.figure"

  explicit study_results(const study_table& table)
      : sizes(table.sizes), generators(table.generators), metrics(table.figures) {
    for (index repeat = 1; repeat <= table.repeats; ++repeat) repeats.push_back(repeat);
    const std::array<std::size_t, 4> shape{sizes.size(), repeats.size(), generators.size(),
                                           metrics.size()};
    values.resize(shape);
    std::copy(table.values.begin(), table.values.end(), values.begin());
  }
};

}  // namespace harmonium::inline v0_2
