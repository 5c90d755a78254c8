// SPDX-License-Identifier: MIT
/// @file
/// A small deep machine in stochastic training, for tests of negative phases.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>

#include "harmonium/core/executor.hpp"
#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/training/constraints.hpp"
#include "harmonium/training/contrastive/contrastive_epochs.hpp"
#include "harmonium/training/steps/centred_step.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace tiny {

using deep_machine = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;

inline deep_machine untrained(const hm::count_matrix<>& counts) {
  deep_machine model = with_random_parameters(
      deep_machine(hm::negative_binomial(counts.genes(), 2.0), hm::bernoulli(3), hm::bernoulli(2)),
      3);
  for (auto& w : model.parameters()) w *= 0.05;
  const hm::vector<double> means = hm::gene_means(counts);
  model.visible().natural_from_mean(hm::as_span(means), model.bias(0));
  for (double& a : model.bias(0)) a -= 0.2;
  return model;
}

inline hm::epoch_streams streams_of(hm::random_engine& rng) {
  const hm::random_streams order(rng), particles(rng);
  return {order, particles};
}

/// A machine and its training so far, a value.
template <class Negative, class Model = deep_machine, class Constraint = hm::admissible_sum>
struct machine_run {
  Model model;
  hm::contrastive_epochs<Model, Negative, hm::centred_step, Constraint> epochs;

  machine_run(Model start, const Negative& negative, hm::index batch_size, std::uint64_t seed)
      : model(std::move(start)), epochs(make(model, negative, batch_size, seed)) {}

  template <hm::executor Executor, class Data>
  void train(const Executor& run, const Data& data, int count, double rate) {
    for (int n = 0; n < count; ++n) epochs.epoch(run, model, data, rate);
  }

 private:
  static auto make(const Model& model, const Negative& negative, hm::index batch_size,
                   std::uint64_t seed) {
    hm::random_engine rng(seed);
    const auto streams = streams_of(rng);
    return hm::contrastive_epochs<Model, Negative, hm::centred_step, Constraint>(
        model, negative, {}, {}, batch_size, {}, streams);
  }
};

template <class Model, class Data>
double likelihood(const Model& model, const Data& data) {
  return hm::exact_fit(hm::serial_executor{}, model, hm::hidden_enumeration<Model>(model), data)
      .log_likelihood;
}

/// Fifteen epochs raise the likelihood of two kinds of cells by half a nat and more.
template <class Negative>
void check_learns(const Negative& negative) {
  const auto counts = toy_counts(200, 9, 1);
  machine_run<Negative> run(untrained(counts), negative, 20, 11);
  const double before = likelihood(run.model, counts);
  run.train(hm::serial_executor{}, counts, 15, 0.02);
  CHECK(run.epochs.epochs_done() == 15);
  CHECK(likelihood(run.model, counts) > before + 0.5);
}

/// Stop, copy and resume is one straight run, for any number of threads.
template <class Negative>
void check_resumes(const Negative& negative) {
  const auto counts = toy_counts(50, 6, 2);
  const machine_run<Negative> start(untrained(counts), negative, 16, 11);
  auto straight = start, stopped = start;
  straight.train(hm::serial_executor{}, counts, 6, 0.01);
  stopped.train(hm::serial_executor{}, counts, 2, 0.01);
  auto copy = stopped;
  copy.train(hm::thread_executor(3), counts, 4, 0.01);
  CHECK(copy.model.parameters() == straight.model.parameters());
  CHECK(stopped.model.parameters() != straight.model.parameters());
}

}  // namespace tiny
