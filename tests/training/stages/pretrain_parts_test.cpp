// SPDX-License-Identifier: MIT
#include "harmonium/training/stages/pretrain_parts.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/core/join_columns.hpp"
#include "harmonium/io/labels.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/metrics/label_codes.hpp"
#include "harmonium/models/given_part.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/training/negative/block_particles.hpp"
#include "harmonium/training/negative/collapsed_particles.hpp"
#include "harmonium/training/recipe.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/stages/joint.hpp"
#include "harmonium/training/stages/pretrain.hpp"
#include "harmonium/training/stages/sampled_em.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "support/batch_cells.hpp"
#include "support/shared.hpp"
#include "support/tiny_parts.hpp"

namespace hm = harmonium;

namespace {

using machine = tiny::two_towers_joined;

hm::training_settings<machine> settings_of() {
  return {.hidden = {hm::in_parts({3, 2}), 2},
          .visible = {.parts = {6, hm::one_hot{.groups = 1, .categories = 3}}}};
}

template <class Model>
double mean_log_likelihood(const Model& model, const hm::count_matrix<>& rows) {
  const hm::hidden_enumeration<Model> hidden(model);
  return hm::exact_fit(hm::serial_executor{}, model, hidden, rows).log_likelihood;
}

/// E[statistics] of data less model: the gradient of the mean log-likelihood, zero between parts.
template <class Model>
hm::vector<double> gradient_of(const Model& model, const hm::count_matrix<>& rows) {
  const hm::hidden_enumeration<Model> hidden(model);
  hm::vector<double> gradient = -hm::exact_model_statistics(model, hidden);
  for (hm::index i = 0; i < rows.cells(); ++i)
    hm::add_exact_data_statistics(model, hidden, rows.cell(i),
                                  1 / static_cast<double>(rows.cells()), gradient);
  hm::keep_parts(model, gradient);
  return gradient;
}

template <class Model>
void check_parts_kept(const Model& model) {
  auto kept = model;
  hm::keep_parts(kept);
  CHECK(kept.parameters() == model.parameters());
}

template <class Recipe>
auto trained(const hm::count_matrix<>& rows, const Recipe& recipe, std::uint64_t seed) {
  hm::random_engine rng(seed);
  hm::recipe_trainer<machine, hm::count_matrix<>, Recipe> training(rows, settings_of(), recipe,
                                                                   rng);
  training.run(hm::serial_executor{}, hm::silent{});
  return training;
}

std::vector<double> likelihoods(const hm::training_log& log, const std::string& stage) {
  std::vector<double> values;
  for (const auto& line : log)
    if (line.stage == stage)
      for (const auto& figure : line.figures)
        if (figure.name == "log_likelihood") values.push_back(figure.value);
  return values;
}

}  // namespace

TEST_CASE("the gradient of a machine of parts is that of finite differences") {
  const auto rows = support::make_batches(60, 1).rows();
  auto model = hm::make_model<machine>(9, settings_of());
  hm::random_engine rng(2);
  for (double& p : model.parameters()) p = hm::draw::uniform(-0.5, 0.5, rng);
  hm::keep_parts(model);
  for (std::size_t m = 0; m < 6; ++m) model.bias(0)[m] = -2;
  const auto gradient = gradient_of(model, rows);
  hm::vector<double> linked = hm::vector<double>::Ones(gradient.size());
  hm::keep_parts(model, linked);
  // Central differences: rounding of the likelihood over the step, and its square.
  constexpr double step = 1e-4, tolerance = 1e-7;
  for (hm::index i = 0; i < gradient.size(); ++i) {
    auto up = model, down = model;
    up.parameters()[i] += step;
    down.parameters()[i] -= step;
    const double slope =
        (mean_log_likelihood(up, rows) - mean_log_likelihood(down, rows)) / (2 * step);
    CAPTURE(i);
    if (linked[i] != 0)
      CHECK(std::abs(slope - gradient[i]) < tolerance * (1 + 100 * std::abs(slope)));
    else
      CHECK(gradient[i] == 0);
  }
}

