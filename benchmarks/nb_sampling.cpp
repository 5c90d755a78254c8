// SPDX-License-Identifier: MIT
// Negative binomial draws per second: ours (by tables, by rows, one by one) beside gamma-Poisson
// mixtures of the standard library and of Boost, all on the same engine, parameters changing from
// draw to draw as they do in a model. Counters: "mean" and "zeros" of the counts drawn, to see that
// all draw the same distribution. `nb_sampling --chi_square` draws ten million of each of many
// means and dispersions and compares them with the exact distribution.
#include <benchmark/benchmark.h>

#include <boost/math/distributions/negative_binomial.hpp>
#include <boost/random/gamma_distribution.hpp>
#include <boost/random/poisson_distribution.hpp>
#include <cstdio>
#include <cstring>
#include <random>
#include <span>

#include "expression_like.hpp"
#include "harmonium/core/draw/negative_binomial_rows.hpp"
#include "harmonium/core/draw/negative_binomial_tables.hpp"
#include "harmonium/core/random_engine.hpp"
#include "support/statistics.hpp"

namespace {

struct ours {
  std::int64_t operator()(double mean, double theta, auto& rng) const {
    return harmonium::draw::negative_binomial(mean, theta, rng);
  }
};

struct ours_by_mixture {
  std::int64_t operator()(double mean, double theta, auto& rng) const {
    return harmonium::draw::negative_binomial_mixture(mean, theta, rng);
  }
};

struct standard_library {
  std::int64_t operator()(double mean, double theta, auto& rng) const {
    const double rate = std::gamma_distribution<double>(theta, mean / theta)(rng);
    if (!(rate > 0)) return 0;
    return std::poisson_distribution<std::int64_t>(rate)(rng);
  }
};

struct boost_random {
  std::int64_t operator()(double mean, double theta, auto& rng) const {
    const double rate = boost::random::gamma_distribution<double>(theta, mean / theta)(rng);
    if (!(rate > 0)) return 0;
    return boost::random::poisson_distribution<std::int64_t>(rate)(rng);
  }
};

template <class Sampler, class Engine>
void sample(benchmark::State& state) {
  const auto genes = expression_like();
  Engine rng(7);
  double sum = 0, zeros = 0, draws = 0;
  for (auto _ : state) {
    for (const gene_case& gene : genes) {
      const std::int64_t count = Sampler{}(gene.mean, gene.theta, rng);
      sum += static_cast<double>(count);
      zeros += count == 0;
    }
    draws += static_cast<double>(genes.size());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(draws));
  state.counters["mean"] = sum / draws;
  state.counters["zeros"] = zeros / draws;
}

/// The genes' parameters one after the other, as a model holds them.
struct parameter_rows {
  std::vector<double> eta, theta;
  explicit parameter_rows(const std::vector<gene_case>& genes) {
    for (const gene_case& gene : genes) {
      eta.push_back(gene.eta);
      theta.push_back(gene.theta);
    }
  }
};

template <bool Tables>
void sample_rows(benchmark::State& state) {
  const parameter_rows genes(expression_like(static_cast<std::size_t>(state.range(0))));
  const harmonium::draw::negative_binomial_tables tables{std::span<const double>(genes.eta),
                                                         std::span<const double>(genes.theta)};
  harmonium::random_engine rng(7);
  std::vector<double> row(genes.eta.size());
  double sum = 0, zeros = 0, draws = 0;
  for (auto _ : state) {
    if constexpr (Tables)
      tables(std::span<double>(row), rng);
    else
      harmonium::draw::negative_binomials<double>(genes.eta, genes.theta, row, rng);
    benchmark::DoNotOptimize(row.data());
    draws += static_cast<double>(row.size());
    if (draws > 4e7) continue;  // the counters need no more
    for (const double count : row) {
      sum += count;
      zeros += count == 0;
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(draws));
  state.counters["mean"] = sum / std::min(draws, 4e7);
  state.counters["zeros"] = zeros / std::min(draws, 4e7);
  if constexpr (Tables)
    state.counters["bytes"] = static_cast<double>(tables.bytes()) / static_cast<double>(row.size());
}

using philox = harmonium::random_engine;
BENCHMARK(sample_rows<true>)->Arg(1000)->Arg(20000);
BENCHMARK(sample_rows<false>)->Arg(1000)->Arg(20000);
BENCHMARK(sample<ours, philox>);
BENCHMARK(sample<ours_by_mixture, philox>);
BENCHMARK(sample<standard_library, philox>);
BENCHMARK(sample<boost_random, philox>);
BENCHMARK(sample<ours, std::mt19937_64>);
BENCHMARK(sample<standard_library, std::mt19937_64>);
BENCHMARK(sample<boost_random, std::mt19937_64>);

/// Whether ten million draws of each kind fit their distribution; p-values to standard output.
bool ten_million_fit() {
  constexpr std::size_t draws = 10000000;
  bool fit = true;
  for (const double theta : {0.01, 0.3, 1.6, 30.0, 1e6}) {
    for (const double mean : {0.01, 0.4, 5.0, 29.0, 120.0, 1e4}) {
      const boost::math::negative_binomial_distribution<double> exact(theta,
                                                                      theta / (theta + mean));
      const auto cdf_of = [&](std::int64_t k) { return cdf(exact, static_cast<double>(k)); };
      const std::vector<double> eta(250, -std::log1p(theta / mean)), shape(250, theta);
      const harmonium::draw::negative_binomial_tables tables{std::span<const double>(eta),
                                                             std::span<const double>(shape)};
      std::vector<double> row(250);
      for (const bool by_table : {true, false}) {
        harmonium::random_engine rng(11);
        std::vector<std::int64_t> sample;
        sample.reserve(draws);
        while (sample.size() < draws) {
          if (by_table)
            tables(std::span<double>(row), rng);
          else
            harmonium::draw::negative_binomials<double>(eta, shape, row, rng);
          for (const double count : row) sample.push_back(static_cast<std::int64_t>(count));
        }
        const double p = statistics::counts_p(sample, cdf_of, 200);
        fit = fit && p > statistics::implausible;
        std::printf("%s theta %g mean %g: p = %.3g\n", by_table ? "table" : "rows ", theta, mean,
                    p);
        std::fflush(stdout);
      }
    }
  }
  return fit;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "--chi_square") == 0) return ten_million_fit() ? 0 : 1;
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
