// SPDX-License-Identifier: MIT
#include "harmonium/core/matrix.hpp"

#include <doctest/doctest.h>

#include <type_traits>

namespace hm = harmonium;

namespace {

const float* data_seen(const hm::matrix_view<float>& view) {
  return view.data();
}

void fill(hm::matrix_span<float> out, float value) {
  for (hm::index i = 0; i < out.rows(); ++i)
    for (hm::index j = 0; j < out.cols(); ++j) out(i, j) = value;
}

}  // namespace

using column_major = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;

static_assert(std::is_convertible_v<column_major&, hm::matrix_view<float>>);
static_assert(!std::is_convertible_v<column_major&, hm::matrix_span<float>>);
static_assert(std::is_convertible_v<hm::matrix<float>&, hm::matrix_span<float>>);

TEST_CASE("matrices are row-major") {
  hm::matrix<float> m(2, 3);
  m << 1, 2, 3, 4, 5, 6;
  for (int k = 0; k < 6; ++k) CHECK(m.data()[k] == static_cast<float>(k + 1));
}

TEST_CASE("views borrow whole matrices, blocks of rows and blocks of columns") {
  hm::matrix<float> m = hm::matrix<float>::Zero(4, 5);
  CHECK(data_seen(m) == m.data());
  CHECK(data_seen(m.middleRows(1, 2)) == m.data() + 5);
  CHECK(data_seen(m.middleCols(2, 2)) == m.data() + 2);
  fill(m.block(1, 2, 2, 2), 1);
  CHECK(m.sum() == 4);
  CHECK(m(1, 2) + m(1, 3) + m(2, 2) + m(2, 3) == 4);
}

TEST_CASE("a column-major genes x cells buffer enters through transpose without a copy") {
  const column_major genes_by_cells = column_major::Random(7, 3);
  CHECK(data_seen(genes_by_cells.transpose()) == genes_by_cells.data());
  CHECK(data_seen(genes_by_cells) != genes_by_cells.data());  // the silent copy
}
