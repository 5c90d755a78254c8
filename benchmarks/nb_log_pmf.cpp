// SPDX-License-Identifier: MIT
// Negative binomial log-probabilities per second: ours (by tables with natural parameters that stay
// and that change, one by one) beside the textbook sum over std::lgamma and
// the logarithm of Boost's pdf. Counter "mean": the mean log-probability, equal for all.
#include <benchmark/benchmark.h>

#include <boost/math/distributions/negative_binomial.hpp>
#include <cmath>

#include <span>
#include <vector>

#include "expression_like.hpp"
#include "harmonium/units/nb_log_masses.hpp"
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

/// @tparam Changing also works out the log-partition of every element
template <bool Changing>
void evaluate_rows(benchmark::State& state) {
  namespace hm = harmonium;
  std::vector<double> x, eta, theta, partition;
  for (const gene_case& gene : expression_like()) {
    x.push_back(static_cast<double>(gene.count));
    eta.push_back(gene.eta);
    theta.push_back(gene.theta);
    partition.push_back(hm::nb_log_partition(gene.eta, gene.theta));
  }
  const hm::nb_log_masses masses{std::span<const double>(theta)};
  std::vector<double> out(x.size());
  for (auto _ : state) {
    if constexpr (Changing)
      masses.log_pmfs(x, eta, out);
    else
      masses.log_pmfs(x, eta, partition, out);
    benchmark::DoNotOptimize(out.data());
  }
  double sum = 0;
  for (const double log_mass : out) sum += log_mass;
  const auto size = static_cast<std::int64_t>(x.size());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * size);
  state.counters["mean"] = sum / static_cast<double>(size);
}

BENCHMARK(evaluate_rows<false>);
BENCHMARK(evaluate_rows<true>);
BENCHMARK(evaluate<ours>);
BENCHMARK(evaluate<standard_lgamma>);
BENCHMARK(evaluate<boost_pdf>);

}  // namespace

BENCHMARK_MAIN();
