// SPDX-License-Identifier: MIT
// The kernels of a conditional, one cell of 1000 genes of which 57 % are zero: x'W from dense and
// from compressed counts, with and without the logistic function and the draws, W h, A(eta) with
// mean and variance, a step of a dispersion; Eigen's products beside them; and what the machine can
// do at most, to place them under its roofline. The counters are of one call: "flops" adds,
// subtracts, multiplies and divides that the result needs (functions of core/math as many as they
// are written with, zero counts none), "bytes" what it reads and writes once.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "expression_like.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/wide_packs.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/dispersion.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

namespace {

/// Of one call.
void count(benchmark::State& state, double flops, double bytes) {
  state.counters["flops"] = flops;
  state.counters["bytes"] = bytes;
}

/// Operations as written in core/math.
constexpr double flops_of_exp = 39, flops_of_expm1 = 41, flops_of_log1p = 38,
                 flops_of_log1mexp = 78;

// --- what the machine can do ---

/// Independent chains of multiplications and additions in registers, as wide as the kernel in use.
/// Not fused: -ffp-contract=off is part of the library's promise, so that half the peak of a
/// machine with fused operations is out of reach.
void peak_flops(benchmark::State& state) {
  const volatile double factor = 0.999, term = 0.001;  // not known when compiled
  constexpr int steps = 1000;
  double done = 0;
  for (auto _ : state) {
    hm::packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
      using pack = hm::packs::pack<double, Bytes / 8>;
      pack a(0.0), b(0.1), c(0.2), d(0.3), e(0.4), f(0.5), g(0.6), h(0.7), i(0.8), j(0.9);
      const pack by(factor), plus(term);
      for (int step = 0; step < steps; ++step) {
        a = a * by + plus, b = b * by + plus, c = c * by + plus, d = d * by + plus;
        e = e * by + plus, f = f * by + plus, g = g * by + plus, h = h * by + plus;
        i = i * by + plus, j = j * by + plus;
      }
      double sum[pack::lanes];
      (((a + b) + (c + d)) + ((e + f) + (g + h)) + (i + j)).store(sum);
      benchmark::DoNotOptimize(sum);
      done = 2.0 * 10 * steps * pack::lanes;
    });
  }
  count(state, done, 0);
}

/// Reads an array of so many bytes again and again.
void read_array(benchmark::State& state) {
  const std::vector<double> array(static_cast<std::size_t>(state.range(0)) / sizeof(double), 1.0);
  const std::size_t step = 8 * 8, whole = array.size() - array.size() % step;
  for (auto _ : state) {
    hm::packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
      using pack = hm::packs::pack<double, Bytes / 8>;
      constexpr std::size_t lanes = Bytes / 8;
      pack a(0.0), b(0.0), c(0.0), d(0.0), e(0.0), f(0.0), g(0.0), h(0.0);
      const double* from = array.data();
      for (const double* const end = from + whole; from != end; from += 8 * lanes) {
        a = a + pack::load(from), b = b + pack::load(from + lanes);
        c = c + pack::load(from + 2 * lanes), d = d + pack::load(from + 3 * lanes);
        e = e + pack::load(from + 4 * lanes), f = f + pack::load(from + 5 * lanes);
        g = g + pack::load(from + 6 * lanes), h = h + pack::load(from + 7 * lanes);
      }
      double sum[lanes];
      (((a + b) + (c + d)) + ((e + f) + (g + h))).store(sum);
      benchmark::DoNotOptimize(sum);
    });
  }
  count(state, 0, static_cast<double>(whole * sizeof(double)));
}

// --- products ---

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
  [[nodiscard]] double units() const { return static_cast<double>(weights.cols()); }
  [[nodiscard]] double genes() const { return static_cast<double>(weights.rows()); }
};

void product_eigen(benchmark::State& state) {
  workload w(state.range(0));
  for (auto _ : state) {
    w.out.noalias() = w.weights.transpose() * w.x;
    benchmark::DoNotOptimize(w.out.data());
    benchmark::ClobberMemory();
  }
  count(state, 2 * w.genes() * w.units(), 8 * w.genes() * (w.units() + 1));
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
    benchmark::ClobberMemory();
  }
  const auto found = static_cast<double>(w.counts.nonzeros());
  count(state, 2 * found * w.units() + (Draw ? (flops_of_exp + 3) * w.units() : 0),
        8 * found * w.units() + (Sparse ? 8 * found : 8 * w.genes()) + (Draw ? 16 : 0) * w.units());
}

/// W h, what the visible layer hears.
template <bool Eigens>
void product_above(benchmark::State& state) {
  workload w(state.range(0));
  hm::vector<double> h = hm::vector<double>::Constant(w.weights.cols(), 0.5);
  hm::vector<double> eta = hm::vector<double>::Zero(w.weights.rows());
  for (auto _ : state) {
    if constexpr (Eigens)
      eta.noalias() += w.weights * h;
    else
      hm::row::add_product_above<double>(w.view(), hm::as_span(std::as_const(h)), hm::as_span(eta));
    benchmark::DoNotOptimize(eta.data());
    benchmark::ClobberMemory();
  }
  count(state, 2 * w.genes() * w.units(), 8 * w.genes() * (w.units() + 2));
}

// --- functions ---

