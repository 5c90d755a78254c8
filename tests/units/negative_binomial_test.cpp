// SPDX-License-Identifier: MIT
#include "harmonium/units/negative_binomial.hpp"

#include <doctest/doctest.h>

#include <boost/math/distributions/negative_binomial.hpp>
#include <fstream>
#include <limits>
#include <string>

#include "support/accuracy.hpp"
#include "support/shared.hpp"
#include "support/unit_conformance.hpp"

namespace hm = harmonium;
using support::relative_error;

template class hm::basic_negative_binomial<float>;
template class hm::basic_negative_binomial<double>;

TEST_CASE_TEMPLATE("negative binomial units obey the laws of their concept", S, float, double) {
  using units = hm::basic_negative_binomial<S>;
  hm::vector<S> thetas(3);
  thetas << S(0.5), S(2), S(100);
  support::check_unit_family<units>({.layers = {{units(1, S(0.5)), {S(-1)}},
                                                {units(1, S(1)), {S(-0.05)}},
                                                {units(1, S(17.3)), {S(-0.02)}},
                                                {units(1, S(1000)), {S(-5)}},
                                                {units(thetas), {S(-0.5), S(-3), S(-4)}}},
                                     .extremes = {{units(1, S(1e6)), {S(-1e-8)}},
                                                  {units(1, S(1e-6)), {S(-1e-6)}},
                                                  {units(2, S(1e-3)), {S(-700), S(-60)}},
                                                  {units(1, S(1e12)), {S(-40)}}},
                                     .edge_means = {S(0)},
                                     .whole_numbers = true});
}

// 50-digit reference values; every combination of 8 theta, 7 eta and 7 x.
TEST_CASE("log-pmf, log-partition, mean and variance against the reference table") {
  const auto path = shared_path("reference/nb_values.tsv");
  if (!path) {
    MESSAGE("skipped: reference/nb_values.tsv is not on this machine");
    return;
  }
  std::ifstream table(*path);
  std::string header;
  std::getline(table, header);
  support::worst_error pmf, in_double, in_float;
  int rows = 0;
  double theta, eta, x, log_pmf, log_partition, mean, variance;
  while (table >> theta >> eta >> x >> log_pmf >> log_partition >> mean >> variance) {
    ++rows;
    pmf.see(relative_error(hm::nb_log_pmf(x, eta, theta), log_pmf), x);
    in_double.see(relative_error(hm::nb_log_partition(eta, theta), log_partition), eta);
    in_double.see(relative_error(hm::nb_mean(eta, theta), mean), eta);
    in_double.see(relative_error(hm::nb_variance(eta, theta), variance), eta);
    const auto e = static_cast<float>(eta), t = static_cast<float>(theta);
    in_float.see(relative_error(hm::nb_log_partition(e, t), log_partition), eta);
    in_float.see(relative_error(hm::nb_mean(e, t), mean), eta);
    in_float.see(relative_error(hm::nb_variance(e, t), variance), eta);
  }
  CHECK(rows == 392);
  CHECK(pmf.error < 1e-14);
  CHECK(in_double.error < 1e-15);
  CHECK(in_float.error < 3e-7);
}

// Computed with mpmath 1.3 at 60 digits from the doubles given: near and far from the mean, on both
// sides of every change of formula.
TEST_CASE("log-pmf and base measure, spot values") {
  struct row {
    double x, eta, theta, log_pmf, log_base;
  };
  constexpr row rows[] = {
      {1.0, -0.5, 0.3, -1.9837984431960925908, -1.2039728043259360296},
      {16.0, -0.5, 10.0, -2.7976036588535081946, 14.529917636818377524},
      {17.0, -0.5, 10.0, -2.8727204648882422294, 14.95480083078364349},
      {17.0, -0.45, 0.001, -17.388603770207493549, -9.7375886858185871828},
      {17.0, -30.0, 1000000000000.0, -73.871290708903975469, 436.22228552078443066},
      {40.0, -23.2, 1000000000000.0, -17.096959468953858005, 994.9202049231645329},
      {1000.0, -0.01, 10.0, -6.6888319913004522461, 49.412828201948516936},
      {1000.0, -0.0125, 10.0, -6.9698730407084035027, 49.412828201948516936},
      {1000.0, -0.0001, 10.0, -42.791075513646643284, 49.412828201948516936},
      {2000000.0, -1e-08, 1000000.0, -16511146.986641571015, 1909533.7823107944323},
      {2000000.0, -0.4, 1000000.0, -99.149278133641374517, 1909533.7823107944323},
      {2000000.0, -0.405, 1000000.0, -9.3720538079730683727, 1909533.7823107944323},
      {2000000.0, -0.5, 1000000.0, -23218.347256394139603, 1909533.7823107944323},
      {2000000.0, -1e-06, 1.0, -15.815511057964232392, 0.0},
      {2000000.0, -5e-10, 0.001, -21.423744379437055233, -21.401327966419298876},
      {1000000000000000.0, -1e-12, 1000.0, -32.003920621955345032, 28599.017195307092863},
      {1000000000000000.0, -1e-15, 1e-06, -49.354286375660117052, -48.354251836883722064},
      {123456789.0, -8.1e-05, 10000.0, -14.945227142200458933, 104196.07371204240293},
      {25.0, -700.0, 1e-06, -17517.034382606875099, -17.034382606875099206},
  };
  for (const row& r : rows) {
    CAPTURE(r.x);
    CAPTURE(r.eta);
    CAPTURE(r.theta);
    CHECK(relative_error(hm::nb_log_pmf(r.x, r.eta, r.theta), r.log_pmf) < 1e-12);
    CHECK(relative_error(hm::nb_log_base_measure(r.x, r.theta), r.log_base, 1) < 1e-14);
  }
}

