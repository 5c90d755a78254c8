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

model trained(const hm::matrix<double>& data, const hm::training_settings<model>& settings,
              hm::random_engine& rng) {
  return hm::train<model>(hm::serial_executor{}, data, settings,
                          hm::pretrain<hm::restarted_particles>{}, rng);
}
