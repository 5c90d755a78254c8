// SPDX-License-Identifier: MIT
// Parts that share their first hidden layer are no machines of their own.
#include "harmonium/models/part_blocks.hpp"
#include "harmonium/training/stages/pretrain_parts.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using model = hm::dbm<hm::parts<hm::bernoulli, hm::categorical>, hm::bernoulli, hm::bernoulli>;
#else
using model = hm::partitioned<hm::part<hm::bernoulli, hm::bernoulli>,
                              hm::part<hm::categorical, hm::bernoulli>, hm::joined<hm::bernoulli>>;
#endif

model trained(const hm::count_matrix<>& data, const hm::training_settings<model>& settings,
              hm::random_engine& rng) {
  return hm::train<model>(hm::serial_executor{}, data, settings, hm::pretrain_parts<>{}, rng);
}
