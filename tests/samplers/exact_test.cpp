// SPDX-License-Identifier: MIT
#include "harmonium/samplers/exact.hpp"

#include <doctest/doctest.h>

#include "harmonium/samplers/concepts.hpp"
#include "support/invariance.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

static_assert(hm::sampler_for<hm::exact, hm::dbm<hm::negative_binomial, hm::bernoulli>>);

namespace {

template <class Model>
void check_exact(const Model& model, std::uint64_t seed) {
  const auto source = hm::exact{}.prepare(model);
  auto chain = source.make_chain();
  tiny::check_statistics(
      model, seed, 40000, [&](hm::random_engine & rng) -> const auto& {
        chain.draw(rng);
        return chain.state();
      });
}

}  // namespace

TEST_CASE_TEMPLATE("exact draws have the enumerated moments", Visible, hm::negative_binomial,
                   hm::bernoulli, hm::gaussian, hm::poisson, hm::categorical) {
  check_exact(tiny::rbm_of<Visible>(1), 21);
  check_exact(tiny::deep_of<Visible>(2), 22);
  check_exact(tiny::grouped_of<Visible>(3), 23);
  check_exact(tiny::deepest_of<Visible>(4), 24);
}

TEST_CASE("layers too large to enumerate are refused with the numbers") {
  hm::dbm<hm::negative_binomial, hm::bernoulli> model(hm::negative_binomial(2, 1.0),
                                                      hm::bernoulli(20));
  CHECK_THROWS_WITH_AS((void)hm::exact{}.prepare(model),
                       doctest::Contains("1048576 states, more than max_states = 16384"),
                       std::invalid_argument);
}
