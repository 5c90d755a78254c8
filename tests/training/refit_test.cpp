// SPDX-License-Identifier: MIT
#include "harmonium/training/refit.hpp"

#include <doctest/doctest.h>

#include <numeric>
#include <utility>
#include <vector>

#include "harmonium/models/dbm.hpp"
#include "harmonium/training/training_rows.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "support/toy_counts.hpp"
#include "support/weighted_copies.hpp"

namespace hm = harmonium;

using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;
using rows_type = hm::training_rows<hm::count_matrix<>>;

TEST_CASE("dispersions follow the weights of rows, also where these have mean 1") {
  const auto pilot = tiny::toy_counts(120, 6, 2);
  const auto fitted = [](const hm::count_matrix<>& counts, const std::vector<double>& weights) {
    std::vector<hm::index> all(static_cast<std::size_t>(counts.cells()));
    std::iota(all.begin(), all.end(), hm::index{0});
    const rows_type rows(counts, {std::move(all), weights});
    rbm model(hm::negative_binomial(counts.genes()), hm::bernoulli(1));
    for (double& bias : model.bias(0)) bias = -1;
    hm::visible_refit<rbm, rows_type> refit;
    refit.start({}, rows, model.visible());
    const hm::matrix<double> hidden = hm::matrix<double>::Zero(counts.cells(), 1);
    const std::vector<double> limits(static_cast<std::size_t>(counts.genes()), 0.0);
    refit.update(hm::serial_executor{}, model, rows, hidden, limits);
    return hm::vector<double>(model.visible().inverse_dispersion());
  };
  const auto [weights, copied] = tiny::copied_by_weight(pilot);
  const auto plain = fitted(pilot, {}), from_copies = fitted(copied, {}),
             from_weights = fitted(pilot, weights);
  const double apart = (from_copies - plain).cwiseAbs().maxCoeff();
  CHECK(apart > 0.01);
  CHECK((from_copies - from_weights).cwiseAbs().maxCoeff() < 1e-6);
  // As often against each other as before, all together as often as there are rows: fewer cells
  // against the same prior.
  const double mean = static_cast<double>(copied.cells()) / static_cast<double>(pilot.cells());
  std::vector<double> shares;
  for (const double w : weights) shares.push_back(w / mean);
  CHECK((fitted(pilot, shares) - from_copies).cwiseAbs().maxCoeff() < 0.5 * apart);
}