TEST_CASE("parts trained alone are put in their places") {
  const auto made = support::make_batches(150, 3);
  const auto rows = made.rows();
  const auto training = trained(rows, hm::pretrain_parts<>{}, 4);
  const auto& model = training.model();
  check_parts_kept(model);
  CHECK(training.log().front().stage == "part 1, exact maximum likelihood");
  CHECK(training.log().back().stage == "part 2, exact maximum likelihood");
  // With the joining weights off, the likelihood is the sum of the two machines' own.
  auto apart = model;
  apart.weights(1).setZero();
  const auto counts = likelihoods(training.log(), "part 1, exact maximum likelihood");
  const auto plates = likelihoods(training.log(), "part 2, exact maximum likelihood");
  CHECK(mean_log_likelihood(apart, rows) ==
        doctest::Approx(counts.back() + plates.back()).epsilon(1e-9));
  CHECK(counts.back() > counts.front() - 1e-9);
  // Alike plates need no hidden units, but their units tell them apart.
  CHECK(plates.back() == doctest::Approx(-std::log(3.0)).epsilon(1e-6));
  CHECK(model.weights(0).bottomRows(3).rightCols(2).cwiseAbs().maxCoeff() > 1);
  // Dispersions were fitted: var = mean + mean^2 / 5 within a type and plate.
  CHECK(model.visible().part<0>().inverse_dispersion().minCoeff() > 1.5);
}

TEST_CASE("exact EM of a machine of parts never loses likelihood") {
  const auto rows = support::make_batches(150, 5).rows();
  hm::exact_em em{.iterations = 25, .tolerance = 0, .refit_every = 0};
  em.m_step.newton.ridge = 1e-6;
  em.m_step.upper.ridge = 1e-6;
  const auto alone = trained(rows, em, 6);
  const auto values = likelihoods(alone.log(), "exact maximum likelihood");
  // Hidden means are kept 1e-4 off their border, which the likelihood feels at most as much.
  for (std::size_t i = 1; i < values.size(); ++i) CHECK(values[i] > values[i - 1] - 1e-4);
  CHECK(values.back() > values.front());
  check_parts_kept(alone.model());
  // Means and first-layer weights are at the maximum: nothing is left of their gradient that the
  // model may follow. Dispersions start at 0.5, so the scale of a gradient is a gene's mean, 5.
  const auto gradient = gradient_of(alone.model(), rows);
  CHECK(gradient.head(9).cwiseAbs().maxCoeff() < 1e-3);
  CHECK(alone.model().weights_of(gradient, 0).cwiseAbs().maxCoeff() < 0.1);

  const auto greedy = trained(rows, hm::then<hm::pretrain_parts<>, hm::exact_em>{}, 6);
  check_parts_kept(greedy.model());
  const auto joint = likelihoods(greedy.log(), "exact maximum likelihood");
  const double apart = likelihoods(greedy.log(), "part 1, exact maximum likelihood").back() +
                       likelihoods(greedy.log(), "part 2, exact maximum likelihood").back();
  // Three genes tell the plate: the layers that join the parts have found it.
  CHECK(joint.back() > apart + 0.5);
}

TEST_CASE("stochastic joint training raises the exact likelihood and keeps the parts") {
  const auto rows = support::make_batches(600, 7).rows();
  using recipe = hm::then<hm::pretrain_parts<>, hm::joint<hm::collapsed_particles>>;
  // Of twelve runs eight ended above the parts on their own, by 0.22 on average, with a standard
  // deviation of 0.23.
  double above = 0;
  constexpr int runs = 6;
  for (const std::uint64_t seed : {8u, 9u, 10u, 11u, 12u, 13u}) {
    const auto training = trained(rows, recipe(hm::pretrain_parts<>{}, {.epochs = 40}), seed);
    check_parts_kept(training.model());
    const auto values = likelihoods(training.log(), "joint training");
    CHECK(values.back() > values.front());
    const double apart =
        likelihoods(training.log(), "part 1, exact maximum likelihood").back() - std::log(3.0);
    above += (values.back() - apart) / runs;
  }
  CHECK(above > -0.05);  // 2.9 standard errors below
  // Greedy training by steps is that of all parts at once, as they do not meet.
  const auto steps = trained(rows, hm::pretrain<hm::collapsed_particles>{.epochs = {10, 5}}, 9);
  check_parts_kept(steps.model());
}

