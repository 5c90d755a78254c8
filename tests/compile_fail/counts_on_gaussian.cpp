// SPDX-License-Identifier: MIT
// Counts over Gaussian hidden units have no finite sum; over rectified ones, which cannot be
// negative, they have with weights <= 0.
#include "harmonium/models/dbm.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/rectified_gaussian.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using hidden = hm::gaussian;
#else
using hidden = hm::rectified_gaussian;
#endif

using model = hm::dbm<hm::negative_binomial, hidden>;
static_assert(model::hidden_layers == 1);
