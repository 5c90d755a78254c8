// SPDX-License-Identifier: MIT
#include "harmonium/io/models/trained_harmonium.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

#include "harmonium/io/any_model.hpp"
#include "harmonium/training/categorical_fit.hpp"
#include "harmonium/training/residuals/full_copula.hpp"
#include "harmonium/training/train_harmonium.hpp"
#include "support/stored_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

template <class Sizes = hm::no_size_factors, class Residual>
auto trained(const Residual& residual) {
  const auto counts = tiny::toy_counts(90, 10, 1);
  std::vector<hm::index> labels;
  for (hm::index i = 0; i < counts.cells(); ++i) labels.push_back(i % 2);
  hm::random_engine rng(1);
  return hm::train_harmonium<Sizes>(
      hm::serial_executor{}, counts,
      hm::harmonium_options<Residual>{
          .em = {.components = 3, .max_iterations = 4}, .residual = residual, .labels = labels},
      rng);
}

}  // namespace

TEST_CASE("a harmonium with the names of its components' types") {
  const auto model = trained(hm::low_rank_copula{.rank = 3, .iterations = 2});
  io::model_notes notes;
  for (const hm::index type : model.group.type) notes.labels.emplace_back(type == 0 ? "B" : "T");
  for (int m = 0; m < 10; ++m)
    notes.genes.push_back("ENSG" + std::to_string(m), "G" + std::to_string(m), io::gene_expression);
  const temporary_folder folder;
  io::save(model, folder / "m.harmonium", notes);
  const auto read = io::read_model_notes(folder / "m.harmonium");
  CHECK(read.kind == "harmonium<factor_scores, no_size_factors>");
  CHECK(read.labels == notes.labels);
  CHECK(read.genes == notes.genes);
  CHECK(read.pilot == io::pilot_in_file::nothing);

  const auto loaded = tiny::through_a_file(model, notes);
  tiny::check_same_cells(model.generator, loaded.generator);
  CHECK(loaded.group.weights == model.group.weights);
  CHECK(loaded.group.mean == model.group.mean);
  CHECK(loaded.group.theta == model.group.theta);
  CHECK(loaded.group.statuses == model.group.statuses);
  CHECK(loaded.group.type == model.group.type);
  CHECK(loaded.group.log_likelihood == model.group.log_likelihood);
  CHECK(loaded.group.converged == model.group.converged);
  CHECK(loaded.group.responsibilities.rows() == 0);
  CHECK(loaded.group.sizes.size() == 0);
  CHECK(loaded.dispersion.gene == model.dispersion.gene);
  CHECK(loaded.dispersion.component == model.dispersion.component);
  CHECK(loaded.dispersion.statuses == model.dispersion.statuses);
  CHECK(hm::to_harmonium(loaded.group).parameters() == hm::to_harmonium(model.group).parameters());
}

TEST_CASE("with size factors and the full copula a file holds something of the cells") {
  const auto deep = trained<hm::scaled_mean>(hm::low_rank_copula{.rank = 2, .iterations = 1});
  tiny::check_same_cells(deep.generator, tiny::through_a_file(deep).generator);
  CHECK(io::model_format::pilot_of(deep) == io::pilot_in_file::depths);
  const auto full = trained(hm::full_copula{});
  tiny::check_same_cells(full.generator, tiny::through_a_file(full).generator);
  CHECK(io::model_format::pilot_of(full) == io::pilot_in_file::cells);
}

TEST_CASE("a harmonium of donors") {
  const auto counts = tiny::toy_counts(90, 10, 1);
  std::vector<hm::index> donor;
  for (hm::index i = 0; i < counts.cells(); ++i) donor.push_back(i % 3);
  hm::random_engine rng(1);
  const auto model = hm::train_harmonium(hm::serial_executor{}, counts,
                                         {.em = {.components = 2, .max_iterations = 4},
                                          .residual = {.rank = 2, .iterations = 1},
                                          .groups = donor,
                                          .group_effects = {.by_state = true, .effects = {}}},
                                         rng);
  const auto loaded = tiny::through_a_file(model, {});
  REQUIRE(loaded.effects.has_value());
  CHECK(loaded.effects->cells == model.effects->cells);
  CHECK(loaded.effects->concentration == model.effects->concentration);
  const hm::serial_executor serial;
  tiny::check_same_cells(model.of_group(serial, 2), loaded.of_group(serial, 2));
  hm::random_engine one(7), two(7);
  tiny::check_same_cells(model.new_group(serial, one), loaded.new_group(serial, two));

  // The same of whatever kind it is.
  const io::any_model any(model);
  REQUIRE(any.effects() != nullptr);
  tiny::check_same_cells(io::any_model(model.of_group(serial, 1)), any.of_group(serial, 1));
  hm::random_engine three(7), four(7);
  tiny::check_same_cells(io::any_model(model.new_group(serial, three)),
                         any.new_group(serial, four));
  CHECK(any.of_group(serial, 0).effects() == nullptr);
  CHECK_THROWS_AS(any.of_group(serial, 3), std::invalid_argument);
  CHECK_THROWS_AS(any.of_group(serial, 0).new_group(serial, one), std::invalid_argument);
}
