// SPDX-License-Identifier: MIT
// A hidden layer needs countable states; Gaussian units have none to enumerate.
#include "harmonium/models/dbm.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using middle = hm::gaussian<double>;
#else
using middle = hm::bernoulli<double>;
#endif

using model = hm::dbm<hm::negative_binomial<double>, middle, hm::bernoulli<double>>;
static_assert(model::hidden_layers == 2);
