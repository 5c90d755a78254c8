// SPDX-License-Identifier: MIT
/// @file
/// One Gibbs sweep of a scDBM, and the share of it that is drawing counts; for comparison the same
/// counts drawn with the standard library's distributions.
#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <vector>

#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

namespace {

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;

/// A model trained on 384 simulated cells.
const scdbm& model_of(hm::index genes) {
  static std::vector<std::pair<hm::index, scdbm>> known;
  for (const auto& [size, model] : known)
    if (size == genes) return model;
  hm::random_engine rng(7);
  const auto pilot = hm::simulate_tissue({.cells = 384, .genes = genes}, rng);
  known.emplace_back(genes, hm::train<scdbm>(hm::serial_executor{}, pilot.counts,
                                             {.hidden = {4, 2}}, hm::exact_em{}, rng));
  return known.back().second;
}

/// @tparam Tables as in `generate`, where the model stays; without as in training
template <bool Tables>
void gibbs_sweep(benchmark::State& state) {
  const auto& model = model_of(state.range(0));
  hm::random_engine rng(1);
  auto chain = Tables ? hm::gibbs_chain<scdbm>(
                            model, std::make_shared<const hm::visible_draws<scdbm>>(model))
                      : hm::gibbs_chain<scdbm>(model);
  chain.start(rng);
  for (auto _ : state) {
    chain.sweep(rng);
    benchmark::DoNotOptimize(chain.state()[0].data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void visible_draws_harmonium(benchmark::State& state) {
  const auto& model = model_of(state.range(0));
  hm::random_engine rng(1);
  const hm::vector<double> h = hm::vector<double>::Ones(4);
  hm::vector<double> eta(model.size(0)), x(model.size(0));
  model.visible_input(hm::as_span(h), hm::as_span(eta));
  for (auto _ : state) {
    model.visible().sample(hm::as_span(std::as_const(eta)), hm::as_span(x), rng);
    benchmark::DoNotOptimize(x.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void visible_draws_std(benchmark::State& state) {
  const auto& model = model_of(state.range(0));
  hm::random_engine rng(1);
  const hm::vector<double> h = hm::vector<double>::Ones(4);
  hm::vector<double> eta(model.size(0)), x(model.size(0)), mean(model.size(0));
  model.visible_input(hm::as_span(h), hm::as_span(eta));
  model.visible().mean(hm::as_span(std::as_const(eta)), hm::as_span(mean));
  for (auto _ : state) {
    for (hm::index m = 0; m < x.size(); ++m) {
      const double theta = model.visible().inverse_dispersion()[m];
      std::gamma_distribution<double> rate(theta, mean[m] / theta);
      std::poisson_distribution<long> count(rate(rng));
      x[m] = static_cast<double>(count(rng));
    }
    benchmark::DoNotOptimize(x.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

}  // namespace

BENCHMARK(gibbs_sweep<true>)->Arg(1000);
BENCHMARK(gibbs_sweep<false>)->Arg(1000);
BENCHMARK(visible_draws_harmonium)->Arg(1000);
BENCHMARK(visible_draws_std)->Arg(1000);

BENCHMARK_MAIN();