/// The logistic function and the Bernoulli draws alone.
void sigmoid_draw(benchmark::State& state) {
  hm::random_engine rng(1);
  hm::vector<double> eta(state.range(0)), out(state.range(0));
  for (double& e : eta) e = 4 * (hm::draw::uniform(rng) - 0.5);
  const hm::bernoulli units(eta.size());
  for (auto _ : state) {
    units.sample(hm::as_span(std::as_const(eta)), hm::as_span(out), rng);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count(state, (flops_of_exp + 3) * static_cast<double>(eta.size()),
        16 * static_cast<double>(eta.size()));
}

struct genes_given {
  hm::vector<double> eta{1000}, theta{1000};
  genes_given() {
    const auto cases = expression_like(1000);
    for (hm::index m = 0; m < 1000; ++m) {
      eta[m] = cases[static_cast<std::size_t>(m)].eta;
      theta[m] = cases[static_cast<std::size_t>(m)].theta;
    }
  }
};

/// A(eta), mean or variance of 1000 genes, as the unit family gives them: a pass each.
template <int What>
void partition_mean_variance(benchmark::State& state) {
  const genes_given genes;
  hm::vector<double> out(1000);
  const hm::negative_binomial units(genes.theta);
  for (auto _ : state) {
    const auto in = hm::as_span(genes.eta);
    if constexpr (What == 0) benchmark::DoNotOptimize(units.log_partition(in));
    if constexpr (What == 1) units.mean(in, hm::as_span(out));
    if constexpr (What == 2) units.variance(in, hm::as_span(out));
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  constexpr double flops[] = {flops_of_log1mexp + 2, flops_of_expm1 + 1, flops_of_expm1 + 4};
  count(state, 1000 * flops[What], 1000 * (What == 0 ? 16 : 24));
}

/// All three in one pass, from the functions that the family is made of. Nothing in the library
/// needs all three at once.
void one_pass(benchmark::State& state) {
  const genes_given genes;
  hm::vector<double> partition(1000), mean(1000), variance(1000);
  for (auto _ : state) {
    hm::packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
      hm::packs::for_each<double, Bytes>(
          1000, [
            in = genes.eta.data(), shape = genes.theta.data(), a = partition.data(),
            mu = mean.data(), v = variance.data()
          ]<class P>(hm::index i) __attribute__((always_inline)) {
            const P eta = P::load(in + i), theta = P::load(shape + i);
            hm::nb_log_partition(eta, theta).store(a + i);
            hm::nb_mean(eta, theta).store(mu + i);
            hm::nb_variance(eta, theta).store(v + i);
          });
    });
    benchmark::DoNotOptimize(partition.data());
    benchmark::ClobberMemory();
  }
  count(state, 1000 * (flops_of_log1mexp + 1 + flops_of_expm1 + 4), 1000 * 40);
}

/// One Newton step of the dispersion of a gene: score and curvature over 1000 cells, each of its
/// own mean, and counts up to 8.
void dispersion_step(benchmark::State& state) {
  hm::dispersion_tally tally;
  for (const gene_case& cell : expression_like(1000))
    tally.add_cell(static_cast<double>(std::min<std::int64_t>(cell.count, 8)), cell.mean);
  const hm::dispersion_data data = tally.data();
  const volatile double theta = 1.6;
  for (auto _ : state) {
    const auto slopes = hm::penalised_dispersion_score(data, theta, 1);
    benchmark::DoNotOptimize(slopes.score);
    benchmark::DoNotOptimize(slopes.curvature);
  }
  const auto cells = static_cast<double>(data.cells.size()),
             steps = static_cast<double>(data.steps.size());
  count(state, (flops_of_log1p + 19) * cells + 25 * steps, 32 * (cells + steps));
}

constexpr bool dense = false, sparse = true, product_only = false, with_draws = true;
constexpr bool eigen = true, own = false;
BENCHMARK(peak_flops);
// As large as what the products read (W without the rows of zero counts, or W), and memory.
BENCHMARK(read_array)->Arg(32000)->Arg(64000)->Arg(208000)->Arg(528000)->Arg(808000)->Arg(2064000);
BENCHMARK(read_array)->Arg(256000000);
BENCHMARK(product_eigen)->Arg(4)->Arg(16)->Arg(64)->Arg(256);
BENCHMARK(ours<dense, product_only>)->Arg(4)->Arg(16)->Arg(64)->Arg(256);
BENCHMARK(ours<sparse, product_only>)->Arg(4)->Arg(16)->Arg(64)->Arg(256);
BENCHMARK(ours<dense, with_draws>)->Arg(4)->Arg(16)->Arg(64)->Arg(256);
BENCHMARK(ours<sparse, with_draws>)->Arg(4)->Arg(16)->Arg(64)->Arg(256);
BENCHMARK(product_above<eigen>)->Arg(4)->Arg(16)->Arg(64)->Arg(256);
BENCHMARK(product_above<own>)->Arg(4)->Arg(16)->Arg(64)->Arg(256);
BENCHMARK(sigmoid_draw)->Arg(64);
BENCHMARK(partition_mean_variance<0>);
BENCHMARK(partition_mean_variance<1>);
BENCHMARK(partition_mean_variance<2>);
BENCHMARK(one_pass);
BENCHMARK(dispersion_step);

}  // namespace

BENCHMARK_MAIN();
