// SPDX-License-Identifier: MIT
#include "harmonium/models/model_path.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

#include "support/tiny_models.hpp"

namespace hm = harmonium;
using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;

TEST_CASE("places on a path: its checkpoints, and straight lines between them") {
  const rbm a = tiny::rbm_of<hm::negative_binomial>(1), b = tiny::rbm_of<hm::negative_binomial>(2),
            c = tiny::rbm_of<hm::negative_binomial>(3);
  const hm::model_path<rbm> path({a, b, c});
  CHECK(path.at(0).parameters() == a.parameters());
  CHECK(path.at(0.5).parameters() == b.parameters());
  CHECK(path.at(1).parameters() == c.parameters());
  const rbm between = path.at(0.625);  // a quarter of the way from b to c
  for (hm::index i = 0; i < b.parameters().size(); ++i)
    CHECK(between.parameters()[i] ==
          doctest::Approx(0.75 * b.parameters()[i] + 0.25 * c.parameters()[i]));
  CHECK_THROWS_AS((void)path.at(1.5), std::invalid_argument);
  CHECK_THROWS_AS(hm::model_path<rbm>({a}), std::invalid_argument);
  const rbm wider(hm::negative_binomial(5, 2.0), hm::bernoulli(2));
  CHECK_THROWS_AS(hm::model_path<rbm>({a, wider}), std::invalid_argument);
}

TEST_CASE("inverse dispersions go geometrically") {
  rbm a(hm::negative_binomial(2, 1.0), hm::bernoulli(1)),
      b(hm::negative_binomial(2, 4.0), hm::bernoulli(1));
  a.bias(0)[0] = a.bias(0)[1] = b.bias(0)[0] = b.bias(0)[1] = -1;
  const hm::model_path<rbm> path({a, b});
  CHECK(path.at(0.5).visible().inverse_dispersion()[0] == doctest::Approx(2.0));
}

TEST_CASE("a model without weights keeps the biases it is given") {
  const auto model = tiny::deep_of<hm::poisson>(4);
  const std::vector<double> below(static_cast<std::size_t>(model.size(0)), 0.25),
      above(static_cast<std::size_t>(model.size(1)), -0.5);
  const auto alone =
      hm::independent_model(model, std::span<const double>(below), std::span<const double>(above));
  CHECK(alone.bias(0)[0] == 0.25);
  CHECK(alone.bias(1)[0] == -0.5);
  CHECK(alone.bias(2)[0] == model.bias(2)[0]);
  for (std::size_t l = 0; l < 2; ++l)
    for (hm::index i = 0; i < alone.weights(l).size(); ++i) CHECK(alone.weights(l).data()[i] == 0);
  CHECK_THROWS_AS((void)hm::independent_model(model, std::span<const double>(above),
                                              std::span<const double>(above)),
                  std::invalid_argument);
}