TEST_CASE("parts joined in the first hidden layer train as one machine") {
  using joined = tiny::joined_at_once;
  const auto rows = support::make_batches(300, 19).rows();
  const hm::training_settings<joined> settings{
      .hidden = {5}, .visible = {.parts = {6, hm::one_hot{.groups = 1, .categories = 3}}}};
  hm::random_engine rng(20);
  hm::recipe_trainer<joined, hm::count_matrix<>, hm::exact_em> training(rows, settings, {}, rng);
  training.run(hm::serial_executor{}, hm::silent{});
  const auto& model = training.model();
  // The batch is in the weights: counts of a plate differ by its gene.
  for (hm::index plate = 0; plate < 3; ++plate) {
    std::vector<double> one_hot(3, 0.0);
    one_hot[static_cast<std::size_t>(plate)] = 1;
    const auto of_plate = hm::given_part<1>(model, std::span<const double>(one_hot));
    const auto moments = hm::exact_model_statistics(of_plate, hm::hidden_enumeration(of_plate));
    for (hm::index m = 3; m < 6; ++m)
      // Five standard errors of 100 cells, and what five units leave.
      CHECK(std::abs(moments[m] - (m - 3 == plate ? 8 : 2)) <
            5 * std::sqrt((m - 3 == plate ? 8 + 64 / 5.0 : 2 + 4 / 5.0) / 100) + 0.3);
  }
  // The same by particles in place of all states.
  const auto sampled = hm::train<joined>(hm::serial_executor{}, rows, settings,
                                         hm::sampled_em{.iterations = 12}, rng);
  CHECK(mean_log_likelihood(sampled, rows) > mean_log_likelihood(model, rows) - 1);
}

TEST_CASE("hidden parts of different families train by steps") {
  using mixed =
      hm::partitioned<hm::part<hm::negative_binomial, hm::bernoulli>,
                      hm::part<hm::categorical, hm::categorical>, hm::joined<hm::bernoulli>>;
  const auto rows = support::make_batches(600, 17).rows();
  hm::random_engine rng(18);
  using recipe = hm::then<hm::pretrain_parts<>, hm::joint<hm::block_particles>>;
  hm::recipe_trainer<mixed, hm::count_matrix<>, recipe> training(
      rows,
      {.hidden = {hm::in_parts({3, 3}), 2},
       .visible = {.parts = {6, hm::one_hot{.groups = 1, .categories = 3}}}},
      recipe(hm::pretrain_parts<>{}, {.epochs = 40}), rng);
  training.run(hm::serial_executor{}, hm::silent{});
  check_parts_kept(training.model());
  const auto values = likelihoods(training.log(), "joint training");
  CHECK(values.back() > values.front() + 0.3);
}

TEST_CASE("training of parts has the same bits for any number of threads") {
  const auto rows = support::make_batches(90, 10).rows();
  using recipe = hm::then<hm::pretrain_parts<>, hm::exact_em>;
  hm::random_engine one(11), two(11);
  const auto serial = hm::train<machine>(hm::serial_executor{}, rows, settings_of(), recipe{}, one);
  const auto threaded =
      hm::train<machine>(hm::thread_executor(3), rows, settings_of(), recipe{}, two);
  CHECK(serial.parameters() == threaded.parameters());
  CHECK(serial.visible().part<0>().inverse_dispersion() ==
        threaded.visible().part<0>().inverse_dispersion());
}

TEST_CASE("held-out rows do not train parts") {
  const auto rows = support::make_batches(90, 12).rows();
  auto settings = settings_of();
  hm::count_matrix<> first(9);
  for (hm::index i = 0; i < 60; ++i) {
    const auto cell = rows.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k) first.push_back(cell.genes[k], cell.values[k]);
    first.finish_cell();
  }
  for (hm::index i = 60; i < 90; ++i) settings.held_out.push_back(i);
  hm::random_engine one(13), two(13);
  const auto of_all =
      hm::train<machine>(hm::serial_executor{}, rows, settings, hm::pretrain_parts<>{}, one);
  const auto of_first =
      hm::train<machine>(hm::serial_executor{}, first, settings_of(), hm::pretrain_parts<>{}, two);
  CHECK(of_all.parameters() == of_first.parameters());
}

TEST_CASE("shapes that do not fit the data are refused") {
  const auto rows = support::make_batches(30, 14).rows();
  auto settings = settings_of();
  settings.visible.parts = {6, hm::one_hot{.groups = 1, .categories = 4}};
  hm::random_engine rng(15);
  CHECK_THROWS_WITH_AS(
      (void)hm::train<machine>(hm::serial_executor{}, rows, settings, hm::exact_em{}, rng),
      "train: the visible parts have 10 columns together, the data 9", std::invalid_argument);
  hm::count_matrix<> two_plates(9);
  two_plates.push_back(0, 3);
  two_plates.push_back(6, 1);
  two_plates.push_back(8, 1);
  two_plates.finish_cell();
  CHECK_THROWS_WITH_AS(
      (void)hm::train<machine>(hm::serial_executor{}, two_plates, settings_of(), hm::exact_em{},
                               rng),
      "supported data: 1 in row 0, gene 8 is not among the values of the visible units",
      std::domain_error);
  hm::dbm<hm::negative_binomial, hm::bernoulli> other(hm::negative_binomial(5, 1.0),
                                                      hm::bernoulli(3));
  auto model = hm::make_model<machine>(9, settings_of());
  CHECK_THROWS_WITH_AS(hm::set_part<0>(model, other),
                       "set_part: the machine's layers are not those of part 0",
                       std::invalid_argument);
}

