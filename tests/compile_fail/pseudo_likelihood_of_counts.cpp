// SPDX-License-Identifier: MIT
// A count has no last state: its conditional distribution is no finite sum.
#include "harmonium/likelihood/pseudo_likelihood.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/poisson.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using visible = hm::poisson;
#else
using visible = hm::bernoulli;
#endif

using conditionals = hm::site_conditionals<hm::dbm<visible, hm::bernoulli>>;
static_assert(sizeof(conditionals) > 0);
