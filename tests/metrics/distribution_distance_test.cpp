// SPDX-License-Identifier: MIT
#include "harmonium/metrics/distribution_distance.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace hm = harmonium;

TEST_CASE("distances of SciPy") {
  // scipy.stats.ks_2samp and wasserstein_distance (1.10)
  const std::vector<double> a{0, 0, 0, 1, 3, 7, 2, 2}, b{0, 4, 1, 1, 9};
  const auto apart = hm::compare_samples(a, b);
  CHECK(apart.kolmogorov_smirnov == doctest::Approx(0.275).epsilon(1e-15));
  CHECK(apart.wasserstein == doctest::Approx(1.3249999999999997).epsilon(1e-15));

  // The same with zeros counted instead of listed.
  const std::vector<double> without_a{1, 2, 2, 3, 7}, without_b{1, 1, 4, 9};
  const auto sparse = hm::compare_sorted(without_a, 3, without_b, 1);
  CHECK(sparse.kolmogorov_smirnov == apart.kolmogorov_smirnov);
  CHECK(sparse.wasserstein == apart.wasserstein);
}

TEST_CASE("a shift moves all mass as far; equal samples not at all") {
  const std::vector<double> a{1, 2, 3}, b{11, 12, 13}, longer{1, 1, 2, 2, 3, 3};
  CHECK(hm::compare_samples(a, b).kolmogorov_smirnov == 1);
  CHECK(hm::compare_samples(a, b).wasserstein == doctest::Approx(10).epsilon(1e-15));
  CHECK(hm::compare_samples(a, longer).kolmogorov_smirnov == 0);
  CHECK(hm::compare_samples(a, longer).wasserstein == 0);
}

TEST_CASE("an empty sample is at no distance, one of zeros only is a sample") {
  const std::vector<double> a{1, 2};
  CHECK(std::isnan(hm::compare_samples(a, {}).wasserstein));
  CHECK(hm::compare_sorted(a, 0, {}, 3).kolmogorov_smirnov == 1);
  CHECK(hm::compare_sorted(a, 0, {}, 3).wasserstein == 1.5);
}
