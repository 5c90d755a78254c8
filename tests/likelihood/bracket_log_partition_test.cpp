// SPDX-License-Identifier: MIT
#include "harmonium/likelihood/bracket_log_partition.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <vector>

#include "harmonium/samplers/exact.hpp"
#include "support/tiny_models.hpp"
#include "support/two_modes.hpp"

namespace hm = harmonium;

namespace {

using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;
using deep = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;

/// Sums of squared z-scores of both sides over independent seeds against their chi-square
/// distribution, and no side further off than four errors.
template <class Model>
void check_sides(const Model& model, const hm::bracket_options& options, int seeds) {
  const double exact = hm::hidden_enumeration<Model>(model).log_partition();
  double lower_sum = 0, upper_sum = 0;
  for (int seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    hm::random_engine rng(100 + static_cast<std::uint64_t>(seed));
    const auto sides =
        hm::bracket_log_partition(hm::serial_executor{}, model, model.make_state(), options, rng);
    CHECK(sides.lower_error < 0.25);
    CHECK(sides.upper_error < 0.25);
    const double z_lower = (sides.lower - exact) / sides.lower_error;
    const double z_upper = (sides.upper - exact) / sides.upper_error;
    CHECK(std::abs(z_lower) < 4);
    CHECK(std::abs(z_upper) < 5.5);  // Student, seven degrees of freedom
    lower_sum += z_lower * z_lower;
    upper_sum += z_upper * z_upper;
    CHECK(sides.runs == options.runs);
    CHECK(sides.lower_effective_runs > 0.3 * static_cast<double>(options.runs));
    CHECK(sides.upper_effective_runs > 0.3 * static_cast<double>(options.runs));
    CHECK(sides.temperatures > 5);
    CHECK(sides.chains_came_round);
    CHECK(sides.round_trips > 1);
    CHECK(sides.barrier > 0);
  }
  // Mean 1 (upper: 7/5), standard deviation sqrt(2) (3.0) over the root of the seeds.
  CHECK(lower_sum / seeds < 1 + 4 * std::sqrt(2.0 / seeds));
  CHECK(upper_sum / seeds < 1.4 + 4 * 3.0 / std::sqrt(double(seeds)));
}

}  // namespace

TEST_CASE("10 units: both sides agree with enumeration within their errors") {
  const auto model =
      tiny::with_random_parameters(rbm(hm::negative_binomial(12, 2.0), hm::bernoulli(10)), 5);
  check_sides(model, {.burn_in = 100, .spacing = 10}, 8);
}

TEST_CASE("14 units, and a layer above") {
  const auto wide =
      tiny::with_random_parameters(rbm(hm::negative_binomial(16, 2.0), hm::bernoulli(14)), 6);
  check_sides(wide, {.burn_in = 100, .spacing = 10}, 5);
  const auto two = tiny::with_random_parameters(
      deep(hm::negative_binomial(8, 2.0), hm::bernoulli(10), hm::bernoulli(4)), 7);
  check_sides(two, {.burn_in = 100, .spacing = 10}, 5);
}

TEST_CASE("two far modes: the sides meet") {
  const auto model = tiny::two_modes();
  const double exact = hm::hidden_enumeration<rbm>(model).log_partition();
  hm::random_engine rng(1);
  const auto sides =
      hm::bracket_log_partition(hm::thread_executor(2), model, model.make_state(), {}, rng);
  CHECK(std::abs(sides.lower - exact) < 4 * sides.lower_error);
  CHECK(std::abs(sides.upper - exact) < 5.5 * sides.upper_error);
}

TEST_CASE("too fast: on average the sides enclose log Z") {
  const auto model =
      tiny::with_random_parameters(rbm(hm::negative_binomial(16, 2.0), hm::bernoulli(14)), 6);
  const auto source = hm::exact{}.prepare(model);
  const double exact = source.hidden().log_partition();
  auto chain = source.make_chain();
  hm::random_engine rng(2);
  const int repeats = 200;
  double lower = 0, upper = 0, lower_squares = 0, upper_squares = 0;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    std::vector<rbm::state_type> starts;
    for (int i = 0; i < 1; ++i) {
      chain.draw(rng);
      starts.push_back(chain.state());
    }
    const auto sides = hm::bracket_log_partition(
        hm::serial_executor{}, model, model.make_state(), std::span<const rbm::state_type>(starts),
        1, hm::annealing_ladder_options{.particles = 16, .share = 0.6}, rng);
    lower += (sides.lower - exact) / repeats;
    upper += (sides.upper - exact) / repeats;
    lower_squares += (sides.lower - exact) * (sides.lower - exact) / repeats;
    upper_squares += (sides.upper - exact) * (sides.upper - exact) / repeats;
  }
  CHECK(lower < -3 * std::sqrt((lower_squares - lower * lower) / repeats));
  CHECK(upper > 3 * std::sqrt((upper_squares - upper * upper) / repeats));
}

TEST_CASE("the same for any number of threads; options out of range") {
  const auto model = tiny::deep_of<hm::negative_binomial>(7);
  hm::random_engine a(23), b(23);
  const hm::bracket_options options{.runs = 8, .chains = 4, .burn_in = 5, .spacing = 2};
  const auto serial =
      hm::bracket_log_partition(hm::serial_executor{}, model, model.make_state(), options, a);
  const auto threaded =
      hm::bracket_log_partition(hm::thread_executor(3), model, model.make_state(), options, b);
  CHECK(serial.lower == threaded.lower);
  CHECK(serial.upper == threaded.upper);
  CHECK(serial.upper_error == threaded.upper_error);
  CHECK(a == b);
  for (const hm::bracket_options& wrong :
       {hm::bracket_options{.runs = 9}, hm::bracket_options{.chains = 0},
        hm::bracket_options{.burn_in = -1}, hm::bracket_options{.spacing = 0}})
    CHECK_THROWS_AS(
        (void)hm::bracket_log_partition(hm::serial_executor{}, model, model.make_state(), wrong, a),
        std::invalid_argument);
}
