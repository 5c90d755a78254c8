// SPDX-License-Identifier: MIT
/// @file
/// Block Gibbs started anew for every draw from the posterior of a variational autoencoder that was
/// trained on the same cells. Training it is not counted. Independent draws, of another
/// distribution than the model's where its modes have other proportions.
#pragma once

#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/variational_posterior.hpp"
#include "harmonium/samplers/variational_start.hpp"

namespace contenders {

struct vae_gibbs {
  static constexpr const char* name = "vae-gibbs";
  const harmonium::variational_posterior<>* posterior = nullptr;  ///< must outlive this

  template <class Model, class Visit>
  void run(const Model& model, const typename Model::state_type&, harmonium::random_engine& rng,
           Visit&& visit) const {
    const harmonium::variational_start<harmonium::variational_posterior<>> settings{posterior, 5};
    const auto source = settings.prepare(model);
    auto chain = source.make_chain();
    do chain.draw(rng);
    while (visit(chain.state()));
  }
};

}  // namespace contenders
