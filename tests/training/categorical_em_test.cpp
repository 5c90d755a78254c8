// SPDX-License-Identifier: MIT
#include "harmonium/training/categorical_em.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <stdexcept>
#include <vector>

#include "harmonium/states/hidden_enumeration.hpp"
#include "support/random_counts.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::serial_executor serial;

template <class Sizes = hm::no_size_factors>
hm::categorical_fit trained(const hm::count_matrix<>& counts,
                            const hm::categorical_em_options& options,
                            std::span<const hm::index> labels = {}, std::uint64_t seed = 1) {
  hm::random_engine rng(seed);
  hm::categorical_trainer<hm::count_matrix<>, Sizes> trainer(counts, labels, options, rng);
  trainer.run(serial, hm::silent{});
  return trainer.model();
}

void check_sound(const hm::categorical_fit& fit, hm::index cells) {
  CHECK(fit.weights.size() == fit.components());
  CHECK(fit.weights.sum() == doctest::Approx(1).epsilon(1e-12));
  CHECK(fit.mean.minCoeff() > 0);
  CHECK(fit.mean.allFinite());
  CHECK(fit.theta.minCoeff() > 0);
  CHECK(fit.theta.allFinite());
  CHECK(fit.responsibilities.rows() == cells);
  for (hm::index i = 0; i < cells; ++i)
    CHECK(fit.responsibilities.row(i).sum() == doctest::Approx(1).epsilon(1e-12));
  CHECK(std::isfinite(fit.log_likelihood));
  CHECK(std::ssize(fit.type) == fit.components());
}

/// Stops in the middle of its n-th block.
struct impatient {
  mutable hm::index left;
  template <std::invocable<hm::index> Body>
  void for_each_block(hm::index blocks, Body&& body) const {
    for (hm::index block = 0; block < blocks; ++block) {
      if (--left == 0) throw hm::stopped_by_observer{};
      body(block);
    }
  }
};

/// The two kinds of toy cells with depths that vary.
hm::count_matrix<> deep_and_shallow(hm::index cells, hm::index genes, std::uint64_t seed) {
  hm::count_matrix<> counts(genes);
  hm::random_engine rng(seed);
  for (hm::index i = 0; i < cells; ++i) {
    const double s = i % 3 == 0 ? 0.4 : i % 3 == 1 ? 1.0 : 1.6;
    for (hm::index m = 0; m < genes; ++m)
      counts.push_back(
          m, hm::draw::negative_binomial(s * tiny::toy_mean(m, genes, i % 2 == 1), 2 * s, rng));
    counts.finish_cell();
  }
  return counts;
}

}  // namespace

TEST_CASE("the fit is a harmonium: same likelihood of every cell") {
  const auto counts = tiny::toy_counts(120, 15, 1);
  const auto fit = trained(counts, {.components = 4});
  REQUIRE(fit.components() == 4);
  const auto model = hm::to_harmonium(fit);
  const hm::hidden_enumeration<std::remove_cvref_t<decltype(model)>> hidden(model);
  double sum = 0;
  for (hm::index i = 0; i < counts.cells(); ++i) {
    double base = 0;
    hm::row::for_each_nonzero(counts.cell(i), [&](hm::index m, auto value) {
      base += hm::nb_log_base_measure(static_cast<double>(value), fit.theta[m]);
    });
    const double harmonium = hm::log_likelihood(model, hidden, counts.cell(i), base);
    sum += harmonium;
    std::vector<double> terms;  // of the mixture, from its own parameters
    const auto dense = hm::to_dense(counts);
    for (hm::index c = 0; c < 4; ++c) {
      double term = std::log(fit.weights[c]);
      for (hm::index m = 0; m < 15; ++m)
        term += hm::nb_log_pmf(dense(i, m), hm::nb_natural_from_mean(fit.mean(c, m), fit.theta[m]),
                               fit.theta[m]);
      terms.push_back(term);
    }
    const double mixture = hm::math::log_sum_exp(std::span<const double>(terms));
    CHECK(harmonium == doctest::Approx(mixture).epsilon(1e-12));
  }
  const double all = hm::mean_log_likelihood(serial, fit, counts, fit.sizes);
  CHECK(all == doctest::Approx(sum / 120).epsilon(1e-11));
  CHECK(hm::mean_log_likelihood(hm::thread_executor(2), fit, counts, fit.sizes) == all);
  // log Z = 0: b_c = log pi_c - A_c, A_c the log-partition of the visible layer given c.
  CHECK(std::abs(hidden.log_partition()) < 1e-9);
  for (hm::index c = 0; c < 4; ++c) {
    double partition = 0;
    for (hm::index m = 0; m < 15; ++m)
      partition += hm::nb_log_partition(
          model.bias(0)[static_cast<std::size_t>(m)] + model.weights(0)(m, c), fit.theta[m]);
    CHECK(model.bias(1)[static_cast<std::size_t>(c)] ==
          doctest::Approx(std::log(fit.weights[c]) - partition).epsilon(1e-10));
    CHECK(hidden.probability(c) == doctest::Approx(fit.weights[c]).epsilon(1e-9));
  }
}

