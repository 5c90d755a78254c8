// SPDX-License-Identifier: MIT
// Training a variational autoencoder: cell-epochs per second, and what the parts of a step take.
// benchmarks/peers/vae_torch.py trains the same network with PyTorch.
//
// The data are simulated counts of the shape of a pilot; HARMONIUM_PILOT=folder names a 10x folder
// to take instead, of whose cells the first 269 train.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <numeric>
#include <span>
#include <vector>

#include "harmonium/core/dense_products.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/models/variational/evidence_bound.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/training/train_variational.hpp"

namespace hm = harmonium;

namespace {

const hm::count_matrix<>& pilot() {
  static const hm::count_matrix<> counts = [] {
    if (const char* folder = std::getenv("HARMONIUM_PILOT")) {
      std::vector<hm::index> rows(269);
      std::iota(rows.begin(), rows.end(), hm::index{0});
      return hm::select_cells(hm::io::read_10x(folder).counts, std::span<const hm::index>(rows));
    }
    hm::random_engine rng(1);
    return hm::simulate_tissue({.cells = 269, .genes = 1000}, rng).counts;
  }();
  return counts;
}

hm::variational_options preset(bool notebook) {
  auto options = notebook ? hm::paper_notebook() : hm::scvi_default();
  options.held_out = 0.0;
  options.epochs = 1000000;
  return options;
}

template <class Executor>
void epochs(benchmark::State& state, const Executor& run, bool notebook) {
  hm::random_engine rng(1);
  hm::variational_trainer<> trainer(pilot(), preset(notebook), rng);
  for (auto _ : state) benchmark::DoNotOptimize(trainer.step(run).epoch);
  state.SetItemsProcessed(state.iterations() * pilot().cells());  // cell-epochs
}
void scvi_default(benchmark::State& state) {
  epochs(state, hm::thread_executor(static_cast<int>(state.range(0))), false);
}
void paper_notebook(benchmark::State& state) {
  epochs(state, hm::thread_executor(static_cast<int>(state.range(0))), true);
}
BENCHMARK(scvi_default)->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK(paper_notebook)->Arg(1)->Arg(2)->UseRealTime();

/// The three dense products of the decoder's last layer, on a batch of 128 cells.
void output_products(benchmark::State& state) {
  const hm::serial_executor run;
  const hm::matrix<float> hidden = hm::matrix<float>::Random(128, 128);
  const hm::matrix<float> weights = hm::matrix<float>::Random(128, 1000);
  hm::matrix<float> out = hm::matrix<float>::Zero(128, 1000);
  hm::matrix<float> weight_slope = hm::matrix<float>::Zero(128, 1000);
  hm::matrix<float> hidden_slope = hm::matrix<float>::Zero(128, 128);
  for (auto _ : state) {
    hm::add_product(run, hm::as_factor(hidden), hm::as_factor(weights), out.data());
    hm::add_product(run, hm::as_factor(hidden).transposed(), hm::as_factor(out),
                    weight_slope.data());
    hm::add_product(run, hm::as_factor(out), hm::as_factor(weights).transposed(),
                    hidden_slope.data());
    benchmark::DoNotOptimize(hidden_slope.data());
  }
  state.SetItemsProcessed(state.iterations() * 3 * 128 * 128 * 1000);  // products
}
BENCHMARK(output_products);

/// The same by Eigen, whose sums depend on the cache's size.
void output_products_eigen(benchmark::State& state) {
  const hm::matrix<float> hidden = hm::matrix<float>::Random(128, 128);
  const hm::matrix<float> weights = hm::matrix<float>::Random(128, 1000);
  hm::matrix<float> out = hm::matrix<float>::Zero(128, 1000);
  hm::matrix<float> weight_slope = hm::matrix<float>::Zero(128, 1000);
  hm::matrix<float> hidden_slope = hm::matrix<float>::Zero(128, 128);
  for (auto _ : state) {
    out.noalias() += hidden * weights;
    weight_slope.noalias() += hidden.transpose() * out;
    hidden_slope.noalias() += out * weights.transpose();
    benchmark::DoNotOptimize(hidden_slope.data());
  }
  state.SetItemsProcessed(state.iterations() * 3 * 128 * 128 * 1000);
}
BENCHMARK(output_products_eigen);

/// One step of Adam over the parameters of `scvi_default`.
void adam_step(benchmark::State& state) {
  hm::random_engine rng(1);
  hm::variational_autoencoder<> model(1000, {}, rng);
  const hm::vector<float> gradient = model.parameters();
  hm::adam<float> optimiser(gradient.size());
  for (auto _ : state) optimiser.step(hm::serial_executor{}, gradient, model.parameters());
}
BENCHMARK(adam_step);

/// Softmax, negative binomial and their slopes, cells of the pilot.
void likelihood_rows(benchmark::State& state) {
  const hm::count_rows<float> counts(pilot());
  const hm::index genes = counts.genes();
  const hm::vector<float> log_theta = hm::vector<float>::Zero(genes);
  const auto table = hm::theta_table<float>::of(log_theta.data(), genes);
  hm::matrix<float> output = hm::matrix<float>::Random(counts.cells(), genes);
  hm::vector<float> mean(genes), theta_slope = hm::vector<float>::Zero(genes);
  for (auto _ : state) {
    for (hm::index i = 0; i < counts.cells(); ++i) {
      float* row = output.data() + i * genes;
      hm::softmax_means(row, genes, 300.0, mean.data());
      const hm::likelihood_row<float> at{.counts = counts.counts(i),
                                         .mean = {mean.data(), static_cast<std::size_t>(genes)},
                                         .table = &table,
                                         .mean_slope = row,
                                         .theta_slope = theta_slope.data()};
      benchmark::DoNotOptimize(hm::negative_binomial_counts::add_row(at));
      hm::softmax_slopes(mean.data(), genes, 300.0, -0.01f, row);
    }
  }
  state.SetItemsProcessed(state.iterations() * counts.cells());
}
BENCHMARK(likelihood_rows);

}  // namespace

BENCHMARK_MAIN();
