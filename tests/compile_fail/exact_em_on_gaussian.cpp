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

model trained(const hm::count_matrix<>& data, const hm::training_settings<model>& settings,
              hm::random_engine& rng) {
  return hm::train<model>(hm::serial_executor{}, data, settings, hm::exact_em{}, rng);
}