/// log(1 + x) of every entry.
hm::matrix<double> logs(hm::matrix<double> of) {
  for (hm::index i = 0; i < of.size(); ++i) of.data()[i] = std::log1p(of.data()[i]);
  return of;
}

TEST_CASE("cells of a clamped plate are nearer to that plate's") {
  const auto folder = shared_path("data/celseq2_5cl");
  if (!folder) {
    MESSAGE("skipped: no shared data set celseq2_5cl");
    return;
  }
  const auto data = hm::io::read_10x(*folder);
  const auto table = hm::io::read_labels(*folder / "cells.tsv", "plate");
  const auto plate = hm::code_labels(hm::io::join_labels(table, data.barcodes).labels).codes;
  constexpr hm::index genes = 200;
  const auto counts = hm::columns_between(data.counts, 0, genes);
  const auto rows = hm::join_columns(counts, hm::one_hot_columns(plate, 3));
  hm::random_engine rng(16);
  const auto model =
      hm::train<machine>(hm::thread_executor(2), rows,
                         {.hidden = {hm::in_parts({6, 2}), 4},
                          .visible = {.parts = {genes, hm::one_hot{.groups = 1, .categories = 3}}}},
                         hm::then<hm::pretrain_parts<>, hm::exact_em>{}, rng);

  hm::matrix<double> means = hm::matrix<double>::Zero(3, genes);
  hm::vector<double> cells = hm::vector<double>::Zero(3);
  const hm::matrix<double> real = hm::to_dense(counts);
  for (std::size_t i = 0; i < plate.size(); ++i) {
    means.row(plate[i]) += real.row(static_cast<hm::index>(i));
    cells[plate[i]] += 1;
  }
  for (hm::index p = 0; p < 3; ++p) means.row(p) /= cells[p];
  means = logs(means);
  // Distance of the log means of cells clamped to a plate (row) to those of every plate.
  hm::matrix<double> distance(3, 3);
  for (hm::index p = 0; p < 3; ++p) {
    std::vector<double> one_hot(3, 0.0);
    one_hot[static_cast<std::size_t>(p)] = 1;
    const auto of_plate = hm::given_part<1>(model, std::span<const double>(one_hot));
    const hm::matrix<double> drawn =
        hm::to_dense(hm::sampled(of_plate, hm::exact{}).generate(hm::thread_executor(2), 600, rng));
    const hm::matrix<double> mean = logs(drawn.colwise().mean());
    for (hm::index q = 0; q < 3; ++q) distance(p, q) = (mean - means.row(q)).norm();
    for (hm::index q = 0; q < 3; ++q)
      if (q != p) CHECK(distance(p, p) < 0.7 * distance(p, q));
  }
  // The other way round: the plate that is most probable given a cell's counts.
  const hm::hidden_enumeration<machine> hidden(model);
  double right = 0;
  std::vector<double> row(static_cast<std::size_t>(genes + 3));
  for (std::size_t i = 0; i < plate.size(); ++i) {
    std::copy_n(real.row(static_cast<hm::index>(i)).data(), genes, row.begin());
    std::vector<double> evidence;
    for (std::size_t q = 0; q < 3; ++q) {
      std::fill_n(row.begin() + genes, 3, 0.0);
      row[static_cast<std::size_t>(genes) + q] = 1;
      evidence.push_back(hm::log_unnormalised(model, hidden, std::span<const double>(row), 0.0));
    }
    const auto best = std::max_element(evidence.begin(), evidence.end()) - evidence.begin();
    right += best == plate[i] ? 1 : 0;
  }
  const double all = cells.sum(), chance = cells.maxCoeff() / all;
  MESSAGE("distances\n", distance, "\nplate told by its counts: ", right / all, ", chance ",
          chance);
  CHECK(right / all > chance + 5 * std::sqrt(chance * (1 - chance) / all));
}
