// SPDX-License-Identifier: MIT
// Bernoulli units hold nothing to refit.
#include "harmonium/models/dbm.hpp"
#include "harmonium/training/settings.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using visible = hm::bernoulli;
#else
using visible = hm::negative_binomial;
#endif

auto settings() {
  hm::training_settings<hm::dbm<visible, hm::bernoulli>> chosen{.hidden = {4}};
  chosen.refit.start = 2.0;
  return chosen;
}
