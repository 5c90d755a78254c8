// SPDX-License-Identifier: MIT
#include "harmonium/likelihood/annealing_ladder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "harmonium/likelihood/annealed.hpp"
#include "support/tiny_models.hpp"
#include "support/two_modes.hpp"

namespace hm = harmonium;

TEST_CASE("share of particles that a step leaves effective") {
  const std::vector<double> even{0, 0}, tilts{0, std::log(3.0)};
  CHECK(hm::conditional_effective_share(even, tilts, 0) == doctest::Approx(1));
  CHECK(hm::conditional_effective_share(even, tilts, 1) == doctest::Approx(16.0 / 20.0));
  // A particle without weight has no say.
  const std::vector<double> one{0, -1000};
  CHECK(hm::conditional_effective_share(one, tilts, 1) == doctest::Approx(1));
  // Weights 1 and 3: (1/4 + 9/4)^2 / (1/4 + 27/4).
  CHECK(hm::conditional_effective_share(tilts, tilts, 1) == doctest::Approx(6.25 / 7));
}

TEST_CASE("temperatures stand where the distribution changes") {
  const auto model = tiny::two_modes();
  hm::random_engine rng(1);
  const auto ladder =
      hm::annealing_ladder(hm::serial_executor{}, model, model.make_state(), {}, rng);
  REQUIRE(ladder.size() > 20);
  CHECK(ladder.front() == 0);
  CHECK(ladder.back() == 1);
  std::vector<double> steps;
  for (std::size_t t = 1; t < ladder.size(); ++t) {
    steps.push_back(ladder[t] - ladder[t - 1]);
    CHECK(steps.back() > 0);
  }
  // The tilt of a warm state changes more than that of a cold one.
  CHECK(*std::max_element(steps.begin(), steps.end()) >
        5 * *std::min_element(steps.begin(), steps.end()));

  // Half the square root of what is lost: about twice as many.
  hm::random_engine other(1);
  const auto finer = hm::annealing_ladder(hm::serial_executor{}, model, model.make_state(),
                                          {.share = 1 - 0.005 / 4}, other);
  const double ratio = double(finer.size()) / double(ladder.size());
  CHECK(ratio > 1.6);
  CHECK(ratio < 2.5);
}

TEST_CASE("as many temperatures, better placed, tell more") {
  const auto model = tiny::two_modes();
  hm::random_engine rng(2);
  const auto ladder =
      hm::annealing_ladder(hm::serial_executor{}, model, model.make_state(), {.share = 0.9}, rng);
  const auto placed = hm::annealed_log_partition(hm::serial_executor{}, model,
                                                 {.runs = 400, .ladder = ladder}, rng);
  const auto even = hm::annealed_log_partition(
      hm::serial_executor{}, model,
      {.runs = 400, .temperatures = std::ssize(ladder) - 1, .power = 1}, rng);
  CHECK(placed.effective_sample_size > 1.2 * even.effective_sample_size);
}

TEST_CASE("nothing between reference and model: one step") {
  hm::dbm<hm::negative_binomial, hm::bernoulli> model(hm::negative_binomial(3, 1.5),
                                                      hm::bernoulli(5));
  for (double& a : model.bias(0)) a = -0.7;
  hm::random_engine rng(1);
  CHECK(hm::annealing_ladder(hm::serial_executor{}, model, model.make_state(), {}, rng) ==
        std::vector<double>{0, 1});
}

TEST_CASE("the same for any number of threads; a limit; options out of range") {
  const auto model = tiny::deep_of<hm::negative_binomial>(7);
  hm::random_engine a(5), b(5);
  const auto reference = model.make_state();
  const auto serial = hm::annealing_ladder(hm::serial_executor{}, model, reference, {}, a);
  const auto threaded = hm::annealing_ladder(hm::thread_executor(3), model, reference, {}, b);
  CHECK(serial == threaded);
  CHECK(a == b);
  CHECK(
      hm::annealing_ladder(hm::serial_executor{}, model, reference, {.share = 0.9999, .most = 3}, a)
          .size() <= 4);
  for (const hm::annealing_ladder_options options :
       {hm::annealing_ladder_options{.particles = 1}, hm::annealing_ladder_options{.share = 1},
        hm::annealing_ladder_options{.sweeps = 0}, hm::annealing_ladder_options{.most = 0}})
    CHECK_THROWS_AS((void)hm::annealing_ladder(hm::serial_executor{}, model, reference, options, a),
                    std::invalid_argument);
}
