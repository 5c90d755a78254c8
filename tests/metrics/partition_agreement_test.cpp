// SPDX-License-Identifier: MIT
#include "harmonium/metrics/partition_agreement.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/random_engine.hpp"

namespace hm = harmonium;

using labels = std::vector<hm::index>;

TEST_CASE("equal partitions agree, however numbered, also trivial ones") {
  for (const auto& [a, b] : {std::pair<labels, labels>{{0, 0, 1, 2}, {5, 5, 0, 1}},
                             {{0, 0, 0}, {3, 3, 3}},
                             {{0, 1, 2}, {2, 0, 1}}}) {
    CHECK(hm::rand_index(a, b) == 1);
    CHECK(hm::adjusted_rand_index(a, b) == 1);
    CHECK(hm::normalised_mutual_information(a, b) == doctest::Approx(1).epsilon(1e-15));
  }
}

TEST_CASE("values of scikit-learn 1.2") {
  // adjusted_rand_score, rand_score, normalized_mutual_info_score
  const labels a{0, 0, 0, 1, 1, 1, 2, 2, 2, 2}, b{0, 0, 1, 1, 2, 2, 2, 2, 0, 2};
  CHECK(hm::adjusted_rand_index(a, b) == doctest::Approx(0.1366906474820144).epsilon(1e-14));
  CHECK(hm::rand_index(a, b) == doctest::Approx(0.6444444444444445).epsilon(1e-14));
  CHECK(hm::normalised_mutual_information(a, b) ==
        doctest::Approx(0.39915022881533163).epsilon(1e-14));
  CHECK(hm::adjusted_rand_index(b, a) == hm::adjusted_rand_index(a, b));
  CHECK(hm::rand_index(b, a) == hm::rand_index(a, b));
}

TEST_CASE("one cluster against several is chance") {
  const labels one{0, 0, 0, 0}, two{0, 0, 1, 1};
  CHECK(hm::adjusted_rand_index(one, two) == 0);
  CHECK(hm::normalised_mutual_information(one, two) == 0);
  CHECK(hm::rand_index(one, two) == doctest::Approx(2.0 / 6).epsilon(1e-15));
}

TEST_CASE("unrelated partitions are at chance on average") {
  hm::random_engine rng(1);
  double sum = 0, squares = 0;
  const int repeats = 400;
  for (int r = 0; r < repeats; ++r) {
    labels a(100), b(100);
    for (std::size_t i = 0; i < 100; ++i) {
      a[i] = static_cast<hm::index>(hm::draw::below(3, rng));
      b[i] = static_cast<hm::index>(hm::draw::below(5, rng));
    }
    const double value = hm::adjusted_rand_index(a, b);
    sum += value;
    squares += value * value;
  }
  const double mean = sum / repeats;
  const double error = std::sqrt((squares / repeats - mean * mean) / repeats);
  CHECK(std::abs(mean) < 5 * error);
  CHECK(error < 0.002);
}

TEST_CASE("unlabelled cells are left out; nothing left is no figure") {
  const labels a{0, 1, -1, 1, 0}, b{2, 3, 3, 3, -1};
  CHECK(hm::adjusted_rand_index(a, b) == 1);
  const labels none{-1, -1}, some{0, 1}, single{-1, 0};
  CHECK(std::isnan(hm::adjusted_rand_index(none, some)));
  CHECK(std::isnan(hm::normalised_mutual_information(none, some)));
  CHECK(std::isnan(hm::rand_index(single, some)));
  CHECK(hm::normalised_mutual_information(single, some) == 1);
  CHECK_THROWS_AS((void)hm::rand_index(a, some), std::invalid_argument);
}
