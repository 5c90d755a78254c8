// SPDX-License-Identifier: MIT
/// @file
/// From what size on do more cells no longer help?
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harmonium/analysis/quantile.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `find_saturation`.
struct saturation_options {
  double tolerance = 0.02;  ///< a gain below this is none; in the unit of the curve
  double level = 0.9;       ///< of the bands
  index resamples = 1000;   ///< of the repeats, for the confidence
};

/// A curve over sizes with its band, and where it levels off.
struct saturation {
  std::vector<double> mean, lower, upper;  ///< per size; the band holds `level` of the repeats
  std::optional<index> size;  ///< the first that is enough; none if only the largest is, or none
  double confidence = 0;      ///< share of resamples in which that size is enough, too
};

/// The rule: a size is enough if the mean over repeats at no larger size is higher by more than the
/// tolerance; what it finds is the smallest such size. The confidence is the share of bootstrap
/// resamples of the repeats in which that size is enough again. A curve that still rises at its end
/// has no such size.
/// @param sizes  ascending, each once
/// @param values sizes x repeats, larger is better; the same repeat belongs together over sizes
/// @param rng    moves on by one word
/// @throws std::invalid_argument if shapes do not fit or there is no size or repeat.
[[nodiscard]] inline saturation find_saturation(std::span<const index> sizes,
                                                const matrix<double>& values,
                                                const saturation_options& options,
                                                random_engine& rng) {
  require(!sizes.empty() && static_cast<index>(sizes.size()) == values.rows() && values.cols() > 0,
          "find_saturation", "one row of repeats per size expected");
  require(std::is_sorted(sizes.begin(), sizes.end()), "find_saturation", "sizes must ascend");
  require(
      options.tolerance >= 0 && options.level > 0 && options.level < 1 && options.resamples >= 1,
      "find_saturation", "an option is out of range");
  const random_streams streams(rng);
  const index repeats = values.cols();
  const auto is_enough = [&](const std::vector<double>& mean, std::size_t s) {
    for (std::size_t larger = s + 1; larger < mean.size(); ++larger)
      if (mean[larger] > mean[s] + options.tolerance) return false;
    return true;
  };

  saturation found;
  std::vector<double> sorted(static_cast<std::size_t>(repeats));
  for (index s = 0; s < values.rows(); ++s) {
    double sum = 0;
    for (index r = 0; r < repeats; ++r) {
      sum += values(s, r);
      sorted[static_cast<std::size_t>(r)] = values(s, r);
    }
    std::sort(sorted.begin(), sorted.end());
    found.mean.push_back(sum / static_cast<double>(repeats));
    found.lower.push_back(quantile_of_sorted(sorted, (1 - options.level) / 2));
    found.upper.push_back(quantile_of_sorted(sorted, (1 + options.level) / 2));
  }
  std::size_t first = 0;
  while (!is_enough(found.mean, first)) ++first;
  if (first + 1 == sizes.size()) return found;  // it may well go on rising
  found.size = sizes[first];

  index again = 0;
  std::vector<double> mean(sizes.size());
  for (index resample = 0; resample < options.resamples; ++resample) {
    random_engine own = streams[static_cast<std::uint64_t>(resample)];
    std::fill(mean.begin(), mean.end(), 0.0);
    for (index r = 0; r < repeats; ++r) {
      const auto taken = static_cast<index>(draw::below(static_cast<std::uint64_t>(repeats), own));
      for (index s = 0; s < values.rows(); ++s)
        mean[static_cast<std::size_t>(s)] += values(s, taken) / static_cast<double>(repeats);
    }
    if (is_enough(mean, first)) ++again;
  }
  found.confidence = static_cast<double>(again) / static_cast<double>(options.resamples);
  return found;
}

}  // namespace harmonium::inline v0_2
