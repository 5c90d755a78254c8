// SPDX-License-Identifier: MIT
// A schedule gives the rate of every epoch.
#include "harmonium/training/steps/schedule.hpp"

namespace hm = harmonium;

struct warm_up {
#ifdef REJECTED
  double rate() const;
#else
  double rate(hm::index epoch) const;
#endif
};

template <hm::learning_rate_schedule Schedule>
constexpr bool schedules() {
  return true;
}
static_assert(schedules<warm_up>());
