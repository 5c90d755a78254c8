// SPDX-License-Identifier: MIT
// Negative binomial draws per second: ours beside gamma-Poisson mixtures of the standard library
// and of Boost, all on the same engine, parameters changing from draw to draw as they do in a
// model. Counters: "mean" and "zeros" of the counts drawn, to see that all draw the same
// distribution.
#include <benchmark/benchmark.h>

#include <boost/random/gamma_distribution.hpp>
#include <boost/random/poisson_distribution.hpp>
#include <random>

#include "expression_like.hpp"
#include "harmonium/core/random_engine.hpp"

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

using philox = harmonium::random_engine;
BENCHMARK(sample<ours, philox>);
BENCHMARK(sample<ours_by_mixture, philox>);
BENCHMARK(sample<standard_library, philox>);
BENCHMARK(sample<boost_random, philox>);
BENCHMARK(sample<ours, std::mt19937_64>);
BENCHMARK(sample<standard_library, std::mt19937_64>);
BENCHMARK(sample<boost_random, std::mt19937_64>);

}  // namespace

BENCHMARK_MAIN();
