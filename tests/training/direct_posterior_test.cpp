// SPDX-License-Identifier: MIT
#include "harmonium/training/direct_posterior.hpp"

#include <doctest/doctest.h>

#include "harmonium/models/rbm.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using rbm = hm::rbm<hm::negative_binomial, hm::bernoulli>;

namespace {

constexpr hm::index cells = 200, genes = 12, units = 4;
const hm::serial_executor serial;

rbm start(const hm::count_matrix<>& counts) {
  rbm model =
      tiny::with_random_parameters(rbm(hm::negative_binomial(genes, 2.0), hm::bernoulli(units)), 3);
  for (double& w : model.parameters()) w *= 0.2;
  const hm::vector<double> means = hm::gene_means(counts);
  model.visible().natural_from_mean(hm::as_span(means), model.bias(0));
  for (double& a : model.bias(0)) a -= 1;
  return model;
}

}  // namespace

TEST_CASE("E-step: as by enumeration") {
  const auto counts = tiny::toy_counts(cells, genes, 1);
  const auto model = start(counts);
  const hm::hidden_enumeration<rbm> hidden(model);
  const auto exact = hm::posterior_of(serial, model, hidden, counts);
  const auto direct = hm::direct_posterior(serial, model, counts, 0);
  CHECK((direct.pairs - exact.pairs).cwiseAbs().maxCoeff() < 1e-10);
  CHECK((direct.hidden - exact.hidden).cwiseAbs().maxCoeff() < 1e-10);
  CHECK(direct.log_likelihood - hidden.log_partition() ==
        doctest::Approx(exact.log_likelihood).epsilon(1e-10));
}
