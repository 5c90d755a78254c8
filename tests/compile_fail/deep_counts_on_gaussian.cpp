// SPDX-License-Identifier: MIT
// Higher up the rule is the same, pair by pair: two unbounded layers need Gaussian tails on both
// sides or states >= 0 on both.
#include "harmonium/models/dbm.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/poisson.hpp"
#include "harmonium/units/rectified_gaussian.hpp"

namespace hm = harmonium;

// Rectified units whose standard deviation is not known.
struct rectified : hm::rectified_gaussian {
  using hm::rectified_gaussian::basic_rectified_gaussian;
#ifdef REJECTED
  void standard_deviation() const = delete;
#endif
};

using model = hm::dbm<hm::poisson, hm::bernoulli, rectified, hm::gaussian>;
static_assert(model::hidden_layers == 3);
