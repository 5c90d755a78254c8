// SPDX-License-Identifier: MIT
#include "harmonium/training/dispersion_update.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using model_type = hm::dbm<hm::negative_binomial, hm::bernoulli>;
static_assert(hm::has_dispersions<model_type::visible_units>);
static_assert(!hm::has_dispersions<hm::poisson>);

namespace {

constexpr hm::index cells = 4000, genes = 9;

/// A model that knows the two kinds of toy cells, with a wrong theta.
struct setting {
  model_type model{hm::negative_binomial(genes, 0.3), hm::bernoulli(1)};
  hm::matrix<double> hidden = hm::matrix<double>::Zero(cells, 1);
  hm::vector<double> limits = hm::vector<double>::Constant(genes, -1e-6);

  setting() {
    for (hm::index m = 0; m < genes; ++m) {
      const double first = hm::nb_natural_from_mean(tiny::toy_mean(m, genes, false), 0.3);
      model.bias(0)[static_cast<std::size_t>(m)] = first;
      model.weights(0)(m, 0) =
          hm::nb_natural_from_mean(tiny::toy_mean(m, genes, true), 0.3) - first;
    }
    for (hm::index i = 1; i < cells; i += 2) hidden(i, 0) = 1;
  }

  [[nodiscard]] double mean(hm::index m) const {
    const double a = model.bias(0)[static_cast<std::size_t>(m)];
    const double theta = model.visible().inverse_dispersion()[m];
    return (hm::nb_mean(a, theta) + hm::nb_mean(a + model.weights(0)(m, 0), theta)) / 2;
  }
};

}  // namespace

TEST_CASE("each count with the mean of its own cell: theta is found, the means stay") {
  const auto counts = tiny::toy_counts(cells, genes, 6, 2.0);
  setting now;
  std::vector<double> before;
  for (hm::index m = 0; m < genes; ++m) before.push_back(now.mean(m));
  const auto statuses =
      hm::update_dispersion(hm::serial_executor{}, now.model, hm::counts_by_gene(counts),
                            now.hidden, hm::as_span(std::as_const(now.limits)), {.penalty = 0});
  for (hm::index m = 0; m < genes; ++m) {
    const auto u = static_cast<std::size_t>(m);
    CHECK(statuses[u] == hm::dispersion_status::converged);
    // The standard error of log theta at these means and 4000 cells is below 0.09.
    CHECK(std::abs(std::log(now.model.visible().inverse_dispersion()[m] / 2.0)) < 0.36);
    CHECK(now.mean(m) == doctest::Approx(before[u]).epsilon(1e-9));
  }
  // Pairing counts with means of other cells would read the types' difference as dispersion.
  setting paired;
  hm::matrix<double> shifted = paired.hidden;
  for (hm::index i = 0; i < cells; ++i) shifted(i, 0) = 1 - shifted(i, 0);
  hm::update_dispersion(hm::serial_executor{}, paired.model, hm::counts_by_gene(counts), shifted,
                        hm::as_span(std::as_const(paired.limits)), {.penalty = 0});
  CHECK(paired.model.visible().inverse_dispersion()[0] < 1);
}

TEST_CASE("threads change nothing; a gene without counts keeps its theta") {
  auto counts = tiny::toy_counts(cells, genes, 7);
  hm::count_matrix<> without(genes);
  for (hm::index i = 0; i < counts.cells(); ++i) {
    const auto cell = counts.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k)
      if (cell.genes[k] != 4) without.push_back(cell.genes[k], cell.values[k]);
    without.finish_cell();
  }
  setting serial, threaded;
  const auto limits = hm::as_span(std::as_const(serial.limits));
  const auto statuses = hm::update_dispersion(
      hm::serial_executor{}, serial.model, hm::counts_by_gene(without), serial.hidden, limits, {});
  hm::update_dispersion(hm::thread_executor(3), threaded.model, hm::counts_by_gene(without),
                        threaded.hidden, limits, {});
  CHECK(serial.model.parameters() == threaded.model.parameters());
  CHECK(serial.model.visible().inverse_dispersion() ==
        threaded.model.visible().inverse_dispersion());
  CHECK(statuses[4] == hm::dispersion_status::all_zero);
  CHECK(serial.model.visible().inverse_dispersion()[4] == 0.3);
}

