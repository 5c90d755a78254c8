// SPDX-License-Identifier: MIT
#include "harmonium/training/start/equally_probable.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "harmonium/models/rbm.hpp"
#include "support/toy_counts.hpp"
#include "support/toy_machine.hpp"

namespace hm = harmonium;

using rbm = hm::rbm<hm::negative_binomial, hm::bernoulli>;

namespace {

constexpr hm::index cells = 200, genes = 12, units = 4;
const hm::serial_executor serial;

}  // namespace

TEST_CASE("equal probability, and what is left of it under another model") {
  const auto counts = tiny::toy_counts(cells, genes, 1);
  rbm model = tiny::toy_machine<rbm>(counts, units);
  hm::matrix<double> states(8, units);
  for (hm::index i = 0; i < 8; ++i)
    for (hm::index k = 0; k < units; ++k) states(i, k) = static_cast<double>((i + k) % 2);
  auto list = hm::equally_probable(serial, model, states);
  for (hm::index s = 0; s < 8; ++s)
    CHECK(list.probability(s) == doctest::Approx(1.0 / 8).epsilon(1e-9));
  CHECK(hm::effective_share(serial, model, list) == doctest::Approx(1).epsilon(1e-9));
  // Half of them become three times as probable: (4 * 3 + 4)^2 / (8 (4 * 9 + 4)).
  for (hm::index s = 0; s < 8; ++s) CHECK(states(s, 0) == static_cast<double>(s % 2));
  model.bias(1)[0] += std::log(3.0);
  CHECK(hm::effective_share(serial, model, list) == doctest::Approx(0.8).epsilon(1e-9));
}
