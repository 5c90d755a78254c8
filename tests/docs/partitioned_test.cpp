// SPDX-License-Identifier: MIT
// The part of docs/training.md about machines of several parts, which quotes this file.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/poisson.hpp"
#include "harmonium/core/join_columns.hpp"
#include "harmonium/models/given_part.hpp"
#include "harmonium/models/part_blocks.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/training/recipe.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/stages/pretrain_parts.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "support/batch_cells.hpp"

namespace hm = harmonium;

TEST_CASE("cells of a plate from a partitioned machine") {
  const auto pilot = support::make_batches(300, 1);
  const auto& plate_of_cell = pilot.plate;
  const hm::thread_executor run(2);
  hm::random_engine rng(7);

  using machine =
      hm::partitioned<hm::part<hm::negative_binomial, hm::bernoulli>,
                      hm::part<hm::categorical, hm::bernoulli>, hm::joined<hm::bernoulli>>;
  const auto rows = hm::join_columns(pilot.counts, hm::one_hot_columns(plate_of_cell, 3));
  const auto model = hm::train<machine>(
      run, rows,
      {.hidden = {hm::in_parts({3, 2}), 2},                       // of counts, of plates; joined
       .visible = {.parts = {6, hm::one_hot{.categories = 3}}}},  // six genes, three plates
      hm::then<hm::pretrain_parts<>, hm::exact_em>{}, rng);

  const std::vector<double> second{0, 1, 0};
  const auto of_second = hm::given_part<1>(model, second);  // a machine of counts alone
  const auto cells = hm::sampled(of_second, hm::exact{}).generate(run, 500, rng);
  const auto of_any = hm::sampled(model, hm::exact{}).generate(run, 500, rng);
  const auto counts = hm::columns_between(of_any, 0, 6);  // of plates as they come

  const hm::hidden_enumeration hidden(model);
  const double share = hm::log_likelihood_of_part<1>(model, hidden, second);  // nats

  // Gene 4 is high on the second plate: 8 there, 2 elsewhere; sums of 500 NB counts.
  const auto means = hm::gene_means(cells), all = hm::gene_means(counts);
  CHECK(std::abs(means[4] - 8) < 5 * std::sqrt((8 + 64 / 5.0) * (1.0 / 500 + 1.0 / 100)));
  CHECK(means[3] < 4);
  CHECK(all[4] < 6);
  CHECK(std::exp(share) == doctest::Approx(1.0 / 3).epsilon(0.1));
}

TEST_CASE("proteins beside counts") {
  // Two types; protein 0 goes with genes 0 to 2, protein 1 is noise.
  hm::random_engine rng(8);
  hm::count_matrix<> counts(6);
  hm::matrix<double> proteins(300, 2);
  for (hm::index i = 0; i < 300; ++i) {
    const bool second = i % 2 == 1;
    for (hm::index m = 0; m < 6; ++m)
      counts.push_back(m, hm::draw::poisson(m < 3 && second ? 12 : 3, rng));
    counts.finish_cell();
    proteins(i, 0) = (second ? 2 : -1) + 0.5 * hm::draw::normal(rng);
    proteins(i, 1) = hm::draw::normal(rng);
  }
  const hm::thread_executor run(2);

  using multimodal =
      hm::partitioned<hm::part<hm::negative_binomial, hm::bernoulli>,
                      hm::part<hm::gaussian, hm::bernoulli>, hm::joined<hm::bernoulli>>;
  const auto rows = hm::join_columns(counts, hm::dense_rows<double>(proteins));
  const auto model = hm::train<multimodal>(
      run, rows, {.hidden = {hm::in_parts({2, 2}), 2}, .visible = {.parts = {6, 2}}},
      hm::then<hm::pretrain_parts<>, hm::exact_em>{}, rng);
  const std::vector<double> a_cell{12, 11, 14, 3, 2, 4};
  const auto proteins_of = hm::sampled(hm::given_part<0>(model, a_cell), hm::exact{});
  const auto drawn = proteins_of.generate(run, 400, rng);  // rows of real numbers

  const auto error = [](double sd) { return 5 * sd * std::sqrt(1.0 / 400 + 1.0 / 150); };
  CHECK(drawn.cols() == 2);
  CHECK(std::abs(drawn.col(0).mean() - 2) < error(0.5));
  CHECK(std::abs(drawn.col(1).mean()) < error(1));
  const std::vector<double> low{-1, 0};
  const auto cells =
      hm::sampled(hm::given_part<1>(model, low), hm::exact{}).generate(run, 400, rng);
  CHECK(std::abs(hm::gene_means(cells)[0] - 3) < error(std::sqrt(3.0)));
}