TEST_CASE("cells alike are worked out together, to the same result") {
  const auto counts = tiny::toy_counts(cells, genes, 8);
  setting together, apart;
  // No two cells are alike, yet none by more than what the result shows.
  for (hm::index i = 0; i < cells; ++i)
    apart.hidden(i, 0) += (i % 2 == 1 ? -1e-8 : 1e-8) * (1 + 1e-3 * static_cast<double>(i));
  CHECK(hm::group_cells(together.hidden).size == std::vector<double>{cells / 2, cells / 2});
  CHECK(std::ssize(hm::group_cells(apart.hidden).size) == cells);
  for (setting* now : {&together, &apart})
    hm::update_dispersion(hm::serial_executor{}, now->model, hm::counts_by_gene(counts),
                          now->hidden, hm::as_span(std::as_const(now->limits)), {});
  for (hm::index m = 0; m < genes; ++m) {
    CHECK(together.model.visible().inverse_dispersion()[m] ==
          doctest::Approx(apart.model.visible().inverse_dispersion()[m]).epsilon(1e-6));
    CHECK(together.model.weights(0)(m, 0) ==
          doctest::Approx(apart.model.weights(0)(m, 0)).epsilon(1e-6));
    CHECK(together.mean(m) == doctest::Approx(apart.mean(m)).epsilon(1e-6));
  }
}

TEST_CASE("certain but for rounding is certain; anything else is a group of its own") {
  hm::matrix<double> hidden(5, 2);
  hidden << 0, 1, 1e-12, 1 - 1e-12, 0.3, 1, 0.3, 1, 0, 0.999;
  const auto alike = hm::group_cells(hidden);
  CHECK(alike.group == std::vector<std::size_t>{0, 0, 1, 1, 2});
  CHECK(alike.first == std::vector<hm::index>{0, 2, 4});
  CHECK(alike.size == std::vector<double>{2, 2, 1});
}

TEST_CASE("a cell of weight w is w copies of it") {
  const auto counts = tiny::toy_counts(cells, genes, 9);
  setting weighted, copied;
  hm::count_matrix<> copies(genes);
  std::vector<double> weights;
  std::vector<double> states;
  for (hm::index i = 0; i < cells; ++i) {
    const int times = i % 3 == 0 ? 3 : 1;
    weights.push_back(times);
    for (int n = 0; n < times; ++n) {
      const auto cell = counts.cell(i);
      for (std::size_t k = 0; k < cell.size(); ++k) copies.push_back(cell.genes[k], cell.values[k]);
      copies.finish_cell();
      states.push_back(weighted.hidden(i, 0));
    }
  }
  copied.hidden = Eigen::Map<const hm::matrix<double>>(states.data(), std::ssize(states), 1);
  hm::update_dispersion(hm::serial_executor{}, weighted.model, hm::counts_by_gene(counts),
                        weighted.hidden, hm::as_span(std::as_const(weighted.limits)), {}, weights);
  hm::update_dispersion(hm::serial_executor{}, copied.model, hm::counts_by_gene(copies),
                        copied.hidden, hm::as_span(std::as_const(copied.limits)), {});
  for (hm::index m = 0; m < genes; ++m) {
    CHECK(weighted.model.visible().inverse_dispersion()[m] ==
          doctest::Approx(copied.model.visible().inverse_dispersion()[m]).epsilon(1e-8));
    CHECK(weighted.model.weights(0)(m, 0) ==
          doctest::Approx(copied.model.weights(0)(m, 0)).epsilon(1e-8));
    CHECK(weighted.mean(m) == doctest::Approx(copied.mean(m)).epsilon(1e-9));
  }
}