TEST_CASE_TEMPLATE("EM is monotone while theta stays", Sizes, hm::no_size_factors,
                   hm::scaled_dispersion) {
  const auto counts = deep_and_shallow(150, 15, 2);
  hm::random_engine rng(1);
  hm::categorical_trainer<hm::count_matrix<>, Sizes> trainer(counts, {},
                                                             {.components = 5,
                                                              .max_iterations = 40,
                                                              .tolerance = 0,
                                                              .pseudo_cells = 0,
                                                              .dispersion_every = 0},
                                                             rng);
  double before = -1e300;
  bool moved = false;
  CHECK(trainer.step(serial).stage == "components");
  while (!trainer.done()) {
    // The weights have a prior of a tenth of a cell per component.
    double prior = 0;
    for (const double w : trainer.model().weights) prior += 0.1 * std::log(w) / 150;
    trainer.step(serial);
    const double now = trainer.model().log_likelihood + prior;
    CHECK(now > before - 1e-10);
    moved = moved || (before > -1e300 && now > before + 1e-3);
    before = now;
  }
  CHECK(moved);
  CHECK(trainer.model().theta == hm::vector<double>::Ones(15));
}

TEST_CASE_TEMPLATE("finds the two kinds of cells, their means and theta", Sizes,
                   hm::no_size_factors, hm::scaled_dispersion, hm::scaled_mean) {
  constexpr hm::index cells = 400, genes = 18;
  const auto counts =
      Sizes::uses_sizes ? deep_and_shallow(cells, genes, 3) : tiny::toy_counts(cells, genes, 3);
  const auto fit = trained<Sizes>(counts, {.components = 2, .dispersion = {.penalty = 0}});
  check_sound(fit, cells);
  REQUIRE(fit.components() == 2);
  const auto found = fit.assignments();
  int wrong = 0;
  for (std::size_t i = 0; i < found.size(); ++i) wrong += found[i] != found[i % 2];
  CHECK(wrong <= (Sizes::uses_sizes ? 8 : 2));  // the shallow cells hold little to go by
  CHECK(found[0] != found[1]);
  for (hm::index m = 0; m < genes; ++m) {
    for (std::size_t kind = 0; kind < 2; ++kind) {
      const double truth = tiny::toy_mean(m, genes, kind == 1);
      const double error = std::sqrt((truth + truth * truth / 2) / 200);  // about, with sizes
      CHECK(std::abs(fit.mean(found[kind], m) - truth) < 6 * error);
    }
    // scaled_mean fits depth-dependent thetas with one number.
    if (!std::is_same_v<Sizes, hm::scaled_mean>) CHECK(std::abs(std::log(fit.theta[m] / 2)) < 0.8);
    CHECK(fit.statuses[static_cast<std::size_t>(m)] == hm::dispersion_status::converged);
  }
}

TEST_CASE("without components and labels it is one negative binomial per gene") {
  const auto counts = tiny::toy_counts(60, 7, 4);
  const auto fit = trained(counts, {.components = 1, .pseudo_cells = 0});
  check_sound(fit, 60);
  CHECK(fit.components() == 1);
  CHECK(fit.weights[0] == doctest::Approx(1));
  const auto means = hm::gene_means(counts);
  for (hm::index m = 0; m < 7; ++m)
    CHECK(fit.mean(0, m) == doctest::Approx(means[m]).epsilon(1e-12));
  CHECK(fit.converged);
}

