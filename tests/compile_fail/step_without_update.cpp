// SPDX-License-Identifier: MIT
// A step moves the parameters; what does not is no step.
#include "harmonium/core/executor.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/training/steps/step_concept.hpp"
#include "harmonium/units/bernoulli.hpp"

namespace hm = harmonium;

using model = hm::dbm<hm::bernoulli, hm::bernoulli>;

struct standstill {
#ifndef REJECTED
  void update(const hm::executor_ref&, model&, const hm::step_statistics<double>&, double) const;
#endif
};

template <hm::step_for<model> Step>
constexpr bool steps() {
  return true;
}
static_assert(steps<standstill>());
