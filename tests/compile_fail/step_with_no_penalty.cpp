// SPDX-License-Identifier: MIT
// A penalty has a proximal operator; what has none penalises no step.
#include "harmonium/models/dbm.hpp"
#include "harmonium/training/steps/penalised_step.hpp"
#include "harmonium/units/bernoulli.hpp"

namespace hm = harmonium;

struct ridge {
  double value(const hm::weight_view<double>&) const;
#ifndef REJECTED
  void shrink(hm::weight_span<double>, double) const;
#endif
};

template <hm::penalty_for<double> Penalty>
constexpr bool penalises() {
  return true;
}
static_assert(penalises<ridge>());
