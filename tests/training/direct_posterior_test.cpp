// SPDX-License-Identifier: MIT
#include "harmonium/training/direct_posterior.hpp"

#include <doctest/doctest.h>

#include "harmonium/models/rbm.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "support/toy_counts.hpp"
#include "support/toy_machine.hpp"

namespace hm = harmonium;

using rbm = hm::rbm<hm::negative_binomial, hm::bernoulli>;

namespace {

constexpr hm::index cells = 200, genes = 12, units = 4;
const hm::serial_executor serial;

}  // namespace

TEST_CASE("E-step: as by enumeration") {
  const auto counts = tiny::toy_counts(cells, genes, 1);
  const auto model = tiny::toy_machine<rbm>(counts, units);
  const hm::hidden_enumeration<rbm> hidden(model);
  const auto exact = hm::posterior_of(serial, model, hidden, counts);
  const auto direct = hm::direct_posterior(serial, model, counts, 0);
  CHECK((direct.pairs - exact.pairs).cwiseAbs().maxCoeff() < 1e-10);
  CHECK((direct.hidden - exact.hidden).cwiseAbs().maxCoeff() < 1e-10);
  CHECK(direct.log_likelihood - hidden.log_partition() ==
        doctest::Approx(exact.log_likelihood).epsilon(1e-10));
}
