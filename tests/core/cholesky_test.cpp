// SPDX-License-Identifier: MIT
#include "harmonium/core/cholesky.hpp"

#include <doctest/doctest.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <string>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"

namespace hm = harmonium;

namespace {

hm::matrix<double> positive_definite(hm::index size, double ridge) {
  hm::random_engine rng(static_cast<unsigned>(size));
  hm::matrix<double> root(size, size);
  for (hm::index i = 0; i < root.size(); ++i) root.data()[i] = hm::draw::uniform(-1.0, 1.0, rng);
  hm::matrix<double> a = root * root.transpose();
  for (hm::index k = 0; k < size; ++k) a(k, k) += ridge;
  return a;
}

}  // namespace

TEST_CASE("the factor is that of Eigen, to the last bit up to 31 rows") {
  // Eigen's order of sums is that of packs of two where the flags name no wider ones.
  const bool same_packs = Eigen::internal::packet_traits<double>::size == 2;
  for (const hm::index size : {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 20, 23, 31, 32, 50}) {
    const hm::matrix<double> a = positive_definite(size, 1e-3);
    hm::matrix<double> own = a;
    REQUIRE(hm::cholesky(own));
    const hm::matrix<double> theirs = Eigen::LLT<hm::matrix<double>>(a).matrixL();
    CAPTURE(size);
    if (size < 32 && same_packs)
      CHECK(own == theirs);
    else
      CHECK((own - theirs).cwiseAbs().maxCoeff() < 1e-11);
    CHECK((own * own.transpose() - a).cwiseAbs().maxCoeff() <
          1e-13 * static_cast<double>(size) * a.cwiseAbs().maxCoeff());
  }
}

TEST_CASE("what is not positive definite is told") {
  hm::matrix<double> a = positive_definite(4, 1);
  a(2, 2) = -1;
  CHECK_FALSE(hm::cholesky(a));
  hm::matrix<double> zero = hm::matrix<double>::Zero(1, 1);
  CHECK_FALSE(hm::cholesky(zero));
}
