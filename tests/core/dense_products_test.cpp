// SPDX-License-Identifier: MIT
#include "harmonium/core/dense_products.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "harmonium/core/draw/uniform.hpp"

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

/// Entry by entry, in ascending order.
template <class S>
hm::matrix<S> plain(const hm::factor<S>& a, const hm::factor<S>& b, hm::matrix<S> out) {
  for (hm::index i = 0; i < a.rows; ++i)
    for (hm::index j = 0; j < b.columns; ++j)
      for (hm::index k = 0; k < a.columns; ++k)
        out(i, j) += a.data[i * a.row + k * a.column] * b.data[k * b.row + j * b.column];
  return out;
}

}  // namespace

TEST_CASE_TEMPLATE("every entry is a sum in order: the bits of the plain loop", S, float, double) {
  struct shape {
    hm::index rows, depth, columns;
  };
  for (const auto& [rows, depth, columns] :
       {shape{1, 1, 1}, shape{4, 300, 64}, shape{7, 13, 37}, shape{130, 90, 150}}) {
    const auto a = random_matrix<S>(rows, depth, 1), b = random_matrix<S>(depth, columns, 2);
    const auto at = random_matrix<S>(depth, rows, 3), bt = random_matrix<S>(columns, depth, 4);
    const auto start = random_matrix<S>(rows, columns, 5);
    using hm::as_factor;
    for (const auto& left : {as_factor(a), as_factor(at).transposed()}) {
      for (const auto& right : {as_factor(b), as_factor(bt).transposed()}) {
        const auto expected = plain(left, right, start);
        auto out = start;
        hm::add_product(hm::serial_executor{}, left, right, out.data());
        CHECK(out == expected);
        out = start;
        hm::add_product(hm::thread_executor(3), left, right, out.data());
        CHECK(out == expected);
        for (const hm::kernel each : hm::available_kernels()) {
          const hm::kernel_scope scope(each);
          out = start;
          hm::add_product_columns(left, right, out.data(), 0, columns);
          CHECK(out == expected);
        }
      }
    }
  }
}
