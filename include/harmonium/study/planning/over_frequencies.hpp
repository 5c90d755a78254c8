// SPDX-License-Identifier: MIT
/// @file
/// A chance averaged over what a pilot leaves open about the frequency of one type.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "harmonium/analysis/quantile.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/study/planning/design.hpp"
#include "harmonium/study/planning/frequency_posterior.hpp"

namespace harmonium::inline v0_2 {

/// Eleven quantiles of a type's frequency, of equal weight: 1/22, 3/22, ..., 21/22.
[[nodiscard]] inline std::vector<double> frequency_quantiles(const frequency_posterior& known,
                                                             index type) {
  std::vector<double> sorted, some;
  for (index d = 0; d < known.draws.rows(); ++d) sorted.push_back(known.draws(d, type));
  std::sort(sorted.begin(), sorted.end());
  for (int k = 0; k < 11; ++k) some.push_back(quantile_of_sorted(sorted, (2 * k + 1) / 22.0));
  return some;
}

/// Mean, and the chances at the outermost quantiles, which hold 91 %.
template <class Chance>
[[nodiscard]] chance_estimate over_frequencies(const std::vector<double>& quantiles,
                                               Chance&& chance) {
  chance_estimate found{0, 1, 0};
  for (const double frequency : quantiles) {
    const double one = chance(frequency);
    found.mean += one / static_cast<double>(quantiles.size());
    found.lower = std::min(found.lower, one);
    found.upper = std::max(found.upper, one);
  }
  return found;
}

}  // namespace harmonium::inline v0_2
