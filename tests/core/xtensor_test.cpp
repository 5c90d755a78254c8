// SPDX-License-Identifier: MIT
#include "harmonium/core/xtensor.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <utility>

namespace hm = harmonium;

namespace {

// The same five counts of three cells (the second is empty) and four genes, in every form.
const xt::xtensor<std::int32_t, 2> dense{{1, 0, 0, 2}, {0, 0, 0, 0}, {0, 7, 3, 1}};
const xt::xtensor<std::int32_t, 1> values{1, 2, 7, 3, 1};
const xt::xtensor<std::int64_t, 1> genes{0, 3, 1, 2, 3};
const xt::xarray<std::int64_t> pointers{0, 2, 2, 5};

template <class F>
concept spannable = requires(F&& elements) {
  hm::as_span(std::forward<F>(elements));
};

}  // namespace

// Borrowing from a temporary does not compile.
static_assert(spannable<xt::xtensor<int, 1>&> && spannable<const xt::xarray<int>&>);
static_assert(!spannable<xt::xtensor<int, 1>>);

TEST_CASE("three xtensors are borrowed as counts") {
  const auto counts = hm::borrow_counts(values, genes, pointers, 4);
  static_assert(std::same_as<decltype(counts),
                             const hm::count_view<std::int32_t, std::int64_t, std::int64_t>>);
  CHECK(counts.values().data() == values.data());
  CHECK(counts.gene_indices().data() == genes.data());
  CHECK(counts.pointers().data() == pointers.data());
  hm::validate(counts);
  const auto whole = hm::to_dense<std::int32_t>(counts);
  for (hm::index i = 0; i < 3; ++i)
    for (hm::index j = 0; j < 4; ++j)
      CHECK(whole(i, j) == dense(static_cast<std::size_t>(i), static_cast<std::size_t>(j)));
}

TEST_CASE("borrowing refuses what does not fit") {
  const xt::xtensor<std::int64_t, 1> short_pointers{0, 2, 4};
  CHECK_THROWS_AS(hm::borrow_counts(values, genes, short_pointers, 4), std::invalid_argument);
  CHECK_THROWS_AS(hm::as_span(dense), std::invalid_argument);
}

TEST_CASE("spans of zero and one element") {
  const xt::xtensor<int, 1> none = xt::xtensor<int, 1>::from_shape({0});
  const xt::xtensor<int, 1> one{5};
  CHECK(hm::as_span(none).empty());
  REQUIRE(hm::as_span(one).size() == 1);
  CHECK(hm::as_span(one)[0] == 5);
}

TEST_CASE("a dense expression is compressed") {
  const auto counts = hm::compress(dense);
  CHECK(counts.cells() == 3);
  CHECK(counts.genes() == 4);
  CHECK(counts.nonzeros() == 5);
  CHECK(hm::to_dense<std::int32_t>(counts) == hm::as_matrix(dense));

  const auto doubled = hm::compress(dense + dense);  // lazy, never dense
  CHECK(hm::to_dense<std::int32_t>(doubled) == 2 * hm::as_matrix(dense));

  const xt::xtensor<float, 2> whole_floats{{0.0f, 2.0f}};
  CHECK(hm::compress<std::int64_t>(whole_floats).cell(0).values[0] == 2);
}

TEST_CASE("what is no count is refused") {
  const xt::xtensor<int, 2> negative{{0, -1}};
  const xt::xtensor<double, 2> fraction{{0.5, 1.0}};
  const xt::xtensor<double, 2> no_number{{std::numeric_limits<double>::quiet_NaN()}};
  const xt::xtensor<std::int64_t, 2> large{{std::int64_t{1} << 40}};
  CHECK_THROWS_AS(hm::compress(negative), std::domain_error);
  CHECK_THROWS_AS(hm::compress(fraction), std::domain_error);
  CHECK_THROWS_AS(hm::compress(no_number), std::domain_error);
  CHECK_THROWS_AS(hm::compress(large), std::overflow_error);
  CHECK(hm::compress<std::int64_t>(large).cell(0).values[0] == std::int64_t{1} << 40);
  CHECK_THROWS_AS(hm::compress(values), std::invalid_argument);
}

TEST_CASE("a row-major xtensor is an Eigen matrix of the same memory") {
  xt::xtensor<double, 2> scores{{1, 2, 3}, {4, 5, 6}};
  auto same = hm::as_matrix(scores);
  CHECK(same.data() == scores.data());
  same(1, 2) = 60;
  CHECK(scores(1, 2) == 60);

  const hm::matrix_view<double> seen = hm::as_matrix(std::as_const(scores));
  CHECK(seen.data() == scores.data());
  hm::matrix_span<double> written = hm::as_matrix(scores);
  written(0, 0) = 10;
  CHECK(scores(0, 0) == 10);

  const xt::xarray<double> row{{1.0, 2.0, 3.0}};
  CHECK(hm::as_matrix(row).sum() == 6);
  const xt::xtensor<double, 2> column{{1.0}, {2.0}, {3.0}};
  CHECK(hm::as_matrix(column).sum() == 6);
}

TEST_CASE("a column-major xtensor is refused, not copied") {
  const xt::xtensor<double, 2, xt::layout_type::column_major> scores{{1, 2, 3}, {4, 5, 6}};
  CHECK_THROWS_AS(hm::as_matrix(scores), std::invalid_argument);
  CHECK_THROWS_AS(hm::as_matrix(values), std::invalid_argument);
}

TEST_CASE("an Eigen matrix is an xtensor of the same memory") {
  hm::matrix<double> scores(2, 3);
  scores << 1, 2, 3, 4, 5, 6;
  auto same = hm::as_xtensor(scores);
  CHECK(same.shape()[0] == 2);
  CHECK(same.shape()[1] == 3);
  CHECK(same.data() == scores.data());
  same(1, 0) = 40;
  CHECK(scores(1, 0) == 40);

  const auto& constant = scores;
  const auto seen = hm::as_xtensor(constant);
  CHECK(seen(1, 0) == 40);
  CHECK(seen.data() == scores.data());
}
