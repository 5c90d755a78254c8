// SPDX-License-Identifier: MIT
/// @file
/// Models between two models.
#pragma once

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// A model between two that differ in parameters and inverse dispersions: linear in the first,
/// geometric in the second.
/// @param[out] result a model of the same layers, overwritten
/// @param theta       memory
template <class Model>
void set_between(const Model& from, const Model& to, double share, Model& result,
                 vector<typename Model::scalar>& theta) {
  using scalar = typename Model::scalar;
  result = to;
  if (share >= 1) return;
  const auto s = static_cast<scalar>(share);
  for (index i = 0; i < result.parameters().size(); ++i)
    result.parameters()[i] = (scalar(1) - s) * from.parameters()[i] + s * to.parameters()[i];
  if constexpr (requires { result.visible().set_inverse_dispersion(vector<scalar>()); }) {
    const auto& low = from.visible().inverse_dispersion();
    theta = to.visible().inverse_dispersion();
    for (index m = 0; m < theta.size(); ++m)
      if (theta[m] != low[m])
        theta[m] = math::exp((scalar(1) - s) * math::log(low[m]) + s * math::log(theta[m]));
    result.visible().set_inverse_dispersion(theta);
  }
}

}  // namespace harmonium::inline v0_2
