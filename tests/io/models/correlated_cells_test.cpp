// SPDX-License-Identifier: MIT
#include "harmonium/io/models/correlated_cells.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "harmonium/training/residuals/full_copula.hpp"
#include "harmonium/training/residuals/independent_residuals.hpp"
#include "harmonium/training/residuals/low_rank_copula.hpp"
#include "harmonium/training/residuals/residual_trainer.hpp"
#include "support/stored_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

hm::count_states two_states(const hm::count_matrix<>& counts) {
  hm::count_states states;
  states.weights = hm::vector<double>::Constant(2, 0.5);
  states.mean.resize(2, counts.genes());
  states.theta = hm::matrix<double>::Constant(2, counts.genes(), 2);
  for (hm::index m = 0; m < counts.genes(); ++m)
    for (const bool second : {false, true})
      states.mean(second ? 1 : 0, m) = tiny::toy_mean(m, counts.genes(), second);
  for (hm::index i = 0; i < counts.cells(); ++i) states.cell.push_back(i % 2);
  states.sizes = hm::vector<double>::Ones(counts.cells());
  for (hm::index i = 0; i < counts.cells(); ++i)
    states.sizes[i] += 0.01 * static_cast<double>(i % 7);
  return states;
}

template <class Sizes, class Policy>
auto cells_of(const Policy& policy, bool calibrate = true) {
  const auto counts = tiny::toy_counts(80, 9, 1);
  hm::random_engine rng(2);
  return hm::fit_correlated_cells<Sizes>(hm::serial_executor{}, counts, two_states(counts), policy,
                                         {.calibration = {.calibrate = calibrate}}, rng);
}

/// @param pilot what the file should hold of it
template <class Sizes, class Policy>
void check_kind(const Policy& policy, const std::string& arguments, io::pilot_in_file pilot) {
  CAPTURE(arguments);
  const auto model = cells_of<Sizes>(policy);
  const auto loaded = tiny::through_a_file(model);
  tiny::check_same_cells(model, loaded);
  const temporary_folder folder;
  io::save(model, folder / "m.harmonium");
  const auto notes = io::read_model_notes(folder / "m.harmonium");
  CHECK(notes.kind == "correlated_cells<" + arguments + ">");
  CHECK(notes.pilot == pilot);
  hm::random_engine one(3), two(3);
  const std::vector<hm::index> wanted{3, 5};
  const auto a = model.generate_states(hm::serial_executor{}, wanted, hm::silent{}, one);
  const auto b = loaded.generate_states(hm::serial_executor{}, wanted, hm::silent{}, two);
  CHECK(a.cells == b.cells);
  CHECK(a.state == b.state);
}

}  // namespace

TEST_CASE("every residual with every size factor: the same cells from a file") {
  using enum io::pilot_in_file;
  const hm::low_rank_copula factors{.rank = 3, .iterations = 2};
  check_kind<hm::no_size_factors>(factors, "factor_scores, no_size_factors", nothing);
  check_kind<hm::scaled_dispersion>(factors, "factor_scores, scaled_dispersion", depths);
  check_kind<hm::scaled_mean>(factors, "factor_scores, scaled_mean", depths);
  const hm::independent_residuals none;
  check_kind<hm::no_size_factors>(none, "independent_scores, no_size_factors", nothing);
  check_kind<hm::scaled_dispersion>(none, "independent_scores, scaled_dispersion", depths);
  check_kind<hm::scaled_mean>(none, "independent_scores, scaled_mean", depths);
  const hm::full_copula full;
  check_kind<hm::no_size_factors>(full, "combined_scores, no_size_factors", cells);
  check_kind<hm::scaled_dispersion>(full, "combined_scores, scaled_dispersion", cells);
  check_kind<hm::scaled_mean>(hm::full_copula{.blend = 4}, "combined_scores, scaled_mean", cells);
}

TEST_CASE("with exact marginals, and without calibrations") {
  const hm::low_rank_copula exact{.rank = 2, .iterations = 1, .exact_marginals = true};
  const auto model = cells_of<hm::no_size_factors>(exact, false);
  CHECK(model.residual().parts().scales.size() > 0);
  CHECK(model.calibrations().empty());
  const auto loaded = tiny::through_a_file(model);
  CHECK(loaded.calibrations().empty());
  tiny::check_same_cells(model, loaded);
}

TEST_CASE("states without size factors belong to no cell; labels are one per state") {
  const auto model = cells_of<hm::no_size_factors>(hm::independent_residuals{});
  io::model_notes notes;
  notes.labels = {"B", "T"};
  const auto loaded = tiny::through_a_file(model, notes);
  CHECK(model.states().cells() == 80);
  CHECK(loaded.states().cells() == 0);
  const temporary_folder folder;
  notes.labels.emplace_back("NK");
  CHECK_THROWS_WITH_AS(io::save(model, folder / "m", notes),
                       "save: the notes list 3 labels, the model has 2 states",
                       std::invalid_argument);
}
