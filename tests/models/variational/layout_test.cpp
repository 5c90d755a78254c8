// SPDX-License-Identifier: MIT
#include "harmonium/models/variational/layout.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace hm = harmonium;

TEST_CASE("blocks cover the parameters without gaps") {
  const hm::variational_layout layout(
      20, {.encoder = {5, 4}, .decoder = {3}, .latent = 2, .encode_library = true}, true, true);
  hm::index end = 0;
  for (const auto& block : layout.blocks) {
    CHECK(block.begin == end);
    end += block.size;
  }
  CHECK(end == layout.parameters);
  // Two encoders (the library's has one hidden layer), a decoder, three heads of z and l, two of
  // the genes, theta.
  CHECK(end == (20 * 5 + 15) + (5 * 4 + 12) + 2 * (4 * 2 + 2) + (20 * 5 + 15) + 2 * (5 + 1) +
                   (2 * 3 + 9) + 2 * (3 * 20 + 20) + 20);
  CHECK(layout.statistics == 2 * (5 + 4 + 5 + 3));

  const hm::variational_layout observed(20, {.encode_library = false}, false, false);
  CHECK(observed.log_library.empty());
  CHECK(observed.log_library_mean.outputs == 0);
}

TEST_CASE("empty networks are refused") {
  CHECK_THROWS_AS(hm::variational_layout(0, {}, false, true), std::invalid_argument);
  CHECK_THROWS_AS(hm::variational_layout(3, {.latent = 0}, false, true), std::invalid_argument);
  CHECK_THROWS_AS(hm::variational_layout(3, {.encoder = {}}, false, true), std::invalid_argument);
  CHECK_THROWS_AS(hm::variational_layout(3, {.decoder = {4, 0}}, false, true),
                  std::invalid_argument);
}
