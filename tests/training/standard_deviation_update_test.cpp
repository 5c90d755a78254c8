// SPDX-License-Identifier: MIT
#include "harmonium/training/standard_deviation_update.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <utility>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

using model_type = hm::dbm<hm::gaussian, hm::bernoulli>;
static_assert(hm::has_standard_deviation<model_type>);
static_assert(!hm::has_standard_deviation<hm::dbm<hm::negative_binomial, hm::bernoulli>>);

namespace {

/// Visible means of a hidden state.
hm::vector<double> means(const model_type& model, const hm::vector<double>& h) {
  hm::vector<double> eta(model.size(0)), mean(model.size(0));
  model.visible_input(hm::as_span(h), hm::as_span(eta));
  model.visible().mean(hm::as_span(std::as_const(eta)), hm::as_span(mean));
  return mean;
}

/// Expected log p(x | h) over rows and the independent posterior of the hidden units.
double expected_log_density(const model_type& model, const hm::matrix<double>& rows,
                            const hm::matrix<double>& hidden) {
  double sum = 0;
  hm::vector<double> h(3), eta(2), x(2);
  for (hm::index i = 0; i < rows.rows(); ++i)
    for (hm::index s = 0; s < 8; ++s) {
      model.units<1>().write_state(s, hm::as_span(h));
      double p = 1;
      for (hm::index k = 0; k < 3; ++k) p *= h[k] == 1 ? hidden(i, k) : 1 - hidden(i, k);
      model.visible_input(hm::as_span(std::as_const(h)), hm::as_span(eta));
      x = rows.row(i);
      sum += p * (eta.dot(x) + model.visible().log_base_measure(hm::as_span(std::as_const(x))) -
                  model.visible().log_partition(hm::as_span(std::as_const(eta))));
    }
  return sum;
}

}  // namespace

TEST_CASE("another sigma leaves the visible means of every hidden state") {
  auto model = tiny::rbm_of<hm::gaussian>(4);
  hm::vector<double> h(3);
  h << 1, 0, 1;
  const auto before = means(model, h);
  hm::vector<double> sigma(2);
  sigma << 0.3, 4;
  hm::set_standard_deviation(model, sigma);
  const auto after = means(model, h);
  for (hm::index m = 0; m < 2; ++m) CHECK(after[m] == doctest::Approx(before[m]).epsilon(1e-13));
  CHECK(model.visible().standard_deviation() == sigma);
  sigma[1] = 0;
  CHECK_THROWS_AS(hm::set_standard_deviation(model, sigma), std::domain_error);
  CHECK_THROWS_AS(hm::set_standard_deviation(model, hm::vector<double>::Ones(3)),
                  std::invalid_argument);
  CHECK(model.visible().standard_deviation()[1] == 4);
}

TEST_CASE("the update is the maximum over sigma of the expected log-density at given means") {
  auto model = tiny::rbm_of<hm::gaussian>(5);
  const hm::index cells = 40;
  hm::matrix<double> rows(cells, 2), hidden(cells, 3);
  hm::random_engine rng(6);
  for (hm::index i = 0; i < cells; ++i) {
    for (hm::index m = 0; m < 2; ++m) rows(i, m) = hm::draw::normal(0.5, 2.0, rng);
    for (hm::index k = 0; k < 3; ++k) hidden(i, k) = hm::draw::uniform(rng);
  }
  hm::update_standard_deviation(model, hm::dense_rows<double>(rows), hidden, 1e-3);
  const double best = expected_log_density(model, rows, hidden);
  const auto sigma = model.visible().standard_deviation();
  for (hm::index m = 0; m < 2; ++m)
    for (const double factor : {0.98, 1.02}) {
      auto other = model;
      hm::vector<double> moved = sigma;
      moved[m] *= factor;
      hm::set_standard_deviation(other, moved);
      CHECK(expected_log_density(other, rows, hidden) < best);
      CHECK(expected_log_density(other, rows, hidden) > best - 0.1);
    }
}
