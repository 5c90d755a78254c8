// SPDX-License-Identifier: MIT
// Collapsed Gibbs moves the first hidden layer site by site.
#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/spin.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using hidden = hm::gaussian;
#else
using hidden = hm::spin;
#endif

auto source(const hm::dbm<hm::bernoulli, hidden>& model) {
  return hm::collapsed{}.prepare(model);
}
