// SPDX-License-Identifier: MIT
// A hidden family states the range of its states: what they may do to the layer below follows from
// it.
#include <concepts>

#include "harmonium/models/dbm.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

struct switches : hm::bernoulli {
  using hm::bernoulli::basic_bernoulli;
  switches site() const { return switches(1); }
#ifdef REJECTED
  void lowest_state() const;
#endif
};

using model = hm::dbm<hm::negative_binomial, switches>;
static_assert(model::hidden_layers == 1);
