// SPDX-License-Identifier: MIT
// The hidden layer given the counts of one cell of 1000 genes, 57 % of them zero: the product x'W
// alone, and the whole conditional (product, logistic function, draws), from dense and compressed
// counts, beside Eigen's product alone. "flops" and "bytes" count what a dense product needs (2
// genes x units, and the weights), so that their rates compare; the argument is the hidden units.
#include <benchmark/benchmark.h>

#include <span>
#include <utility>

#include "expression_like.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

namespace {

struct workload {
  hm::matrix<double> weights;
  hm::vector<double> x, bias, out, state;
  hm::count_matrix<> counts;
  hm::random_engine rng{1};

  explicit workload(hm::index units, hm::index genes = 1000) : counts(genes) {
    const auto cases = expression_like(static_cast<std::size_t>(genes));
    weights.resize(genes, units);
    for (hm::index i = 0; i < weights.size(); ++i)
      weights.data()[i] = 0.01 * (hm::draw::uniform(rng) - 0.5);
    x.resize(genes);
    for (hm::index m = 0; m < genes; ++m) {
      x[m] = static_cast<double>(cases[static_cast<std::size_t>(m)].count);
      counts.push_back(m, x[m]);
    }
    counts.finish_cell();
    bias = hm::vector<double>::Zero(units);
    out = state = bias;
  }
  [[nodiscard]] hm::weight_view<double> view() const {
    return {weights.data(), weights.rows(), weights.cols()};
  }
  void count(benchmark::State& of) const {
    const auto entries = static_cast<double>(weights.size());
    of.counters["flops"] =
        benchmark::Counter(2 * entries, benchmark::Counter::kIsIterationInvariantRate);
    of.counters["bytes"] =
        benchmark::Counter(8 * entries, benchmark::Counter::kIsIterationInvariantRate);
  }
};

void product_eigen(benchmark::State& state) {
  workload w(state.range(0));
  for (auto _ : state) {
    w.out.noalias() = w.weights.transpose() * w.x;
    benchmark::DoNotOptimize(w.out.data());
  }
  w.count(state);
}

template <bool Sparse, bool Draw>
void ours(benchmark::State& state) {
  workload w(state.range(0));
  const hm::bernoulli units(w.weights.cols());
  for (auto _ : state) {
    w.out = w.bias;
    if constexpr (Sparse)
      hm::row::add_product<double>(w.counts.cell(0), w.view(), hm::as_span(w.out));
    else
      hm::row::add_product<double>(hm::as_span(std::as_const(w.x)), w.view(), hm::as_span(w.out));
    if constexpr (Draw)
      units.sample(hm::as_span(std::as_const(w.out)), hm::as_span(w.state), w.rng);
    benchmark::DoNotOptimize(w.out.data());
    benchmark::DoNotOptimize(w.state.data());
  }
  w.count(state);
}

/// A(eta), mean and variance of 1000 genes: a pass over eta and theta each.
template <int What>
void partition_mean_variance(benchmark::State& state) {
  hm::vector<double> eta(1000), theta(1000), out(1000);
  const auto cases = expression_like(1000);
  for (hm::index m = 0; m < 1000; ++m) {
    eta[m] = cases[static_cast<std::size_t>(m)].eta;
    theta[m] = cases[static_cast<std::size_t>(m)].theta;
  }
  const hm::negative_binomial units(theta);
  for (auto _ : state) {
    const auto in = hm::as_span(std::as_const(eta));
    if constexpr (What == 0) benchmark::DoNotOptimize(units.log_partition(in));
    if constexpr (What == 1) units.mean(in, hm::as_span(out));
    if constexpr (What == 2) units.variance(in, hm::as_span(out));
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * 1000);
}

constexpr bool dense = false, sparse = true, product_only = false, with_draws = true;
BENCHMARK(product_eigen)->Arg(4)->Arg(16)->Arg(64)->Arg(256);
BENCHMARK(ours<dense, product_only>)->Arg(4)->Arg(16)->Arg(64)->Arg(256);
BENCHMARK(ours<dense, with_draws>)->Arg(4)->Arg(16)->Arg(64)->Arg(256);
BENCHMARK(ours<sparse, with_draws>)->Arg(4)->Arg(16)->Arg(64)->Arg(256);
BENCHMARK(partition_mean_variance<0>);
BENCHMARK(partition_mean_variance<1>);
BENCHMARK(partition_mean_variance<2>);

}  // namespace

BENCHMARK_MAIN();
