// SPDX-License-Identifier: MIT
#include "harmonium/core/dot_panels.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <utility>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/kernels.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/row_batch.hpp"
#include "harmonium/core/row_products.hpp"

namespace hm = harmonium;

namespace {

template <class S>
hm::matrix<S> random_matrix(hm::index rows, hm::index columns, std::uint64_t seed) {
  hm::random_engine rng(seed);
  hm::matrix<S> all(rows, columns);
  for (hm::index k = 0; k < all.size(); ++k)
    all.data()[k] = static_cast<S>(hm::draw::uniform(-1.0, 1.0, rng));
  return all;
}

}  // namespace

TEST_CASE_TEMPLATE("W h of many rows has the bits of each row alone", S, float, double) {
  for (const hm::index units : {1, 3, 8, 16, 37})
    for (const hm::index above : {1, 4, 7, 8, 9, 15, 16, 100})
      for (const hm::index rows : {0, 1, 7, 8, 19}) {
        const auto w = random_matrix<S>(units, above, 1), h = random_matrix<S>(rows, above, 2);
        const auto start = random_matrix<S>(rows, units, 3);
        const hm::weight_view<S> weights(w.data(), units, above);
        auto expected = start;
        for (hm::index i = 0; i < rows; ++i)
          hm::row::add_product_above<S>(weights, hm::row_span(h, i), hm::row_span(expected, i));
        const hm::dot_panels<S> panels(weights);
        for (const hm::kernel each : hm::available_kernels()) {
          const hm::kernel_scope scope(each);
          auto out = start;
          panels.add(h.data(), rows, out.data());
          CHECK(out == expected);
        }
      }
}
