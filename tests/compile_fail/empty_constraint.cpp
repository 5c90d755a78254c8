// SPDX-License-Identifier: MIT
// An empty struct constrains nothing.
#include "harmonium/models/dbm.hpp"
#include "harmonium/training/constraints.hpp"
#include "harmonium/training/negative/restarted_particles.hpp"
#include "harmonium/training/stages/pretrain.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

using model = hm::dbm<hm::negative_binomial, hm::bernoulli>;

struct nothing {};
#ifdef REJECTED
using constraint = nothing;
#else
using constraint = hm::non_positive_weights;
#endif
using stage =
    hm::pretrain<hm::restarted_particles, hm::centred_step, hm::harmonic_decay, constraint>;

model trained(const hm::count_matrix<>& data, const hm::training_settings<model>& settings,
              hm::random_engine& rng) {
  return hm::train<model>(hm::serial_executor{}, data, settings, stage{}, rng);
}
