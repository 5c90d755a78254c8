// SPDX-License-Identifier: MIT
#include "harmonium/analysis/umap/curve.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

namespace hm = harmonium;

namespace {

double misfit(const hm::umap_curve& curve, double min_distance, double spread) {
  double sum = 0;
  for (int i = 0; i < 300; ++i) {
    const double x = 3 * spread * i / 299;
    const double target = x < min_distance ? 1 : std::exp(-(x - min_distance) / spread);
    sum += std::pow(1 / (1 + curve.a * std::pow(x, 2 * curve.b)) - target, 2);
  }
  return sum;
}

}  // namespace

TEST_CASE("a and b are those of SciPy's curve_fit") {
  // min_distance, spread, a, b by scipy.optimize.curve_fit, as umap-learn 0.5.3 calls it.
  const double known[][4] = {{0.1, 1, 1.57694346, 0.89506088},
                             {0.3, 1, 0.99217562, 1.11225338},
                             {0.5, 2, 0.25887874, 1.05749970}};
  for (const auto& row : known) {
    const auto curve = hm::fit_umap_curve(row[0], row[1]);
    CAPTURE(row[0]);
    CHECK(curve.a == doctest::Approx(row[2]).epsilon(1e-4));
    CHECK(curve.b == doctest::Approx(row[3]).epsilon(1e-4));
  }
}

TEST_CASE("the fit is a minimum") {
  for (const double spread : {0.2, 1.0, 5.0}) {
    for (const double share : {0.0, 0.01, 0.6, 1.0}) {
      const auto best = hm::fit_umap_curve(share * spread, spread);
      const double least = misfit(best, share * spread, spread);
      for (const double factor : {0.999, 1.001}) {
        CHECK(misfit({best.a * factor, best.b}, share * spread, spread) > least);
        CHECK(misfit({best.a, best.b * factor}, share * spread, spread) > least);
      }
    }
  }
}

TEST_CASE("the curve starts at 1 and falls; what makes no sense is refused") {
  const auto curve = hm::fit_umap_curve(0.3);
  CHECK(curve(0) == 1);
  CHECK(curve(1) == doctest::Approx(1 / (1 + curve.a)));
  CHECK(curve(3) < curve(2));
  CHECK_THROWS_AS((void)hm::fit_umap_curve(-0.1), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::fit_umap_curve(1.1), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::fit_umap_curve(0, 0), std::invalid_argument);
}
