// SPDX-License-Identifier: MIT
#include "harmonium/analysis/umap/forces.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <span>

namespace hm = harmonium;

namespace {

const hm::umap_curve curve{0.99, 1.11};

double similarity(const std::array<double, 2>& u, const std::array<double, 2>& v) {
  return curve(std::hypot(u[0] - v[0], u[1] - v[1]));
}

/// How far a step of rate 1 moves `u`.
template <class Step>
std::array<double, 2> moved(const std::array<double, 2>& u, Step&& step) {
  std::array<double, 2> point = u;
  step(std::span<double, 2>(point));
  return {point[0] - u[0], point[1] - u[1]};
}

}  // namespace

TEST_CASE("steps are gradients, by finite differences") {
  const hm::umap_forces forces(curve);
  const std::array<double, 2> u{0.3, -0.8};
  for (const std::array<double, 2> v : {std::array{1.1, 0.2}, {-4.0, 3.0}, {12.0, 40.0}}) {
    const auto pull =
        moved(u, [&](auto point) { forces.attract(point, std::span<const double, 2>(v), 1.0); });
    const auto push =
        moved(u, [&](auto point) { forces.repel(point, std::span<const double, 2>(v), 1.0); });
    for (std::size_t d = 0; d < 2; ++d) {
      constexpr double h = 1e-5;
      auto above = u, below = u;
      above[d] += h;
      below[d] -= h;
      const double log_s =
          (std::log(similarity(above, v)) - std::log(similarity(below, v))) / (2 * h);
      const double log_rest =
          (std::log1p(-similarity(above, v)) - std::log1p(-similarity(below, v))) / (2 * h);
      CHECK(pull[d] == doctest::Approx(log_s).epsilon(1e-4));
      CHECK(push[d] == doctest::Approx(log_rest).epsilon(1e-3));  // softened by 0.001 / d^2
    }
  }
}

TEST_CASE("repulsion scales, steps are clipped, equal points stay") {
  const hm::umap_forces once(curve), twice(curve, 2);
  const std::array<double, 2> u{0, 0}, v{0.7, 1.9}, near{1e-3, 0};
  const auto with = [&](const hm::umap_forces& forces, const std::array<double, 2>& other) {
    return moved(u,
                 [&](auto point) { forces.repel(point, std::span<const double, 2>(other), 1.0); });
  };
  CHECK(with(twice, v)[0] == doctest::Approx(2 * with(once, v)[0]).epsilon(1e-12));
  CHECK(with(twice, near)[0] == -4);
  CHECK(with(once, u)[0] == 0);
  const auto pull =
      moved(u, [&](auto point) { once.attract(point, std::span<const double, 2>(u), 1.0); });
  CHECK(pull[0] == 0);
}

TEST_CASE("static and dynamic extents agree") {
  const hm::umap_forces forces(curve);
  std::array<double, 2> a{0.1, 0.2}, b = a;
  const std::array<double, 2> other{1.5, -0.4};
  forces.attract(std::span<double, 2>(a), std::span<const double, 2>(other), 0.3);
  forces.attract(std::span<double>(b), std::span<const double>(other), 0.3);
  CHECK(a == b);
}

TEST_CASE("the table of powers is near them") {
  for (const double exponent : {0.4, 1.11, 2.0}) {
    const hm::umap_forces forces({1.3, exponent});
    for (double square = 1e-9; square < 1e9; square *= 1.37) {
      CHECK(forces.tabulated_power(square) ==
            doctest::Approx(1.3 * std::pow(square, exponent)).epsilon(2e-5));
    }
  }
}
