// SPDX-License-Identifier: MIT
// Sampled EM knows the posterior of one hidden layer only.
#include "harmonium/models/dbm.hpp"
#include "harmonium/training/stages/sampled_em.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using model = hm::dbm<hm::bernoulli, hm::bernoulli, hm::bernoulli>;
#else
using model = hm::dbm<hm::bernoulli, hm::bernoulli>;
#endif

template <class Model, class Recipe>
requires hm::trainable_by<Model, hm::count_matrix<>, Recipe>
constexpr bool recipe_fits() {
  return true;
}
static_assert(recipe_fits<model, hm::sampled_em>());
