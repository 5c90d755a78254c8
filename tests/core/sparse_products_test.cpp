// SPDX-License-Identifier: MIT
#include "harmonium/core/sparse_products.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace hm = harmonium;

TEST_CASE_TEMPLATE("products of sparse rows are those of the dense matrix, to the bit", S, float,
                   double) {
  const hm::index inputs = 9, width = 70, rows = 5;
  hm::matrix<S> dense = hm::matrix<S>::Zero(rows, inputs);
  std::vector<std::vector<std::int32_t>> columns(rows);
  std::vector<std::vector<S>> values(rows);
  std::vector<hm::sparse_row<S>> sparse;
  for (hm::index i = 0; i < rows; ++i) {
    const auto at = static_cast<std::size_t>(i);
    for (hm::index j = i % 2; j < inputs && i != 3; j += 2) {  // row 3 is empty
      dense(i, j) = S(0.3) * static_cast<S>(i + 1) - S(0.17) * static_cast<S>(j);
      columns[at].push_back(static_cast<std::int32_t>(j));
      values[at].push_back(dense(i, j));
    }
    sparse.push_back({columns[at], values[at]});
  }
  hm::matrix<S> weights(inputs, width), slopes(rows, width);
  for (hm::index k = 0; k < weights.size(); ++k) weights.data()[k] = S(1) / static_cast<S>(k + 3);
  for (hm::index k = 0; k < slopes.size(); ++k) slopes.data()[k] = S(1) / static_cast<S>(k + 5);
  const std::span<const hm::sparse_row<S>> x(sparse);

  hm::matrix<S> out = hm::matrix<S>::Constant(rows, width, S(0.1)), expected = out;
  hm::add_sparse_product(hm::thread_executor(2), x, weights.data(), width, out.data());
  for (hm::index i = 0; i < rows; ++i)
    for (hm::index j = 0; j < inputs; ++j)
      if (dense(i, j) != 0)
        for (hm::index k = 0; k < width; ++k) expected(i, k) += dense(i, j) * weights(j, k);
  CHECK(out == expected);

  out = hm::matrix<S>::Zero(inputs, width);
  expected = out;
  hm::add_sparse_transposed_product(hm::thread_executor(2), x, slopes.data(), width, out.data());
  for (hm::index i = 0; i < rows; ++i)
    for (hm::index j = 0; j < inputs; ++j)
      if (dense(i, j) != 0)
        for (hm::index k = 0; k < width; ++k) expected(j, k) += dense(i, j) * slopes(i, k);
  CHECK(out == expected);
}
