// SPDX-License-Identifier: MIT
#include "harmonium/analysis/linear_operator.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "harmonium/core/counts.hpp"

namespace hm = harmonium;

static_assert(!hm::linear_operator<hm::matrix<double>>);

TEST_CASE("a dense matrix acts as itself") {
  hm::matrix<double> a(2, 3);
  a << 1, -2, 0, 4, 0.5, 3;
  const hm::dense_operator act(a);
  CHECK(act.rows() == 2);
  CHECK(act.cols() == 3);

  std::vector<double> along{2, 1, -1}, cells(2, 99.0);
  act.multiply(along, cells);
  CHECK(cells == std::vector<double>{0, 5.5});
  std::vector<double> across{1, 2}, genes(3, 99.0);
  act.multiply_transposed(across, genes);
  CHECK(genes == std::vector<double>{9, -1, 6});

  const hm::vector<double> means = act.column_means(), squares = act.column_squares();
  CHECK(means[0] == 2.5);
  CHECK(means[1] == -0.75);
  CHECK(means[2] == 1.5);
  CHECK(squares[0] == 17);
  CHECK(squares[1] == 4.25);
  CHECK(squares[2] == 9);
}

TEST_CASE("sparse values act as the dense matrix of them") {
  hm::count_matrix<double> values(3);
  values.push_back(0, 1.0);
  values.push_back(1, -2.0);
  values.finish_cell();
  values.push_back(0, 4.0);
  values.push_back(1, 0.5);
  values.push_back(2, 3.0);
  values.finish_cell();
  const hm::sparse_operator act(values);
  CHECK(act.rows() == 2);
  CHECK(act.cols() == 3);

  std::vector<double> along{2, 1, -1}, cells(2, 99.0);
  act.multiply(along, cells);
  CHECK(cells == std::vector<double>{0, 5.5});
  std::vector<double> across{1, 2}, genes(3, 99.0);
  act.multiply_transposed(across, genes);
  CHECK(genes == std::vector<double>{9, -1, 6});

  const hm::matrix<double> dense = hm::to_dense(values);
  const hm::dense_operator reference(dense);
  CHECK(act.column_means() == reference.column_means());
  CHECK(act.column_squares() == reference.column_squares());
}
