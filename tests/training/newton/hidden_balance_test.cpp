// SPDX-License-Identifier: MIT
#include "harmonium/training/newton/hidden_balance.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "harmonium/states/exact_statistics.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

namespace {

template <class Model>
void check_target(Model model, const std::vector<double>& target) {
  // A model whose probability has collapsed on one state is the case this is for.
  model.bias(1)[0] += 60;
  const auto result = balance_hidden_bias(model, hm::hidden_enumeration<Model>(model),
                                          std::span<const double>(target), 100);
  CHECK(result.converged);
  const auto own = hm::exact_model_statistics(model, hm::hidden_enumeration<Model>(model));
  for (std::size_t k = 0; k < target.size(); ++k)
    CHECK(model.bias_of(own, 1)[k] == doctest::Approx(target[k]).epsilon(1e-7));
}

}  // namespace

TEST_CASE("the model's hidden means become the target") {
  check_target(tiny::rbm_of<hm::negative_binomial>(1), {0.2, 0.5, 0.9});
  check_target(tiny::deep_of<hm::negative_binomial>(2), {0.01, 0.99, 0.4});
  check_target(tiny::deepest_of<hm::bernoulli>(3), {0.3, 0.6});
  check_target(tiny::grouped_of<hm::negative_binomial>(4), {0.2, 0.5, 0.3});
}
