// SPDX-License-Identifier: MIT
// Negative binomial log-probabilities per second: ours beside the textbook sum over std::lgamma and
// the logarithm of Boost's pdf. Counter "mean": the mean log-probability, equal for all.
#include <benchmark/benchmark.h>

#include <boost/math/distributions/negative_binomial.hpp>
#include <cmath>

#include "expression_like.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace {

double ours(double x, double eta, double theta) {
  return harmonium::nb_log_pmf(x, eta, theta);
}

double standard_lgamma(double x, double eta, double theta) {
  return std::lgamma(x + theta) - std::lgamma(theta) - std::lgamma(x + 1) + eta * x +
         theta * std::log(-std::expm1(eta));
}

double boost_pdf(double x, double eta, double theta) {
  const boost::math::negative_binomial_distribution<double> nb(theta, -std::expm1(eta));
  return std::log(pdf(nb, x));
}

template <double (*LogPmf)(double, double, double)>
void evaluate(benchmark::State& state) {
  const auto genes = expression_like();
  double sum = 0;
  for (auto _ : state) {
    sum = 0;
    for (const gene_case& gene : genes)
      sum += LogPmf(static_cast<double>(gene.count), gene.eta, gene.theta);
    benchmark::DoNotOptimize(sum);
  }
  const auto size = static_cast<std::int64_t>(genes.size());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * size);
  state.counters["mean"] = sum / static_cast<double>(size);
}

BENCHMARK(evaluate<ours>);
BENCHMARK(evaluate<standard_lgamma>);
BENCHMARK(evaluate<boost_pdf>);

}  // namespace

BENCHMARK_MAIN();
