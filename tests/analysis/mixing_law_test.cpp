// SPDX-License-Identifier: MIT
#include "harmonium/analysis/mixing_law.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/random_engine.hpp"

namespace hm = harmonium;

namespace {

/// Items of two means, 0 in three of four and 3 in the others, seen with a normal error of 1.
struct two_means {
  hm::matrix<double> likelihoods{4000, 3};
  std::vector<char> used = std::vector<char>(4000, 1);

  two_means() {
    hm::random_engine rng(3);
    for (hm::index i = 0; i < 4000; ++i) {
      const double x = (i % 4 == 0 ? 3 : 0) + hm::draw::normal(rng);
      for (hm::index k = 0; k < 3; ++k)
        likelihoods(i, k) = std::exp(-0.5 * (x - 1.5 * double(k)) * (x - 1.5 * double(k)));
    }
  }
};

}  // namespace

TEST_CASE("the law of the items' values is found, and items are told by it") {
  const two_means items;
  const hm::mixing_law found(items.likelihoods, items.used, 2000);
  // A share has at best the standard deviation 0.007 of 4000 known items; values overlap, and the
  // point between takes some of both.
  CHECK(found.law()[0] == doctest::Approx(0.75).epsilon(0.06));
  CHECK(found.law()[2] == doctest::Approx(0.25).epsilon(0.16));
  std::vector<double> own(3), sum(3, 0.0);
  for (hm::index i = 0; i < 4000; ++i) {
    found.posterior(i, own);
    CHECK(own[0] + own[1] + own[2] == doctest::Approx(1));
    for (std::size_t k = 0; k < 3; ++k) sum[k] += own[k] / 4000;
  }
  // Where the likelihood is largest the law is the mean of what it says of its items.
  for (std::size_t k = 0; k < 3; ++k)
    CHECK(sum[k] == doctest::Approx(found.law()[k]).epsilon(0.01));
}

TEST_CASE("every iteration raises the likelihood") {
  const two_means items;
  double before = -1e300;
  for (const hm::index iterations : {0, 1, 2, 5, 20, 100}) {
    const hm::mixing_law found(items.likelihoods, items.used, iterations);
    double likelihood = 0;
    for (hm::index i = 0; i < 4000; ++i) {
      double sum = 0;
      for (hm::index k = 0; k < 3; ++k)
        sum += found.law()[static_cast<std::size_t>(k)] * items.likelihoods(i, k);
      likelihood += std::log(sum);
    }
    CHECK(likelihood > before);
    before = likelihood;
  }
}

TEST_CASE("items that are not used do not teach, without any the law is uniform") {
  two_means items;
  for (std::size_t i = 0; i < 4000; ++i) items.used[i] = i % 4 != 0;
  CHECK(hm::mixing_law(items.likelihoods, items.used, 500).law()[0] > 0.95);
  items.used.assign(4000, 0);
  CHECK(hm::mixing_law(items.likelihoods, items.used, 500).law() ==
        std::vector<double>(3, 1.0 / 3));
  items.used.pop_back();
  CHECK_THROWS_AS((void)hm::mixing_law(items.likelihoods, items.used, 1), std::invalid_argument);
}

TEST_CASE("a law believed before weighs as its items do") {
  two_means items;
  const std::vector<double> before{0.1, 0.6, 0.3};
  items.used.assign(4000, 0);
  CHECK(hm::mixing_law(items.likelihoods, items.used, 500, before, 3).law() == before);
  // Items that tell nothing leave it as it is; items that tell all are averaged with it.
  const hm::matrix<double> open = hm::matrix<double>::Ones(5, 3);
  const std::vector<char> used(5, 1);
  const hm::mixing_law same(open, used, 50, before, 3);
  for (std::size_t k = 0; k < 3; ++k) CHECK(same.law()[k] == doctest::Approx(before[k]));
  hm::matrix<double> certain = hm::matrix<double>::Zero(5, 3);
  certain.col(0).setOnes();
  CHECK(hm::mixing_law(certain, used, 50, before, 3).law()[0] == doctest::Approx((0.3 + 5) / 8));
  CHECK_THROWS_AS(hm::mixing_law(open, used, 1, std::vector<double>{1}, 3), std::invalid_argument);
}
