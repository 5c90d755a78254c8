// SPDX-License-Identifier: MIT
#include "harmonium/analysis/pca.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "harmonium/analysis/deviance_residuals.hpp"
#include "harmonium/analysis/normalise.hpp"
#include "harmonium/io/mex.hpp"
#include "support/random_counts.hpp"
#include "support/shared.hpp"

namespace hm = harmonium;

namespace {

hm::matrix<double> random_matrix(hm::index rows, hm::index cols, hm::random_engine& rng) {
  hm::matrix<double> a(rows, cols);
  for (hm::index i = 0; i < rows; ++i)
    for (hm::index j = 0; j < cols; ++j)
      a(i, j) = 3 + hm::draw::uniform(-1, 1, rng) / static_cast<double>(1 + j % 11);
  return a;
}

/// Checks `found` against a dense eigendecomposition of the centred matrix.
void check_components(const hm::matrix<double>& a, const hm::principal_components& found) {
  const hm::matrix<double> centred = a.rowwise() - a.colwise().mean();
  const hm::matrix<double> gram = centred.transpose() * centred;
  const hm::vector<double> values = hm::jacobi_eigen(gram).values;
  const hm::index k = found.singular_values.size();
  REQUIRE(found.converged);
  for (hm::index c = 0; c < k; ++c) {
    const double value = std::max(0.0, values[c]);
    CHECK(found.singular_values[c] ==
          doctest::Approx(std::sqrt(value)).epsilon(1e-9).scale(1e-3 * std::sqrt(gram.trace())));
    hm::index largest = 0;
    found.loadings.col(c).cwiseAbs().maxCoeff(&largest);
    CHECK(found.loadings(largest, c) > 0);
  }
  const hm::matrix<double> overlap = found.loadings.transpose() * found.loadings;
  CHECK((overlap - hm::matrix<double>::Identity(k, k)).cwiseAbs().maxCoeff() < 1e-8);
  CHECK((found.scores - centred * found.loadings).cwiseAbs().maxCoeff() < 1e-8);
  CHECK(found.total_squares == doctest::Approx(centred.squaredNorm()).epsilon(1e-10));
}

/// The numbers of the first list called `name` in a json file.
std::vector<double> read_list(const std::filesystem::path& file, const std::string& name) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  const std::string all = text.str();
  const auto begin = all.find('[', all.find('"' + name + '"')) + 1;
  std::stringstream list(all.substr(begin, all.find(']', begin) - begin));
  std::vector<double> numbers;
  for (std::string number; std::getline(list, number, ',');) numbers.push_back(std::stod(number));
  return numbers;
}

}  // namespace

TEST_CASE("components agree with a dense decomposition, wide and tall, large and small") {
  hm::random_engine rng(5);
  for (const auto& [rows, cols] :
       {std::pair<hm::index, hm::index>{60, 90}, {90, 60}, {15, 40}, {40, 15}}) {
    const hm::matrix<double> a = random_matrix(rows, cols, rng);
    const auto found = hm::pca(hm::dense_operator(a), {.components = 6});
    REQUIRE(found.singular_values.size() == 6);
    check_components(a, found);
  }
}

TEST_CASE("all components of a small matrix add up to its variance") {
  hm::random_engine rng(6);
  const hm::matrix<double> a = random_matrix(40, 7, rng);
  const auto found = hm::pca(hm::dense_operator(a), {.components = 50});
  REQUIRE(found.singular_values.size() == 7);
  check_components(a, found);
  CHECK(found.singular_values.squaredNorm() == doctest::Approx(found.total_squares).epsilon(1e-12));
}

TEST_CASE("the components of sparse residuals are those of the dense residuals") {
  hm::random_engine rng(7);
  const auto counts = support::random_counts(70, 50, rng);
  const hm::deviance_residuals residuals(counts);
  hm::matrix<double> dense(70, 50);
  hm::vector<double> unit = hm::vector<double>::Zero(50), column(70);
  for (hm::index j = 0; j < 50; ++j) {
    unit[j] = 1;
    residuals.multiply({unit.data(), 50}, {column.data(), 70});
    dense.col(j) = column;
    unit[j] = 0;
  }
  check_components(dense, hm::pca(residuals, {.components = 8}));
}

TEST_CASE("directions without variance are zero, not noise") {
  hm::random_engine rng(8);
  // Rank two after centring: 100 rows made of two directions.
  hm::matrix<double> a(100, 80);
  for (hm::index i = 0; i < 100; ++i) {
    const double first = hm::draw::uniform(-1, 1, rng), second = hm::draw::uniform(-1, 1, rng);
    for (hm::index j = 0; j < 80; ++j)
      a(i, j) = first * static_cast<double>(j % 3) + second * static_cast<double>(j % 5);
  }
  const auto found = hm::pca(hm::dense_operator(a), {.components = 4});
  REQUIRE(found.singular_values.size() == 4);
  CHECK(found.singular_values[1] > 1);
  CHECK(found.singular_values[2] == 0);
  CHECK(found.scores.col(3).isZero(0));

  for (const hm::index rows : {1, 200}) {
    const hm::matrix<double> constant = hm::matrix<double>::Constant(rows, 90, 2.0);
    const auto none = hm::pca(hm::dense_operator(constant), {.components = 3});
    CHECK(none.singular_values.isZero(0));
    CHECK(none.scores.allFinite());
    CHECK(none.scores.isZero(0));
  }
}

