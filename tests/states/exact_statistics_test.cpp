// SPDX-License-Identifier: MIT
#include "harmonium/states/exact_statistics.hpp"

#include <doctest/doctest.h>

#include "support/tiny_models.hpp"

namespace hm = harmonium;

namespace {

/// The gradient of the log-likelihood of one state, by statistics and by central differences.
template <class Model>
void check_gradient(Model model) {
  hm::vector<double> x = hm::vector<double>::Zero(model.size(0));
  for (hm::index m = 0; m < x.size(); ++m) x[m] = m % 2 == 0 ? 1 : 0;
  const auto row = hm::as_span(std::as_const(x));
  const double base = model.visible().log_base_measure(row);
  const auto likelihood = [&](const Model& at) {
    return log_likelihood(at, hm::hidden_enumeration<Model>(at), row, base);
  };
  const hm::hidden_enumeration<Model> hidden(model);
  hm::vector<double> data = hm::vector<double>::Zero(model.parameters().size());
  hm::add_exact_data_statistics(model, hidden, row, 1.0, data);
  const hm::vector<double> gradient = data - hm::exact_model_statistics(model, hidden);
  const double h = 1e-5;
  for (hm::index i = 0; i < gradient.size(); ++i) {
    auto up = model, down = model;
    up.parameters()[i] += h;
    down.parameters()[i] -= h;
    CAPTURE(i);
    CHECK(gradient[i] ==
          doctest::Approx((likelihood(up) - likelihood(down)) / (2 * h)).epsilon(1e-7).scale(1));
  }
}

}  // namespace

TEST_CASE_TEMPLATE("data minus model statistics are the gradient", Visible, hm::negative_binomial,
                   hm::bernoulli, hm::gaussian, hm::poisson, hm::categorical) {
  check_gradient(tiny::rbm_of<Visible>(1));
  check_gradient(tiny::deep_of<Visible>(2));
  check_gradient(tiny::grouped_of<Visible>(3));
  check_gradient(tiny::deepest_of<Visible>(4));
}