TEST_CASE("labels clamp the group, and gaps between them do not matter") {
  const auto counts = tiny::toy_counts(90, 12, 5);
  std::vector<hm::index> labels(90);
  for (std::size_t i = 0; i < 90; ++i) labels[i] = i % 2 == 0 ? 5 : i % 3 == 0 ? 1 : 1000000000000;
  const auto fit = trained(counts, {.components = 6, .min_cells = 8}, labels);
  check_sound(fit, 90);
  CHECK(fit.components() > 3);  // the largest label has several
  for (hm::index i = 0; i < 90; ++i)
    for (hm::index c = 0; c < fit.components(); ++c)
      if (fit.type[static_cast<std::size_t>(c)] != labels[static_cast<std::size_t>(i)])
        CHECK(fit.responsibilities(i, c) == 0);
  // One component per label: their means are the labelled cells' means.
  const auto plain = trained(counts, {.components = 1, .pseudo_cells = 0}, labels);
  REQUIRE(plain.type == std::vector<hm::index>{1, 5, 1000000000000});
  const auto dense = hm::to_dense(counts);
  hm::vector<double> sum = hm::vector<double>::Zero(12);
  for (hm::index i = 0; i < 90; i += 2) sum += dense.row(i).transpose();
  for (hm::index m = 0; m < 12; ++m)
    CHECK(plain.mean(1, m) == doctest::Approx(sum[m] / 45).epsilon(1e-10));
}

TEST_CASE("pilots at the edge: one cell, a gene and a cell without counts, many components") {
  hm::count_matrix<> one(3);
  one.push_back(1, 4);
  one.finish_cell();
  const auto single = trained(one, {});
  check_sound(single, 1);
  CHECK(single.components() == 1);
  CHECK(single.mean(0, 1) == doctest::Approx(4));

  hm::random_engine rng(6);
  const auto counts = support::random_counts(30, 10, rng);  // cell 1 and gene 2 are all zero
  for (const hm::index min_cells : {1, 12}) {
    const auto fit = trained(counts, {.components = 50, .min_cells = min_cells});
    check_sound(fit, 30);
    CHECK(fit.components() <= 30 / min_cells);
    CHECK(fit.components() >= 2);
    CHECK(fit.statuses[2] == hm::dispersion_status::all_zero);
    CHECK(fit.mean.col(2).maxCoeff() < 1e-9);
    check_sound(trained<hm::scaled_dispersion>(counts, {.min_cells = min_cells}), 30);
    check_sound(trained<hm::scaled_mean>(counts, {.min_cells = min_cells}), 30);
  }
  // Convergence may be looked for from the first iteration on.
  check_sound(trained(counts, {.min_iterations = 0, .tolerance = 1, .dispersion_every = 0}), 30);
  check_sound(trained(counts, {.max_iterations = 1}), 30);
}

TEST_CASE("a copy of the trainer goes on with the same bits; so do other numbers of threads") {
  const auto counts = tiny::toy_counts(130, 150, 7);
  const hm::categorical_em_options options{.components = 5, .tolerance = 0};
  hm::random_engine rng(3), again(3);
  hm::categorical_trainer trainer(counts, {}, options, rng);
  using trainer_type = decltype(trainer);
  for (int n = 0; n < 6; ++n) trainer.step(serial);
  trainer_type copy = trainer;
  CHECK(trainer.run(serial, hm::silent{}));
  CHECK(copy.run(hm::thread_executor(3), hm::silent{}));
  trainer_type threads(counts, {}, options, again);
  threads.run(hm::thread_executor(2), hm::silent{});
  CHECK(rng == again);
  for (const auto* other : {&copy, &threads}) {
    CHECK(other->model().mean == trainer.model().mean);
    CHECK(other->model().theta == trainer.model().theta);
    CHECK(other->model().weights == trainer.model().weights);
    CHECK(other->model().responsibilities == trainer.model().responsibilities);
    CHECK(other->model().log_likelihood == trainer.model().log_likelihood);
  }
  CHECK(trainer.log().size() == 31);
  CHECK_THROWS_AS(trainer.step(serial), std::invalid_argument);
}

