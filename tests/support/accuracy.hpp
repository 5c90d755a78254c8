// SPDX-License-Identifier: MIT
/// @file
/// Measuring how far a computed number is from the true one.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>

#include "harmonium/core/random_engine.hpp"

namespace support {

/// |got - want| in units of the last place that numbers of `want`'s size have in S.
template <std::floating_point S>
double ulps(S got, long double want) {
  if (std::isnan(want) || std::isnan(got)) {
    return std::isnan(want) && std::isnan(got) ? 0 : std::numeric_limits<double>::infinity();
  }
  if (got == static_cast<S>(want) && (want == 0 || std::isinf(got))) return 0;
  int exponent = std::numeric_limits<S>::min_exponent;
  if (std::abs(want) >= std::numeric_limits<S>::min()) std::frexp(want, &exponent);
  return static_cast<double>(std::abs(static_cast<long double>(got) - want) /
                             std::ldexp(1.0L, exponent - std::numeric_limits<S>::digits));
}

/// A number in [0, 1) for test points.
inline double unit_number(harmonium::random_engine& rng) {
  return static_cast<double>(rng() >> 11) * 0x1p-53;
}

/// |got - want| / max(|want|, floor).
inline double relative_error(double got, double want, double floor = 0) {
  if (got == want) return 0;
  return std::abs(got - want) / std::max(std::abs(want), floor);
}

/// The largest error seen, and where.
struct worst_error {
  double error = 0;
  double at = 0;

  void see(double seen, double where) {
    if (seen > error || std::isnan(seen)) {
      error = std::isnan(seen) ? std::numeric_limits<double>::infinity() : seen;
      at = where;
    }
  }
};

}  // namespace support
