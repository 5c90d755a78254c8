// SPDX-License-Identifier: MIT
// Exact EM enumerates the first hidden layer; Gaussian units have no list of states.
#include "harmonium/models/dbm.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/gaussian.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using hidden = hm::gaussian;
#else
using hidden = hm::bernoulli;
#endif

using model = hm::dbm<hm::bernoulli, hidden>;

template <class Model, class Recipe>
requires hm::trainable_by<Model, hm::count_matrix<>, Recipe>
constexpr bool recipe_fits() {
  return true;
}
static_assert(recipe_fits<model, hm::exact_em>());
