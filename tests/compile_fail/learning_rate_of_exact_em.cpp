// SPDX-License-Identifier: MIT
// Exact EM has no learning rate.
#include "harmonium/training/negative/block_particles.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/stages/pretrain.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using stage = hm::exact_em;
#else
using stage = hm::pretrain<hm::block_particles>;
#endif

stage slow() {
  stage chosen;
  chosen.learning_rate.initial = 0.01;
  return chosen;
}
