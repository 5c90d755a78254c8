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

hm::training_settings<hm::dbm<visible, hm::bernoulli>> settings() {
  return {.hidden = {4}, .refit = {.start = 2.0}};
}
