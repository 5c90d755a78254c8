// SPDX-License-Identifier: MIT
// A hidden layer needs countable states; Gaussian units have none to enumerate.
#include "harmonium/models/dbm.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using middle = hm::gaussian;
#else
using middle = hm::bernoulli;
#endif

using model = hm::dbm<hm::negative_binomial, middle, hm::bernoulli>;
static_assert(model::hidden_layers == 2);
