// SPDX-License-Identifier: MIT
// Joint training is of several hidden layers; one is trained by `pretrain`.
#include "harmonium/models/dbm.hpp"
#include "harmonium/training/negative/restarted_particles.hpp"
#include "harmonium/training/stages/joint.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using model = hm::dbm<hm::bernoulli, hm::bernoulli>;
#else
using model = hm::dbm<hm::bernoulli, hm::bernoulli, hm::bernoulli>;
#endif

model trained(const hm::count_matrix<>& data, const hm::training_settings<model>& settings,
              hm::random_engine& rng) {
  return hm::train<model>(hm::serial_executor{}, data, settings,
                          hm::joint<hm::restarted_particles>{}, rng);
}