TEST_CASE("an observer may stop it") {
  const auto counts = tiny::toy_counts(60, 12, 8);
  hm::random_engine rng(1);
  hm::categorical_trainer trainer(counts, {}, {.components = 2}, rng);
  CHECK_FALSE(trainer.run(serial, [&](const hm::progress& at) {
    CHECK(at.done <= at.total);
    return at.stage == "expectation-maximisation" && at.done == 3 ? hm::flow::stop
                                                                  : hm::flow::proceed;
  }));
  CHECK(trainer.log().size() == 4);
}

TEST_CASE("what makes no sense is refused") {
  const auto counts = tiny::toy_counts(20, 6, 9);
  const std::vector<hm::index> few(19, 0), negative(20, -1);
  CHECK_THROWS_AS(trained(counts, {.components = 0}), std::invalid_argument);
  CHECK_THROWS_AS(trained(counts, {.min_cells = 0}), std::invalid_argument);
  CHECK_THROWS_AS(trained(counts, {.max_iterations = 0}), std::invalid_argument);
  CHECK_THROWS_AS(trained(counts, {.pseudo_cells = -1}), std::invalid_argument);
  CHECK_THROWS_AS(trained(counts, {.initial_dispersion = 0}), std::invalid_argument);
  CHECK_THROWS_AS(trained(counts, {}, few), std::invalid_argument);
  CHECK_THROWS_AS(trained(counts, {}, negative), std::invalid_argument);
  hm::count_matrix<> empty(6);
  CHECK_THROWS_AS(trained(empty, {}), std::invalid_argument);
  empty.finish_cell();
  CHECK_THROWS_AS(trained(empty, {}), std::invalid_argument);
  const auto fit = trained(counts, {});
  CHECK_THROWS_AS(hm::mean_log_likelihood(serial, fit, counts, hm::vector<double>::Ones(3)),
                  std::invalid_argument);
}

TEST_CASE("of large pilots the start and theta see some cells, the likelihood all") {
  constexpr hm::index cells = 900, genes = 18;
  const auto counts = tiny::toy_counts(cells, genes, 10);
  const auto fit = trained(
      counts,
      {.components = 2, .dispersion = {.penalty = 0}, .start_cells = 150, .dispersion_cells = 300});
  check_sound(fit, cells);
  const auto found = fit.assignments();
  int wrong = 0;
  for (std::size_t i = 0; i < found.size(); ++i) wrong += found[i] != found[i % 2];
  CHECK(wrong <= 4);
  for (hm::index m = 0; m < genes; ++m) {
    CHECK(std::abs(std::log(fit.theta[m] / 2)) < 0.9);
    const double truth = tiny::toy_mean(m, genes, false);
    CHECK(std::abs(fit.mean(found[0], m) - truth) <
          6 * std::sqrt((truth + truth * truth / 2) / 450));
  }
  // With labels, small ones keep their cells.
  std::vector<hm::index> labels(cells, 0);
  for (std::size_t i = 0; i < 20; ++i) labels[i] = 1;
  const auto clamped = trained(counts, {.components = 2, .start_cells = 150}, labels);
  check_sound(clamped, cells);
  CHECK(clamped.type == std::vector<hm::index>{0, 0, 1});
}

TEST_CASE("a step that was stopped half-way is done anew, with the same bits") {
  const auto counts = tiny::toy_counts(130, 40, 7);
  hm::random_engine rng(3), again(3);
  hm::categorical_trainer straight(counts, {}, {.components = 4}, rng);
  straight.run(serial, hm::silent{});
  hm::categorical_trainer stopped(counts, {}, {.components = 4}, again);
  hm::index patience = 0;
  while (!stopped.done()) {
    patience = patience % 40 + 3;
    try {
      stopped.step(impatient{patience});
    } catch (const hm::stopped_by_observer&) {
      stopped.step(serial);
    }
  }
  CHECK(stopped.model().mean == straight.model().mean);
  CHECK(stopped.model().theta == straight.model().theta);
  CHECK(stopped.model().responsibilities == straight.model().responsibilities);
}