TEST_CASE("the log-pmf is eta x + log base measure - log-partition, and agrees with Boost.Math") {
  hm::random_engine rng(8);
  for (int i = 0; i < 2000; ++i) {
    const double theta = std::exp(10 * support::unit_number(rng) - 4);
    const double eta = -std::exp(6 * support::unit_number(rng) - 4);
    const double x = std::floor(std::exp(6 * support::unit_number(rng)) - 1);
    const double got = hm::nb_log_pmf(x, eta, theta);
    const double parts =
        eta * x + hm::nb_log_base_measure(x, theta) - hm::nb_log_partition(eta, theta);
    CHECK(std::abs(got - parts) < 1e-12 * (1 + std::abs(eta * x)));
    const boost::math::negative_binomial_distribution<double> boost_nb(theta, -std::expm1(eta));
    const double mass = boost::math::pdf(boost_nb, x);
    if (mass > 1e-290) CHECK(std::abs(got - std::log(mass)) < 1e-11 * (1 + std::abs(got)));
  }
}

TEST_CASE("large theta tends to Poisson, eta far below 0 to the empty layer") {
  CHECK(hm::nb_log_pmf(3, std::log(2.0 / 1e12), 1e12) ==
        doctest::Approx(3 * std::log(2.0) - 2 - std::log(6.0)).epsilon(1e-11));
  CHECK(hm::nb_log_pmf(0, -1000, 5.0) == 0);
  CHECK(hm::nb_log_pmf(20, -1000, 5.0) < -19000);
  CHECK(std::isfinite(hm::nb_log_pmf(20, -1000, 5.0)));
  CHECK(hm::nb_mean(-1000.0, 5.0) == 0);
  CHECK(hm::nb_variance(-1000.0, 5.0) == 0);
  CHECK(hm::nb_natural_from_mean(0.0, 5.0) == -700);
}

TEST_CASE("the inverse dispersion can be replaced, by good values only") {
  hm::negative_binomial units(2, 0.5);
  CHECK(units.inverse_dispersion() == hm::vector<double>::Constant(2, 0.5));
  hm::vector<double> better(2);
  better << 3.0, 4.0;
  units.set_inverse_dispersion(better);
  CHECK(units.inverse_dispersion() == better);
  CHECK_THROWS_AS(units.set_inverse_dispersion(hm::vector<double>::Ones(3)), std::invalid_argument);
  CHECK_THROWS_WITH_AS(units.set_inverse_dispersion(hm::vector<double>::Zero(2)),
                       "negative_binomial::set_inverse_dispersion: the inverse dispersion must be "
                       "positive and finite, got 0.000000 for unit 0",
                       std::domain_error);
  CHECK(units.inverse_dispersion() == better);
  CHECK_THROWS_AS(hm::negative_binomial(2, std::numeric_limits<double>::infinity()),
                  std::domain_error);
  CHECK_THROWS_AS(hm::negative_binomial(-1), std::invalid_argument);
}

TEST_CASE("inadmissible natural parameters cannot be drawn from") {
  std::vector<double> state(1);
  hm::random_engine rng(1);
  const hm::negative_binomial units(1);
  CHECK_THROWS_AS(units.sample(std::vector<double>{0.0}, state, rng), std::domain_error);
  CHECK_THROWS_AS(units.sample(std::vector<double>{0.1}, state, rng), std::domain_error);
}
