// SPDX-License-Identifier: MIT
#include "harmonium/training/refit_parts.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/poisson.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/join_columns.hpp"
#include "harmonium/models/given_part.hpp"
#include "harmonium/training/training_rows.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

TEST_CASE("every part is refitted as if it were alone under the same hidden layer") {
  using visible = hm::parts<hm::negative_binomial, hm::gaussian>;
  using machine = hm::dbm<visible, hm::bernoulli>;
  hm::random_engine rng(1);
  hm::count_matrix<> counts(3);
  hm::matrix<double> proteins(80, 2), hidden(80, 2);
  for (hm::index i = 0; i < 80; ++i) {
    for (hm::index m = 0; m < 3; ++m)
      counts.push_back(m, hm::draw::poisson(hm::draw::uniform(1.0, 9.0, rng), rng));
    counts.finish_cell();
    for (hm::index m = 0; m < 2; ++m) {
      proteins(i, m) = 1 + 2 * hm::draw::normal(rng);
      hidden(i, m) = hm::draw::uniform(0.0, 1.0, rng);
    }
  }
  const auto joined = hm::join_columns(counts, hm::dense_rows<double>(proteins));
  std::vector<hm::index> chosen;
  for (hm::index i = 10; i < 80; ++i) chosen.push_back(i);
  std::vector<double> weights(80, 1.0);
  weights[20] = 2;
  const hm::training_rows<hm::count_matrix<double>> data(joined, {chosen, weights});
  const hm::matrix<double> means = hidden.bottomRows(70);

  auto model = tiny::with_random_parameters(
      machine(visible(hm::negative_binomial(3, 1.0), hm::gaussian(2)), hm::bernoulli(2)), 2);
  hm::visible_refit<machine, hm::training_rows<hm::count_matrix<double>>> refit;
  static_assert(decltype(refit)::acts && decltype(refit)::moves_hidden);
  refit.start({{.start = 0.7}, {.lowest = 1e-2}}, data, model.visible());
  CHECK(model.visible().part<0>().inverse_dispersion()[1] == 0.7);
  CHECK(refit.settings<0>().start == 0.7);

  auto alone_counts = hm::machine_of_parts<0>(model);
  auto alone_proteins = hm::machine_of_parts<1>(model);
  hm::vector<double> limits = hm::vector<double>::Constant(5, -1e-10);
  const hm::serial_executor run;
  refit.update(run, model, data, means, hm::as_span(std::as_const(limits)));

  const auto rows = hm::part_of_rows<0>(model.visible(), data);
  (void)hm::update_dispersion(run, alone_counts, hm::counts_by_gene<double>(rows), means,
                              hm::as_span(std::as_const(limits)).first(3), {}, rows.weights());
  hm::update_standard_deviation(alone_proteins, hm::part_of_rows<1>(model.visible(), data), means,
                                1e-2 * alone_proteins.visible().standard_deviation().maxCoeff());
  CHECK(model.visible().part<0>().inverse_dispersion() ==
        alone_counts.visible().inverse_dispersion());
  CHECK(model.visible().part<0>().inverse_dispersion()[1] != 0.7);
  CHECK(model.weights(0).topRows(3) == alone_counts.weights(0));
  CHECK(model.visible().part<1>().standard_deviation() ==
        alone_proteins.visible().standard_deviation());
  CHECK(model.weights(0).bottomRows(2) == alone_proteins.weights(0));
  for (std::size_t m = 0; m < 3; ++m) CHECK(model.bias(0)[m] == alone_counts.bias(0)[m]);
  for (std::size_t m = 0; m < 2; ++m) CHECK(model.bias(0)[m + 3] == alone_proteins.bias(0)[m]);
  CHECK(refit.statuses().size() == 3);
}
