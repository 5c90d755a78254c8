// SPDX-License-Identifier: MIT
#include "harmonium/samplers/sampled.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "harmonium/models/generator.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

using deep_counts = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
static_assert(hm::generator<hm::sampled_model<deep_counts, hm::exact>>);
static_assert(!hm::generator<hm::sampled_model<hm::dbm<hm::gaussian, hm::bernoulli>, hm::gibbs>>);

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

TEST_CASE("an observer stops; what was finished is the beginning of a whole run") {
  const auto model = tiny::rbm_of<hm::poisson>(2);
  const auto generator = hm::sampled(model, hm::exact{});
  CHECK(generator.genes() == 2);
  hm::random_engine a(3), b(3);
  const auto stopped = generator.generate(
      hm::thread_executor(2), 5000, [](const hm::progress&) { return hm::flow::stop; }, a);
  const auto whole = generator.generate(5000, b);
  REQUIRE(stopped.cells() > 0);
  REQUIRE(stopped.cells() < 5000);
  CHECK(hm::to_dense(stopped) == hm::to_dense(whole).topRows(stopped.cells()));
}

TEST_CASE("Gaussian visible units yield rows of real numbers") {
  const auto model = tiny::rbm_of<hm::gaussian>(3);
  const auto generator = hm::sampled(model, hm::exact{});
  hm::random_engine one(4), three(4), few(4), stopping(4);
  const hm::matrix<double> rows = generator.generate(4000, one);
  CHECK(rows == generator.generate(hm::thread_executor(3), 4000, three));
  CHECK(one == three);
  CHECK(generator.generate(70, few) == rows.topRows(70));
  const auto stopped = generator.generate(
      hm::serial_executor{}, 4000, [](const hm::progress&) { return hm::flow::stop; }, stopping);
  REQUIRE(stopped.rows() > 0);
  REQUIRE(stopped.rows() < 4000);
  CHECK(stopped == rows.topRows(stopped.rows()));
  // Means of the model, by enumeration, within 5 standard errors.
  const hm::hidden_enumeration<std::remove_cvref_t<decltype(model)>> hidden(model);
  const auto own = hm::exact_model_statistics(model, hidden);
  for (hm::index m = 0; m < 2; ++m) {
    const double mean = rows.col(m).mean();
    const double deviation = std::sqrt((rows.col(m).array() - mean).square().mean());
    CHECK(std::abs(mean - model.bias_of(own, 0)[static_cast<std::size_t>(m)]) <
          5 * deviation / std::sqrt(4000.0));
  }
  CHECK_THROWS_AS((void)generator.generate(-1, one), std::invalid_argument);
}
