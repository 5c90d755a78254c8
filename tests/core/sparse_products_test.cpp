// SPDX-License-Identifier: MIT
#include "harmonium/core/sparse_products.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/kernels.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/row_batch.hpp"

namespace hm = harmonium;

namespace {

/// Rows with a share of non-zero entries, all one or any, and the same as lists. Row 1 is empty.
template <class S>
struct rows_of {
  hm::matrix<S> dense;
  std::vector<std::vector<std::int32_t>> columns;
  std::vector<std::vector<S>> values;
  std::vector<hm::sparse_row<S>> sparse;

  rows_of(hm::index rows, hm::index inputs, double density, bool ones, bool told)
      : dense(hm::matrix<S>::Zero(rows, inputs)),
        columns(static_cast<std::size_t>(rows)),
        values(static_cast<std::size_t>(rows)) {
    hm::random_engine rng(7);
    for (hm::index i = 0; i < rows; ++i) {
      const auto at = static_cast<std::size_t>(i);
      for (hm::index j = 0; j < inputs && i != 1; ++j) {
        if (hm::draw::uniform(rng) >= density) continue;
        dense(i, j) = ones ? S(1) : static_cast<S>(hm::draw::uniform(-2, 2, rng));
        columns[at].push_back(static_cast<std::int32_t>(j));
        values[at].push_back(dense(i, j));
      }
      sparse.push_back({columns[at], values[at], told});
    }
  }
  [[nodiscard]] std::span<const hm::sparse_row<S>> rows() const { return sparse; }
};

template <class S>
hm::matrix<S> numbers(hm::index rows, hm::index columns) {
  hm::random_engine rng(9);
  hm::matrix<S> all(rows, columns);
  for (hm::index k = 0; k < all.size(); ++k)
    all.data()[k] = static_cast<S>(hm::draw::uniform(-1, 1, rng));
  return all;
}

/// out + left * right, entry by entry in ascending order.
template <class S>
hm::matrix<S> plain(const hm::matrix<S>& left, const hm::matrix<S>& right, hm::matrix<S> out) {
  for (hm::index i = 0; i < left.rows(); ++i)
    for (hm::index j = 0; j < left.cols(); ++j)
      if (left(i, j) != 0)
        for (hm::index k = 0; k < right.cols(); ++k) out(i, k) += left(i, j) * right(j, k);
  return out;
}

struct shape {
  hm::index rows, inputs, width;
  double density;
};
// Few entries: as it lies. Many: in blocks, of which the last, and the last panel, are not full.
constexpr shape shapes[] = {{5, 9, 70, 0.4},    {3, 4, 1, 0.7},    {40, 300, 64, 0.4},
                            {90, 97, 53, 0.3},  {50, 200, 9, 0.5}, {30, 100, 700, 0.5},
                            {30, 1300, 20, 0.1}};

}  // namespace

TEST_CASE_TEMPLATE("products of sparse rows are those of the dense matrix, to the bit", S, float,
                   double) {
  for (const shape& at : shapes) {
    const hm::index rows = at.rows, inputs = at.inputs, width = at.width;
    for (const int kind : {0, 1, 2}) {
      CAPTURE(rows);
      CAPTURE(width);
      CAPTURE(kind);
      const rows_of<S> x(rows, inputs, at.density, kind > 0, kind > 1);
      const auto weights = numbers<S>(inputs, width), slopes = numbers<S>(rows, width);
      const hm::matrix<S> turned = weights.transpose();
      const hm::matrix<S> start = numbers<S>(rows, width);
      const auto expected = plain<S>(x.dense, weights, start);
      const auto from_row = plain<S>(x.dense, weights, start.row(0).replicate(rows, 1));
      const auto from_zero = plain<S>(x.dense, weights, hm::matrix<S>::Zero(rows, width));
      const auto transposed =
          plain<S>(x.dense.transpose(), slopes, hm::matrix<S>::Zero(inputs, width));
      for (const hm::kernel each : hm::available_kernels()) {
        const hm::kernel_scope scope(each);
        for (const int threads : {1, 2}) {
          const hm::thread_executor run(threads);
          auto out = start;
          hm::add_sparse_product(run, x.rows(), weights.data(), width, out.data());
          CHECK(out == expected);
          out = start;
          hm::add_sparse_product(run, x.rows(), hm::as_factor(turned).transposed(), out.data());
          CHECK(out == expected);
          out.setConstant(S(7));
          hm::write_sparse_product(run, x.rows(), hm::row_span(start, 0), hm::as_factor(weights),
                                   out.data());
          CHECK(out == from_row);
          out.setConstant(S(7));
          hm::write_sparse_product(run, x.rows(), {}, hm::as_factor(turned).transposed(),
                                   out.data());
          CHECK(out == from_zero);
          out = hm::matrix<S>::Zero(inputs, width);
          hm::add_sparse_transposed_product(run, x.rows(), slopes.data(), width, out.data());
          CHECK(out == transposed);
        }
      }
    }
  }
}

TEST_CASE("rows without entries add nothing") {
  const std::vector<hm::sparse_row<double>> empty(3);
  const std::span<const hm::sparse_row<double>> none(empty);
  hm::matrix<double> out = hm::matrix<double>::Ones(3, 4);
  const hm::matrix<double> weights(0, 4);
  hm::add_sparse_product(hm::serial_executor{}, none, weights.data(), 4, out.data());
  hm::add_sparse_transposed_product(hm::serial_executor{}, none, weights.data(), 4, out.data());
  CHECK(out == hm::matrix<double>::Ones(3, 4));
  hm::write_sparse_product(hm::serial_executor{}, none, {}, hm::as_factor(weights), out.data());
  CHECK(out == hm::matrix<double>::Zero(3, 4));
}

TEST_CASE("the entries of rows column by column") {
  const std::vector<std::int32_t> first{0, 3}, second{3};
  const std::vector<double> values{1.5, 2}, one{4};
  const std::vector<hm::sparse_row<double>> rows{{first, values}, {second, one}};
  const hm::transposed_rows<double> columns(hm::serial_executor{}, rows, 5);
  const auto lists = columns.lists();
  REQUIRE(lists.size() == 5);
  CHECK(lists[4].columns.empty());
  CHECK(lists[1].columns.empty());
  CHECK(lists[0].values[0] == 1.5);
  REQUIRE(lists[3].columns.size() == 2);
  CHECK(lists[3].columns[1] == 1);
  CHECK(lists[3].values[1] == 4);
}
