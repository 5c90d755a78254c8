// SPDX-License-Identifier: MIT
#include "harmonium/core/eigen_dense.hpp"

#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace hm = harmonium;

TEST_CASE_TEMPLATE("dense matrices of either order, maps and expressions", Scalar, std::int32_t,
                   float, double) {
  Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic> by_column(2, 3);
  by_column << 0, 5, 0, 7, 0, 9;
  const auto counts = hm::compress(by_column);
  static_assert(std::same_as<decltype(counts), const hm::count_matrix<std::int32_t>>);
  CHECK(counts.nonzeros() == 3);
  CHECK(hm::to_dense<Scalar>(counts) == by_column);
  CHECK(hm::compress(hm::matrix<Scalar>(by_column)) == counts);
  CHECK(hm::to_dense<Scalar>(hm::compress(by_column.transpose())) == by_column.transpose());
  CHECK(hm::to_dense<Scalar>(hm::compress(by_column + by_column)) == by_column + by_column);
  CHECK(hm::compress(by_column.rightCols(1)).cell(1).values[0] == 9);
  const std::array<Scalar, 6> memory{0, 5, 0, 7, 0, 9};
  CHECK(hm::compress(Eigen::Map<const hm::matrix<Scalar>>(memory.data(), 2, 3)) == counts);
  CHECK(hm::compress(hm::matrix<Scalar>(0, 4)).genes() == 4);
}

TEST_CASE("what is no count is refused") {
  const auto compress = [](double value) {
    return hm::compress((hm::matrix<double>(1, 2) << 1, value).finished());
  };
  CHECK_THROWS_WITH_AS(compress(2.5),
                       "compress: cell 0, gene 1: count 2.500000 is not a whole number >= 0",
                       std::domain_error);
  CHECK_THROWS_AS(compress(-1), std::domain_error);
  CHECK_THROWS_AS(compress(std::numeric_limits<double>::quiet_NaN()), std::domain_error);
  CHECK_THROWS_AS(compress(std::numeric_limits<double>::infinity()), std::domain_error);
  CHECK_THROWS_AS(compress(1e10), std::overflow_error);
}
