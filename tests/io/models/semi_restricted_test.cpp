// SPDX-License-Identifier: MIT
#include "harmonium/io/models/semi_restricted.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "support/stored_models.hpp"

namespace hm = harmonium;

TEST_CASE("groups, parameters and probabilities of the hidden states, bit for bit") {
  hm::vector<double> theta(4);
  theta << 0.5, 1, 2, 4;
  hm::semi_restricted model(hm::negative_binomial(theta), {1, 3, 1});
  for (hm::index m = 0; m < 4; ++m) {
    model.bias(0)[static_cast<std::size_t>(m)] = -0.1 * static_cast<double>(m + 3);
    for (hm::index k = 0; k < 5; ++k)
      model.weights(0)(m, k) = -0.02 * static_cast<double>(m + k % 3);
  }
  std::vector<double> prior;
  for (int s = 0; s < 12; ++s) prior.push_back(s % 5 == 0 ? 0.0 : 1.0 + s);
  model.set_prior(prior);
  const auto loaded = tiny::through_a_file(model);
  CHECK(loaded.groups() == model.groups());
  CHECK(loaded.log_prior() == model.log_prior());
  CHECK(loaded.visible().inverse_dispersion() == theta);
  tiny::check_same_cells(model, loaded);
}
