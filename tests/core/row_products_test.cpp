// SPDX-License-Identifier: MIT
#include "harmonium/core/row_products.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace hm = harmonium;

TEST_CASE("products of sparse and dense rows against Eigen's") {
  hm::count_matrix<> counts(4);
  counts.push_back(1, 3);
  counts.push_back(3, 5);
  counts.finish_cell();
  hm::vector<double> x(4), h(2);
  x << 0, 3, 0, 5;
  h << 1, -2;
  hm::matrix<double> w(4, 2);
  w << 1, 2, 3, 4, 5, 6, 7, 8;
  const hm::weight_view<double> weights(w.data(), 4, 2);
  const auto dense = hm::as_span(std::as_const(x));
  const auto above = hm::as_span(std::as_const(h));

  hm::vector<double> sparse_out = hm::vector<double>::Ones(2), dense_out = sparse_out;
  hm::row::add_product<double>(counts.cell(0), weights, hm::as_span(sparse_out));
  hm::row::add_product<double>(dense, weights, hm::as_span(dense_out));
  CHECK(sparse_out == dense_out);
  CHECK(sparse_out.isApprox(w.transpose() * x + hm::vector<double>::Ones(2)));

  hm::vector<double> below = hm::vector<double>::Zero(4);
  hm::row::add_product_above<double>(weights, above, hm::as_span(below));
  CHECK(below.isApprox(w * h));

  hm::matrix<double> outer = hm::matrix<double>::Zero(4, 2);
  hm::row::add_outer<double>(counts.cell(0), above, 0.5,
                             hm::weight_span<double>(outer.data(), 4, 2));
  CHECK(outer.isApprox(0.5 * x * h.transpose()));
  // What lies behind h is no part of it.
  const std::vector<double> longer{1, -2, 1e300};
  hm::matrix<double> again = hm::matrix<double>::Zero(5, 2);
  hm::row::add_outer<double>(counts.cell(0), std::span(longer).first(2), 0.5,
                             hm::weight_span<double>(again.data(), 5, 2));
  CHECK(again.topRows(4) == outer);
  CHECK(again.row(4).isZero(0));
  hm::vector<double> sum = hm::vector<double>::Zero(4);
  hm::row::add<double>(counts.cell(0), 2.0, hm::as_span(sum));
  CHECK(sum == 2 * x);
  CHECK(hm::row::dot<double>(counts.cell(0), hm::as_span(std::as_const(sum))) == 68);
}

TEST_CASE("any number of columns: dense rows have the bits of sparse ones") {
  hm::count_matrix<> counts(9);
  hm::vector<double> x(9);
  x << 3, 0, 0, 1, 7, 0, 2, 0, 11;
  for (hm::index m = 0; m < 9; ++m) counts.push_back(m, x[m]);
  counts.finish_cell();
  for (hm::index columns = 0; columns < 20; ++columns) {
    hm::matrix<double> w(9, columns);
    for (hm::index i = 0; i < w.size(); ++i) w.data()[i] = 1.0 / static_cast<double>(i + 3);
    const hm::weight_view<double> weights(w.data(), 9, columns);
    hm::vector<double> sparse_out = hm::vector<double>::Constant(columns, 0.1);
    hm::vector<double> dense_out = sparse_out;
    hm::row::add_product<double>(counts.cell(0), weights, hm::as_span(sparse_out));
    hm::row::add_product<double>(hm::as_span(std::as_const(x)), weights, hm::as_span(dense_out));
    CHECK(sparse_out == dense_out);
  }
}

TEST_CASE("any number of units above: W h row by row in eight chains, or in order below 8") {
  for (const hm::index columns : {1, 7, 8, 9, 15, 16, 40})
    for (const hm::index rows : {0, 1, 2, 7}) {
      CAPTURE(columns);
      CAPTURE(rows);
      hm::matrix<double> w(rows, columns);
      for (hm::index i = 0; i < w.size(); ++i) w.data()[i] = 1.0 / static_cast<double>(i + 3);
      hm::vector<double> h(columns), out = hm::vector<double>::Constant(rows, 0.1);
      for (hm::index k = 0; k < columns; ++k) h[k] = 1 / (0.7 + static_cast<double>(k));
      const hm::weight_view<double> weights(w.data(), rows, columns);
      hm::row::add_product_above<double>(weights, hm::as_span(std::as_const(h)), hm::as_span(out));
      for (hm::index m = 0; m < rows; ++m) {
        std::array<double, 8> chain{};
        for (hm::index k = 0; k < columns; ++k)
          chain[columns < 8 ? 0 : static_cast<std::size_t>(k) % 8] += w(m, k) * h[k];
        CHECK(out[m] == 0.1 + hm::packs::joined(chain));
      }
    }
}
