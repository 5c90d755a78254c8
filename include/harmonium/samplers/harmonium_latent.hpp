// SPDX-License-Identifier: MIT
/// @file
/// A harmonium in the latent space of a variational autoencoder: Gaussian visible units and one
/// one-hot hidden group, sampled in place of N(0, I). The prior of a
/// trained autoencoder leaves places that no cell is encoded to; this one does not go there.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/gaussian.hpp"

namespace harmonium::inline v0_2 {

/// z is Gaussian about a mean that the state of the hidden group chooses.
using gaussian_harmonium = dbm<gaussian, categorical>;

/// Latent distribution: exact draws from such a harmonium.
class harmonium_latent {
 public:
  explicit harmonium_latent(gaussian_harmonium model)
      : parts_(std::make_shared<const parts>(std::move(model))) {}

  [[nodiscard]] const gaussian_harmonium& model() const noexcept { return parts_->model; }

  [[nodiscard]] auto make_worker() const {
    return [kept = parts_, chain = parts_->source.make_chain()](random_engine& rng,
                                                                std::span<double> z) mutable {
      chain.draw(rng);
      const vector<double>& drawn = chain.state()[0];
      std::copy_n(drawn.data(), z.size(), z.data());
    };
  }

 private:
  struct parts {
    explicit parts(gaussian_harmonium of) : model(std::move(of)), source(model, 1 << 14) {}
    parts(const parts&) = delete;
    parts& operator=(const parts&) = delete;

    gaussian_harmonium model;
    exact::source<gaussian_harmonium> source;
  };
  std::shared_ptr<const parts> parts_;
};

}  // namespace harmonium::inline v0_2
