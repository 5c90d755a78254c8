// SPDX-License-Identifier: MIT
#include "harmonium/models/layer_scratch.hpp"

#include <doctest/doctest.h>

#include "support/tiny_models.hpp"

namespace hm = harmonium;

TEST_CASE("an array per layer, apart from the others") {
  const auto model = tiny::deep_of<hm::negative_binomial>(1);
  hm::layer_scratch all(model);
  for (std::size_t l = 0; l < 3; ++l) {
    CHECK(std::ssize(all[l]) == model.size(l));
    std::fill(all[l].begin(), all[l].end(), static_cast<double>(l));
  }
  for (std::size_t l = 0; l < 3; ++l)
    for (const double x : all[l]) CHECK(x == static_cast<double>(l));
  hm::layer_scratch hidden(model, 1);
  CHECK(hidden[0].empty());
  CHECK(std::ssize(hidden[2]) == model.size(2));
}
