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

TEST_CASE("A'A is written out where there are few genes and many cells, and products enough") {
  const auto operator_of = [](hm::index cells, hm::index genes, hm::index each) {
    hm::count_matrix<double> values(genes);
    for (hm::index i = 0; i < cells; ++i) {
      for (hm::index k = 0; k < each; ++k) values.push_back(k, 1.0);
      values.finish_cell();
    }
    return values;
  };
  const auto tall = operator_of(1000, 50, 25), wide = operator_of(100, 2000, 25),
             large = operator_of(30000, 2049, 1);
  CHECK(hm::sparse_operator(tall).is_gram_cheaper(100));
  CHECK(!hm::sparse_operator(tall).is_gram_cheaper(1));
  CHECK(!hm::sparse_operator(wide).is_gram_cheaper(100));
  CHECK(!hm::sparse_operator(large).is_gram_cheaper(1000000));
  // Behind a view it is the same; what has no A'A says no.
  const hm::sparse_operator sparse(tall);
  const hm::operator_view view(sparse);
  CHECK(view.is_gram_cheaper(100));
  CHECK(view.gram() == sparse.gram());
  CHECK(view.gram()(0, 24) == 1000);
  hm::matrix<double> vectors(50, 3);
  for (hm::index k = 0; k < vectors.size(); ++k)
    vectors.data()[k] = 1.0 / static_cast<double>(k + 1);
  const hm::matrix<double> at_once = view.multiply_all(vectors);
  for (hm::index c = 0; c < 3; ++c) {
    const hm::vector<double> one = vectors.col(c);
    hm::vector<double> out(1000);
    sparse.multiply(hm::as_span(one), hm::as_span(out));
    CHECK(at_once.col(c) == out);
  }
  const hm::matrix<double> dense = hm::matrix<double>::Ones(1000, 50);
  const hm::dense_operator plain(dense);
  CHECK(!hm::operator_view(plain).is_gram_cheaper(100));
}
