// SPDX-License-Identifier: MIT
// A model whose input has a bound cannot be left without a constraint.
#include "harmonium/core/executor.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/training/constraints.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using visible = hm::negative_binomial;
#else
using visible = hm::gaussian;
#endif

void constrain(hm::dbm<visible, hm::bernoulli>& model) {
  hm::unconstrained{}.apply(hm::serial_executor{}, model);
}
