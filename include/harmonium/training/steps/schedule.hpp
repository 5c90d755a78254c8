// SPDX-License-Identifier: MIT
/// @file
/// Learning-rate schedules: policies that give the rate of an epoch.
#pragma once

#include <algorithm>
#include <concepts>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Law: `rate(epoch)` is the same whenever it is asked, so that a resumed run goes on as before.
template <class S>
concept learning_rate_schedule = std::copyable<S> && requires(const S& schedule, index epoch) {
  { schedule.rate(epoch) } -> std::same_as<double>;
};

/// The same rate in every epoch; the default is the paper's.
struct constant_rate {
  double initial = 1e-11;  ///< in every epoch
  [[nodiscard]] double rate(index) const noexcept { return initial; }
};

/// initial / (1 + epoch / half_life): half the rate after `half_life` epochs.
struct harmonic_decay {
  double initial = 0.2;   ///< rate of epoch 0
  double half_life = 10;  ///< epochs
  [[nodiscard]] double rate(index epoch) const noexcept {
    return initial / (1.0 + static_cast<double>(epoch) / half_life);
  }
};

/// One rate per epoch; the last one goes on.
struct listed_rates {
  std::vector<double> rates;  ///< epoch by epoch, at least one
  [[nodiscard]] double rate(index epoch) const {
    require(!rates.empty(), "listed_rates", "at least one rate is needed");
    return rates[std::min(static_cast<std::size_t>(epoch), rates.size() - 1)];
  }
};

static_assert(learning_rate_schedule<constant_rate> && learning_rate_schedule<harmonic_decay> &&
              learning_rate_schedule<listed_rates>);

}  // namespace harmonium::inline v0_2
