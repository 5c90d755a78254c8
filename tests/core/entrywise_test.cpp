// SPDX-License-Identifier: MIT
#include "harmonium/core/entrywise.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/kernels.hpp"
#include "harmonium/core/random_engine.hpp"

namespace hm = harmonium;

TEST_CASE_TEMPLATE("every kernel adds what a plain loop adds, to the last bit", Scalar, double,
                   float) {
  for (const hm::kernel which : hm::available_kernels()) {
    const hm::kernel_scope forced(which);
    for (const std::size_t size : {0u, 1u, 2u, 7u, 16u, 17u, 31u, 64u, 133u}) {
      hm::random_engine rng(size + 1);
      std::vector<Scalar> x(size + 1), y(size + 1), out(size + 1);
      for (std::size_t i = 0; i <= size; ++i) {
        x[i] = static_cast<Scalar>(hm::draw::uniform(-2.0, 2.0, rng));
        y[i] = static_cast<Scalar>(hm::draw::uniform(-2.0, 2.0, rng));
        out[i] = static_cast<Scalar>(hm::draw::uniform(-2.0, 2.0, rng));
      }
      auto scaled = out, products = out;
      const auto scale = static_cast<Scalar>(0.3);
      for (std::size_t i = 0; i < size; ++i) {
        // Rounded before it is added, as compilers must not fuse the two here either.
        const volatile Scalar part = scale * x[i];
        const volatile Scalar product = x[i] * y[i];
        scaled[i] = out[i] + part;
        products[i] = out[i] + product;
      }
      auto found = out;
      hm::entrywise::add_scaled(scale, x.data(), static_cast<hm::index>(size), found.data());
      CHECK(found == scaled);  // the one after the last stays
      found = out;
      hm::entrywise::add_products(x.data(), y.data(), static_cast<hm::index>(size), found.data());
      CHECK(found == products);
    }
  }
}
