// SPDX-License-Identifier: MIT
#include "harmonium/training/steps/plain_gradient.hpp"

#include <doctest/doctest.h>

#include "support/tiny_models.hpp"

namespace hm = harmonium;

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
static_assert(hm::step_for<hm::plain_gradient, scdbm>);

TEST_CASE("plain_gradient adds rate times the difference") {
  auto model = tiny::with_random_parameters(
      scdbm(hm::negative_binomial(6, 2.0), hm::bernoulli(3), hm::bernoulli(2)), 4);
  const auto before = model.parameters();
  const hm::vector<double> data = hm::vector<double>::LinSpaced(before.size(), 0, 1);
  const hm::vector<double> own = hm::vector<double>::Constant(before.size(), 0.25);
  hm::plain_gradient{}.update(hm::serial_executor{}, model, {data, own}, 0.1);
  CHECK((model.parameters() - before - 0.1 * (data - own)).cwiseAbs().maxCoeff() < 1e-15);
}
