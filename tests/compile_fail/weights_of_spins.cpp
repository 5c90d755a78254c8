// SPDX-License-Identifier: MIT
// Weights <= 0 bound the input from hidden states >= 0, not from spins: admissible_sum does that.
#include "harmonium/core/executor.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/training/constraints.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/spin.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using policy = hm::non_positive_weights;
#else
using policy = hm::admissible_sum;
#endif

void constrain(hm::dbm<hm::negative_binomial, hm::spin>& model) {
  policy{}.apply(hm::serial_executor{}, model);
}
