// SPDX-License-Identifier: MIT
#include "harmonium/units/visible_steps.hpp"

#include <doctest/doctest.h>

#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/nb_steps.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/parts.hpp"
#include "harmonium/units/parts_steps.hpp"
#include "harmonium/units/poisson.hpp"

namespace hm = harmonium;

namespace {

/// From the state of no unit to that of units 0, 2 and 1: after each step the row stands for
/// eta + the weights so far, as the family itself computes from these.
template <class Units>
void check_steps(const Units& units, double highest) {
  using scalar = typename Units::scalar;
  const hm::index size = units.size();
  hm::vector<scalar> eta(size);
  hm::matrix<scalar> weights(size, 3);
  for (hm::index m = 0; m < size; ++m) {
    eta[m] = static_cast<scalar>(highest - 0.3 * static_cast<double>(m + 1));
    for (hm::index k = 0; k < 3; ++k)
      weights(m, k) = static_cast<scalar>(0.07 * static_cast<double>((m + 2 * k) % 5 - 3));
  }
  const hm::visible_steps<Units> steps(units, {weights.data(), size, 3});
  using number = typename hm::visible_steps<Units>::number;
  const double rounding = std::same_as<scalar, float> ? 1e-5 : 1e-12;
  std::vector<number> row(static_cast<std::size_t>(steps.row_size())), next(row.size());
  steps.start({eta.data(), static_cast<std::size_t>(size)}, row);
  for (const hm::index unit : {-1, 0, 2, 1}) {
    CAPTURE(unit);
    if (unit >= 0) {
      steps.set_unit(row, unit, next);
      row.swap(next);
      eta += weights.col(unit);
    }
    const std::span<const scalar> at(eta.data(), static_cast<std::size_t>(size));
    CHECK(steps.log_partition(row) ==
          doctest::Approx(static_cast<double>(units.log_partition(at))).epsilon(rounding));
    std::vector<double> mean(at.size()), variance(at.size());
    steps.moments(row, mean, variance);
    std::vector<scalar> mean_of(at.size()), variance_of(at.size());
    units.mean(at, mean_of);
    units.variance(at, variance_of);
    for (std::size_t m = 0; m < at.size(); ++m) {
      CAPTURE(m);
      CHECK(mean[m] == doctest::Approx(static_cast<double>(mean_of[m])).epsilon(rounding));
      CHECK(variance[m] == doctest::Approx(static_cast<double>(variance_of[m])).epsilon(rounding));
    }
  }
}

template <class S>
hm::basic_negative_binomial<S> counts_of(hm::index genes) {
  hm::vector<S> theta(genes);
  for (hm::index m = 0; m < genes; ++m) theta[m] = static_cast<S>(0.5 + static_cast<double>(m));
  return hm::basic_negative_binomial<S>(theta);
}

}  // namespace

TEST_CASE("every family steps from state to state as by its natural parameters") {
  check_steps(hm::bernoulli(7), 1.0);
  check_steps(hm::basic_poisson<float>(7), 1.0);
  check_steps(counts_of<double>(7), -0.6);
  check_steps(counts_of<float>(7), -0.6);
  check_steps(
      hm::parts<hm::negative_binomial, hm::bernoulli>(counts_of<double>(5), hm::bernoulli(2)),
      -0.6);
}

TEST_CASE("the family's own way where it has one") {
  using hm::visible_steps;
  CHECK(std::is_same_v<visible_steps<hm::negative_binomial>, hm::nb_steps<double>>);
  CHECK(std::is_same_v<visible_steps<hm::bernoulli>, hm::natural_steps<hm::bernoulli>>);
  using both = hm::parts<hm::negative_binomial, hm::bernoulli>;
  CHECK(std::is_same_v<visible_steps<both>, hm::parts_steps<both>>);
  CHECK(
      hm::visible_steps<hm::negative_binomial>(counts_of<double>(3), {nullptr, 3, 0}).row_size() ==
      6);
}
