// SPDX-License-Identifier: MIT
// The xtensor program of docs/guide.md, which quotes this file.
#include "harmonium/core/xtensor.hpp"

#include <doctest/doctest.h>

#include <cstdint>

#include "harmonium/core/counts.hpp"

namespace hm = harmonium;

TEST_CASE("counts of xtensors") {
  const xt::xtensor<std::int32_t, 1> values{4, 1};
  const xt::xtensor<std::int32_t, 1> genes{0, 2};
  const xt::xtensor<std::int64_t, 1> pointers{0, 1, 2};
  const auto borrowed = hm::borrow_counts(values, genes, pointers, 3);  // no copy

  const xt::xarray<double> dense{{4, 0, 0}, {0, 0, 1}};
  const auto compressed = hm::compress(dense + 0);  // any expression; only its counts are stored

  CHECK(borrowed.values().data() == values.data());
  CHECK(hm::to_dense(borrowed) == hm::to_dense(compressed));
}