TEST_CASE("a Gram matrix that is written out gives the components that products give") {
  hm::random_engine rng(11);
  const auto counts = support::random_counts(700, 60, rng);
  const auto values = hm::log_normalise(counts);
  const hm::sparse_operator sparse(values);
  // Only the sparse operator has a Gram matrix to write out.
  REQUIRE(sparse.is_gram_cheaper(180));
  hm::matrix<double> dense = hm::matrix<double>::Zero(values.cells(), values.genes());
  for (hm::index i = 0; i < values.cells(); ++i)
    for (std::size_t k = 0; k < values.cell(i).size(); ++k)
      dense(i, values.cell(i).genes[k]) = values.cell(i).values[k];
  CHECK((sparse.gram() - dense.transpose() * dense).cwiseAbs().maxCoeff() <
        1e-10 * dense.squaredNorm());
  const auto written = hm::pca(sparse, {.components = 5}),
             products = hm::pca(hm::dense_operator(dense), {.components = 5});
  check_components(dense, written);
  // Residuals of 1e-12 of the eigenvalues over gaps of hundredths of them.
  CHECK((written.scores - products.scores).cwiseAbs().maxCoeff() < 1e-7);
  CHECK((written.loadings - products.loadings).cwiseAbs().maxCoeff() < 1e-7);
}

TEST_CASE("a Gram matrix that is written out leaves directions without variance at zero") {
  // Three genes vary, the others repeat them: rank 3 of 60.
  hm::random_engine rng(12);
  hm::count_matrix<double> values(60);
  for (hm::index i = 0; i < 900; ++i) {
    const double own[] = {hm::draw::uniform(rng), hm::draw::uniform(rng), hm::draw::uniform(rng)};
    for (hm::index j = 0; j < 60; ++j) values.push_back(j, 1e-3 + own[j % 3]);
    values.finish_cell();
  }
  const hm::sparse_operator sparse(values);
  REQUIRE(sparse.is_gram_cheaper(180));
  const auto found = hm::pca(sparse, {.components = 6});
  for (hm::index c = 0; c < found.singular_values.size(); ++c) {
    CAPTURE(c);
    CHECK((found.singular_values[c] > 0) == (c < 3));
    CHECK((found.scores.col(c).cwiseAbs().maxCoeff() > 0) == (c < 3));
  }
}

TEST_CASE("projected cells are where the components have them") {
  hm::random_engine rng(9);
  const auto counts = support::random_counts(60, 40, rng);
  const auto fitted = hm::pca(hm::sparse_operator(counts), {.components = 5});
  CHECK((hm::project(counts, fitted) - fitted.scores).cwiseAbs().maxCoeff() < 1e-9);
  const auto others = support::random_counts(7, 40, rng);
  const hm::matrix<double> centred = hm::to_dense(others).rowwise() - fitted.centre.transpose();
  CHECK((hm::project(others, fitted) - centred * fitted.loadings).cwiseAbs().maxCoeff() < 1e-9);
  CHECK_THROWS_AS((void)hm::project(hm::count_matrix<>(3), fitted), std::invalid_argument);
}

TEST_CASE("preconditions of pca") {
  const hm::matrix<double> empty(0, 4), some = hm::matrix<double>::Ones(4, 4);
  CHECK_THROWS_AS((void)hm::pca(hm::dense_operator(empty)), std::invalid_argument);
  const hm::dense_operator a(some);
  CHECK_THROWS_AS((void)hm::pca(a, {.components = 0}), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::pca(a, {.tolerance = 0}), std::invalid_argument);
}

TEST_CASE("singular values of normalised real cells are those of the reference") {
  for (const std::string name : {"pbmc3k", "celseq2_5cl", "zeisel_strt"}) {
    const auto folder = shared_path("data/" + name);
    const auto figures = shared_path("reference/" + name + "/figures.json");
    if (!folder || !figures) {
      MESSAGE("skipped: no shared data set " << name);
      continue;
    }
    const auto values = hm::log_normalise(hm::io::read_10x(*folder).counts);
    const auto expected = read_list(*figures, "singular_values");
    const auto shares = read_list(*figures, "variance_share");
    REQUIRE(expected.size() == 20);
    const auto found = hm::pca(hm::sparse_operator(values), {.components = 20});
    REQUIRE(found.converged);
    for (std::size_t c = 0; c < 20; ++c) {
      const double value = found.singular_values[static_cast<hm::index>(c)];
      CHECK(value == doctest::Approx(expected[c]).epsilon(1e-7));
      CHECK(std::abs(value * value / found.total_squares - shares[c]) < 1e-8);
    }
  }
}
