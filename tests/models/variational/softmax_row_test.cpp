// SPDX-License-Identifier: MIT
#include "harmonium/models/variational/softmax_row.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace hm = harmonium;

TEST_CASE("means are a softmax times the library, none of them zero") {
  const std::vector<double> output{1000, 999, -5000, 998.5, 1000};
  std::vector<double> mean(5);
  hm::softmax_means(output.data(), 5, 20.0, mean.data());
  const double total = 2 + std::exp(-1.0) + std::exp(-1.5);
  CHECK(mean[0] == doctest::Approx(20 / total));
  CHECK(mean[1] == doctest::Approx(20 * std::exp(-1.0) / total));
  CHECK(mean[2] == doctest::Approx(20 * std::exp(-60.0) / total));
}

TEST_CASE("slopes are the derivatives of a function of the means") {
  const hm::index genes = 19;
  std::vector<double> output(genes), mean(genes), slopes(genes);
  for (hm::index m = 0; m < genes; ++m)
    output[static_cast<std::size_t>(m)] = std::sin(static_cast<double>(m));
  // f = sum of (m + 1) log mean_m - mean_m, times 0.5
  const auto value = [&](double log_library) {
    hm::softmax_means(output.data(), genes, std::exp(log_library), mean.data());
    double sum = 0;
    for (std::size_t m = 0; m < mean.size(); ++m)
      sum += 0.5 * (static_cast<double>(m + 1) * std::log(mean[m]) - mean[m]);
    return sum;
  };
  (void)value(3);
  for (std::size_t m = 0; m < mean.size(); ++m) slopes[m] = static_cast<double>(m + 1) - mean[m];
  const double library = hm::softmax_slopes(mean.data(), genes, std::exp(3.0), 0.5, slopes.data());
  const double h = 1e-5;
  CHECK(0.5 * library == doctest::Approx((value(3 + h) - value(3 - h)) / (2 * h)).epsilon(1e-8));
  for (std::size_t m = 0; m < output.size(); ++m) {
    const double old = output[m];
    output[m] = old + h;
    const double up = value(3);
    output[m] = old - h;
    const double down = value(3);
    output[m] = old;
    CHECK(slopes[m] == doctest::Approx((up - down) / (2 * h)).epsilon(1e-7));
  }
}
