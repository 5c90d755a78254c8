// SPDX-License-Identifier: MIT
// Between the first hidden layer and the top every layer is summed over; only the top may be
// unbounded.
#include "harmonium/models/dbm.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/gaussian.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using stack = hm::dbm<hm::bernoulli, hm::bernoulli, hm::gaussian, hm::bernoulli>;
#else
using stack = hm::dbm<hm::bernoulli, hm::bernoulli, hm::bernoulli, hm::gaussian>;
#endif

double log_partition(const stack& of) {
  return hm::hidden_enumeration<stack>(of).log_partition();
}
