// SPDX-License-Identifier: MIT
// Sweeps and draws do not ask for memory.
#include "support/allocation_counter.hpp"

#include <doctest/doctest.h>

#include <memory>

#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/samplers/tempered.hpp"
#include "harmonium/samplers/tempered_blocks.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

using support::allocations_of;

TEST_CASE("the counter counts") {
  support::check_counter();
}

TEST_CASE("no allocation in a sweep or a draw, once every state was met") {
  const auto model = tiny::deep_of<hm::negative_binomial>(3);
  using model_type = std::remove_const_t<decltype(model)>;
  hm::random_engine rng(4);
  const auto visible = std::make_shared<const hm::visible_draws<model_type>>(model);
  for (hm::index s = 0; s < model.units<1>().states(); ++s) {  // makes the tables
    hm::vector<double> h(3), input(3), x(3);
    model.units<1>().write_state(s, hm::as_span(h));
    (*visible)(hm::as_span(std::as_const(h)), hm::as_span(input), hm::as_span(x), rng);
  }
  const auto sweeps = [&](auto chain) {
    chain.start(rng);
    return allocations_of([&] {
      for (int i = 0; i < 50; ++i) chain.sweep(rng);
    });
  };
  CHECK(sweeps(hm::gibbs_chain<model_type>(model)) == 0);
  CHECK(sweeps(hm::gibbs_chain<model_type>(model, visible)) == 0);
  CHECK(sweeps(hm::collapsed_chain<model_type>(model)) == 0);
  CHECK(sweeps(hm::tempered_chain<model_type>(model, {1, 0.5, 0.1})) == 0);

  const auto source = hm::exact{}.prepare(model);
  auto chain = source.make_chain();
  for (int i = 0; i < 500; ++i) chain.draw(rng);
  CHECK(allocations_of([&] {
          for (int i = 0; i < 50; ++i) chain.draw(rng);
        }) == 0);

  const auto tempering = hm::tempered_blocks{.temperatures = 3, .burn_in = 50}.prepare(model);
  auto tempered = tempering.make_chain();
  for (int i = 0; i < 50; ++i) tempered.draw(rng);
  CHECK(allocations_of([&] {
          for (int i = 0; i < 20; ++i) tempered.draw(rng);
        }) == 0);
}
