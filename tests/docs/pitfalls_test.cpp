// SPDX-License-Identifier: MIT
// Wrong and right code of docs/pitfalls.md, which quotes this file. Wrong code that would be
// undefined behaviour is compiled, and run only as far as it is defined.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/training/constraints.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/poisson.hpp"

namespace hm = harmonium;

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;

namespace {

hm::count_matrix<> read_pilot() {
  hm::count_matrix<> counts(3);
  counts.push_back(1, 4);
  counts.finish_cell();
  return counts;
}

hm::rbm<hm::poisson, hm::bernoulli> fitted_model() {
  return hm::rbm<hm::poisson, hm::bernoulli>(hm::poisson(2), hm::bernoulli(2));
}

const double* first_element(hm::matrix_view<double> values) {
  return values.data();
}

}  // namespace

TEST_CASE("a view of a temporary") {
  // wrong
  [[maybe_unused]] const hm::count_view<> dangling = read_pilot();
  // right
  const hm::count_matrix<> counts = read_pilot();
  const hm::count_view<> view = counts;

  CHECK(view.nonzeros() == 1);
}

TEST_CASE("a sampler of a temporary model") {
  hm::random_engine rng(1);
  // wrong
  [[maybe_unused]] const auto dangling = hm::exact{}.prepare(fitted_model());
  // right
  const auto model = fitted_model();
  const auto source = hm::exact{}.prepare(model);
  auto chain = source.make_chain();
  chain.draw(rng);

  CHECK(chain.state()[0].size() == 2);
}

TEST_CASE("column-major matrices") {
  // wrong: both calls compile, the first one copies
  const Eigen::MatrixXd columns = Eigen::MatrixXd::Zero(5, 3);  // cells x genes, column-major
  CHECK(first_element(columns) != columns.data());
  // right
  const hm::matrix<double> rows = columns;  // one copy, visible
  CHECK(first_element(rows) == rows.data());
  const Eigen::MatrixXd genes_by_cells = Eigen::MatrixXd::Zero(3, 5);
  CHECK(first_element(genes_by_cells.transpose()) == genes_by_cells.data());
}

TEST_CASE("two draws in one expression") {
  hm::random_engine rng(1), again(1);
  // wrong
  const double unspecified = hm::draw::uniform(rng) - hm::draw::uniform(rng);
  // right
  const double u = hm::draw::uniform(again);
  const double v = hm::draw::uniform(again);
  const double difference = u - v;

  CHECK((unspecified == difference || unspecified == -difference));
}

TEST_CASE("one engine in several blocks") {
  const hm::serial_executor run;
  std::vector<double> shared(8), own(8), first(1);
  {
    hm::random_engine rng(1);
    // wrong
    run.for_each_block(8, [&](hm::index block) {
      shared[static_cast<std::size_t>(block)] = hm::draw::uniform(rng);
    });
  }
  {
    hm::random_engine rng(1);
    // right
    const hm::random_streams streams(rng);
    run.for_each_block(8, [&](hm::index block) {
      hm::random_engine engine = streams[static_cast<std::uint64_t>(block)];
      own[static_cast<std::size_t>(block)] = hm::draw::uniform(engine);
    });
    hm::random_engine engine = streams[7];
    first[0] = hm::draw::uniform(engine);
  }
  CHECK(own[7] == first[0]);  // whoever came before
  CHECK(shared != own);
}

TEST_CASE("eta = 0") {
  scdbm model(hm::negative_binomial(2), hm::bernoulli(2), hm::bernoulli(1));
  hm::random_engine rng(1);
  // wrong
  CHECK_THROWS_AS(hm::sampled(model, hm::gibbs{}).generate(1, rng), std::domain_error);
  // right
  const std::vector<double> means{0.5, 3};
  model.visible().natural_from_mean(means, model.bias(0));   // eta < 0
  hm::admissible_sum{}.apply(hm::serial_executor{}, model);  // after every change of W or a
  const auto cells = hm::sampled(model, hm::gibbs{}).generate(1, rng);

  CHECK(cells.genes() == 2);
}

