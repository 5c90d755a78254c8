// SPDX-License-Identifier: MIT
// Only one-hot groups have a number of categories.
#include "harmonium/models/dbm.hpp"
#include "harmonium/training/settings.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using visible = hm::negative_binomial;
#else
using visible = hm::categorical;
#endif

auto settings() {
  hm::training_settings<hm::dbm<visible, hm::bernoulli>> chosen{.hidden = {4}};
  chosen.visible.categories = 3;
  return chosen;
}
