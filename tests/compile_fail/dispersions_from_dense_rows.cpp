// SPDX-License-Identifier: MIT
// Inverse dispersions are estimated from counts.
#include "harmonium/models/dbm.hpp"
#include "harmonium/training/negative/restarted_particles.hpp"
#include "harmonium/training/stages/pretrain.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using visible = hm::negative_binomial;
#else
using visible = hm::gaussian;
#endif

using model = hm::dbm<visible, hm::bernoulli>;

template <class Model, class Recipe>
requires hm::trainable_by<Model, hm::matrix<double>, Recipe>
constexpr bool recipe_fits() {
  return true;
}
static_assert(recipe_fits<model, hm::pretrain<hm::restarted_particles>>());
