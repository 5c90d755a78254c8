// SPDX-License-Identifier: MIT
#include "harmonium/samplers/sampled.hpp"

#include <doctest/doctest.h>

#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

TEST_CASE("the same cells for any number of threads, other cells for another seed") {
  const auto model = tiny::deep_of<hm::negative_binomial>(1);
  const auto run = [&](auto sampler, int threads, std::uint64_t seed) {
    hm::random_engine rng(seed);
    return hm::sampled(model, sampler).generate(hm::thread_executor(threads), 500, rng);
  };
  const auto serial = run(hm::gibbs{.burn_in = 3}, 1, 7);
  CHECK(serial.cells() == 500);
  CHECK(serial.genes() == model.size(0));
  CHECK(run(hm::gibbs{.burn_in = 3}, 2, 7) == serial);
  CHECK(run(hm::gibbs{.burn_in = 3}, 5, 7) == serial);
  CHECK(run(hm::gibbs{.burn_in = 3}, 2, 8) != serial);
  CHECK(run(hm::exact{}, 3, 7) == run(hm::exact{}, 1, 7));
}

TEST_CASE("the first cells do not depend on how many follow") {
  const auto model = tiny::deep_of<hm::poisson>(2);
  hm::random_engine few(3), many(3);
  const auto short_run = hm::sampled(model, hm::exact{}).generate(10, few);
  const auto long_run = hm::sampled(model, hm::exact{}).generate(200, many);
  for (hm::index i = 0; i < 10; ++i) {
    const auto a = short_run.cell(i), b = long_run.cell(i);
    CHECK(std::vector(a.values.begin(), a.values.end()) ==
          std::vector(b.values.begin(), b.values.end()));
  }
}

TEST_CASE("nothing, and less than nothing") {
  const auto model = tiny::rbm_of<hm::poisson>(1);
  hm::random_engine rng(1);
  CHECK(hm::sampled(model, hm::exact{}).generate(0, rng).cells() == 0);
  CHECK_THROWS_AS((void)hm::sampled(model, hm::exact{}).generate(-1, rng), std::invalid_argument);
}

TEST_CASE("counts beyond the value type throw") {
  hm::dbm<hm::poisson, hm::bernoulli> model(hm::poisson(1), hm::bernoulli(1));
  model.bias(0)[0] = 25;  // mean 7e10
  hm::random_engine rng(1);
  CHECK_THROWS_AS((void)hm::sampled(model, hm::exact{}).generate(1, rng), std::overflow_error);
}