TEST_CASE("large counts as float") {
  // wrong
  hm::count_matrix<float> rounded(1);
  rounded.push_back(0, 16'777'217);
  rounded.finish_cell();
  CHECK(rounded.cell(0).values[0] == 16'777'216);
  // right
  hm::count_matrix<> exact(1);
  exact.push_back(0, 16'777'217);
  exact.finish_cell();
  CHECK(exact.cell(0).values[0] == 16'777'217);
  CHECK_THROWS_AS(exact.push_back(0, 3'000'000'000), std::overflow_error);
}

TEST_CASE("exact on a large layer") {
  hm::random_engine rng(1);
  scdbm model(hm::negative_binomial(2), hm::bernoulli(20), hm::bernoulli(2));
  const std::vector<double> means{0.5, 3};
  model.visible().natural_from_mean(means, model.bias(0));
  // wrong
  CHECK_THROWS_AS(hm::sampled(model, hm::exact{}).generate(10, rng), std::invalid_argument);
  // right
  const bool small = model.units<1>().states() <= hm::exact{}.max_states;
  const auto cells = small ? hm::sampled(model, hm::exact{}).generate(10, rng)
                           : hm::sampled(model, hm::gibbs{.burn_in = 200}).generate(10, rng);

  CHECK(cells.cells() == 10);
}

TEST_CASE("gene indices out of order") {
  const std::vector<std::int32_t> values{1, 2}, genes{2, 0};
  const std::vector<std::int64_t> pointers{0, 2};
  // wrong
  const hm::count_view<> view(values, genes, pointers, 3);  // not walked: nothing is noticed
  // right
  CHECK_THROWS_AS(hm::validate(view), std::invalid_argument);

  const hm::count_matrix<> counts = read_pilot();
  const std::vector<hm::index> unsorted{2, 0};
  CHECK_THROWS_AS((void)hm::select_genes(counts, unsorted), std::invalid_argument);
}

TEST_CASE("the training set's likelihood") {
  hm::random_engine tissue_rng(7);
  const auto pilot =
      hm::simulate_tissue({.cells = 60, .genes = 60, .markers_per_type = 5}, tissue_rng);
  const auto last_line = [&](hm::index units) {
    hm::random_engine rng(3);
    hm::training_settings<scdbm> settings{.hidden = {units, 2}};
    for (hm::index cell = 0; cell < 60; cell += 2) settings.held_out.push_back(cell);
    hm::recipe_trainer<scdbm, hm::count_matrix<>, hm::exact_em> trainer(pilot.counts, settings, {},
                                                                        rng);
    trainer.run(hm::serial_executor{}, hm::silent{});
    const auto& line = trainer.log().back();
    return std::pair(line.figure("log_likelihood").value(),
                     line.figure("held_out_log_likelihood").value());
  };
  const auto [small_seen, small_unseen] = last_line(1);
  const auto [large_seen, large_unseen] = last_line(7);
  MESSAGE("nats per cell, 1 unit: " << small_seen << " seen, " << small_unseen
                                    << " held out; 7 units: " << large_seen << " seen, "
                                    << large_unseen << " held out");
  CHECK(large_seen > small_seen);
  CHECK(large_seen - large_unseen > small_seen - small_unseen + 1);
}

TEST_CASE("burn-in of pinned states") {
  hm::random_engine rng(7);
  const auto pilot = hm::simulate_tissue({.cells = 150, .genes = 200, .markers_per_type = 10}, rng);
  const scdbm model = hm::train<scdbm>(hm::serial_executor{}, pilot.counts, {.hidden = {4, 2}},
                                       hm::exact_em{.iterations = 8}, rng);

  const auto first_hidden = [](const auto& state) {
    return std::vector<double>(state[1].begin(), state[1].end());
  };
  std::set<std::vector<double>> by_gibbs, by_exact;
  hm::gibbs_chain<scdbm> markov(model);
  markov.start(rng);
  const auto source = hm::exact{}.prepare(model);
  auto independent = source.make_chain();
  for (int k = 0; k < 1000; ++k) {
    markov.sweep(rng);
    if (k >= 50) by_gibbs.insert(first_hidden(markov.state()));
    independent.draw(rng);
    by_exact.insert(first_hidden(independent.state()));
  }
  MESSAGE("states of h_1 in 1000 steps: " << by_gibbs.size() << " by Gibbs, " << by_exact.size()
                                          << " by exact draws");
  CHECK(by_gibbs.size() < by_exact.size());
}
