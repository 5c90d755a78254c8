// SPDX-License-Identifier: MIT
// A sampler draws from a layered model; an autoencoder is none and has a generator of its own.
#include <memory>

#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/variational_autoencoder.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/samplers/variational_prior.hpp"

namespace hm = harmonium;

hm::count_matrix<> cells(std::shared_ptr<const hm::variational_autoencoder<>> model,
                         hm::random_engine& rng) {
#ifdef REJECTED
  return hm::sampled(*model, hm::exact{}).generate(100, rng);
#else
  return hm::variational_prior<>(model).generate(100, rng);
#endif
}
