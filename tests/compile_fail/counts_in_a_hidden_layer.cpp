// SPDX-License-Identifier: MIT
// A hidden layer admits every input; negative binomial units admit negative ones only.
#include "harmonium/models/dbm.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using hidden = hm::negative_binomial;
#else
using hidden = hm::bernoulli;
#endif

using model = hm::dbm<hm::bernoulli, hidden>;
static_assert(model::hidden_layers == 1);
