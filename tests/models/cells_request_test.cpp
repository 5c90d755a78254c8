// SPDX-License-Identifier: MIT
#include "harmonium/models/cells_request.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "harmonium/models/baselines/bootstrap.hpp"
#include "harmonium/models/correlated_cells.hpp"
#include "harmonium/models/residuals/independent_scores.hpp"
#include "harmonium/training/train_harmonium.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "support/donor_cells.hpp"
#include "support/moments.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::serial_executor serial;
using independent = hm::correlated_cells<hm::independent_scores>;

/// Two states of three genes, which are independent within a state.
independent two_states() {
  hm::count_states states;
  states.weights = hm::vector<double>::Constant(2, 0.5);
  states.mean.resize(2, 3);
  states.mean << 0.5, 2, 4, 3, 2, 1;
  states.theta = hm::matrix<double>::Constant(2, 3, 2);
  return {serial, states, {}, hm::vector<double>::Constant(3, 200)};
}

double mass(double count, double mean, double theta) {
  return std::exp(std::lgamma(count + theta) - std::lgamma(theta) - std::lgamma(count + 1) +
                  theta * std::log(theta / (theta + mean)) +
                  count * std::log(mean / (theta + mean)));
}

}  // namespace

TEST_CASE("clamped counts: the states that cells come from are those of Bayes' rule") {
  const auto model = two_states();
  const std::vector<hm::clamped_gene> clamped{{0, 0}, {2, 3}};
  hm::random_engine rng(1);
  const hm::index cells = 20000;
  const auto made = hm::generate(serial, model, {.cells = cells, .clamped = clamped}, rng);
  REQUIRE(made.cells.cells() == cells);
  double first = 0, other = 0;
  double chance[2];
  for (int s = 0; s < 2; ++s)
    chance[s] = mass(0, model.states().mean(s, 0), 2) * mass(3, model.states().mean(s, 2), 2);
  for (hm::index i = 0; i < cells; ++i) {
    const auto cell = made.cells.cell(i);
    REQUIRE(std::find(cell.genes.begin(), cell.genes.end(), 0) == cell.genes.end());
    const auto at = std::find(cell.genes.begin(), cell.genes.end(), 2) - cell.genes.begin();
    REQUIRE(cell.values[static_cast<std::size_t>(at)] == 3);
    first += made.state[static_cast<std::size_t>(i)] == 0 ? 1 : 0;
    for (std::size_t k = 0; k < cell.size(); ++k)
      if (cell.genes[k] == 1) other += cell.values[k];
  }
  // Five standard errors of a share of 20,000: 0.018. Systematic sampling of states has less.
  CHECK(std::abs(first / static_cast<double>(cells) - chance[0] / (chance[0] + chance[1])) < 0.018);
  // The third gene is not told by them: mean 2, variance 4.
  CHECK(std::abs(other / static_cast<double>(cells) - 2) < 5 * 2 / std::sqrt(20000.0));
}

TEST_CASE("cells of states that have a count") {
  hm::random_engine rng(2);
  const auto made =
      hm::generate(serial, two_states(), {.of_states = {30, 7}, .clamped = {{0, 1}}}, rng);
  CHECK(std::count(made.state.begin(), made.state.end(), 0) == 30);
  CHECK(std::count(made.state.begin(), made.state.end(), 1) == 7);
  CHECK(made.cells.cells() == 37);
}

TEST_CASE("depth and library") {
  const auto model = two_states();
  const double own = hm::mean_library(serial, model);
  // Libraries of 2000 cells, variance about 25: five standard errors are 0.56.
  CHECK(std::abs(own - 6.25) < 0.56);
  hm::random_engine rng(3);
  const auto library = [&](const hm::cells_request& request) {
    const auto made = hm::generate(serial, model, request, rng);
    return hm::library_sizes(made.cells).mean();
  };
  // Means of 8000 cells: five standard errors are 0.28, scaled; and what the mean of 2000 is off.
  CHECK(std::abs(library({.cells = 8000, .depth = 0.5}) - 3.125) < 0.15);
  CHECK(std::abs(library({.cells = 8000, .mean_library = 2.0}) - 2) < 0.25);
  CHECK(std::abs(library({.cells = 8000, .mean_library = 25.0}) - 25) < 3);
  CHECK(std::abs(library({.cells = 8000, .mean_library = 25.0, .depth = 0.2}) - 5) < 0.6);
  const auto copies = hm::bootstrap::fit(model.generate(50, rng));
  CHECK(hm::generate(serial, copies, {.cells = 10, .depth = 0.5}, rng).cells.cells() == 10);
  CHECK_THROWS_WITH_AS(
      hm::generate(serial, copies, {.cells = 10, .mean_library = 1e4}, rng),
      "cells_request: the model makes no larger libraries than its own, but thinner ones",
      std::invalid_argument);
}

TEST_CASE("groups, of a model that knows some") {
  const auto pilot = support::make_donors({.donors = 3, .cells_each = 40, .genes = 20}, 4);
  hm::random_engine rng(5);
  const auto trained = hm::train_harmonium(serial, pilot.counts,
                                           {.em = {.components = 2}, .groups = pilot.donor}, rng);
  hm::random_engine one(6), two(6);
  CHECK(hm::generate(serial, trained, {.cells = 30, .of_group = 1}, one).cells ==
        trained.of_group(serial, 1).generate(30, two));
  CHECK(hm::generate(serial, trained, {.cells = 30, .of_new_group = true}, one).cells ==
        trained.new_group(serial, two).generate(30, two));
  CHECK(hm::generate(serial, trained, {.cells = 30}, one).cells ==
        trained.generator.generate(30, two));
  CHECK_THROWS_WITH_AS(hm::generate(serial, two_states(), {.cells = 3, .of_group = 0}, rng),
                       "cells_request: the model knows no batches or donors",
                       std::invalid_argument);
}

TEST_CASE("any number of threads makes the same cells") {
  const hm::cells_request request{.cells = 500, .depth = 0.7, .clamped = {{0, 0}}};
  hm::random_engine one(7), two(7);
  const auto a = hm::generate(serial, two_states(), request, one);
  const auto b = hm::generate(hm::thread_executor(3), two_states(), request, two);
  CHECK(a.cells == b.cells);
  CHECK(a.state == b.state);
  CHECK(one == two);
}

TEST_CASE("what cannot be is refused") {
  hm::random_engine rng(8);
  const auto model = two_states();
  const auto refuse = [&](const hm::cells_request& request) {
    CHECK_THROWS_AS(hm::generate(serial, model, request, rng), std::invalid_argument);
  };
  refuse({.cells = -1});
  refuse({.cells = 1, .depth = 0});
  refuse({.cells = 1, .depth = 1.5});
  refuse({.cells = 1, .mean_library = 0.0});
  refuse({.cells = 1, .clamped = {{3, 0}}});
  refuse({.cells = 1, .clamped = {{0, -1}}});
  refuse({.of_states = {1, 2, 3}});
  CHECK_THROWS_WITH_AS(hm::generate(serial, model, {.cells = 1, .clamped = {{0, 190}}}, rng),
                       "cells_request: fewer than one cell of 100,000 has the clamped counts",
                       std::invalid_argument);
  // Stopped in the middle: what is there.
  const auto stop = [](const hm::progress&) { return hm::flow::stop; };
  CHECK(hm::generate(serial, model, {.cells = 5000, .clamped = {{0, 0}}}, stop, rng).cells.cells() <
        5000);
}
