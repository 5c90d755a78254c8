// SPDX-License-Identifier: MIT
#include "harmonium/samplers/compare_samplers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/samplers/tempered.hpp"
#include "support/tiny_models.hpp"
#include "support/two_modes.hpp"

namespace hm = harmonium;

namespace {

/// Collapsed sweeps one after the other.
struct sweeping {
  static constexpr std::string_view name = "sweeping";
  template <class Model, class Visit>
  void run(const Model& model, const typename Model::state_type& start, hm::random_engine& rng,
           Visit&& visit) const {
    hm::collapsed_chain<Model> chain(model);
    chain.set_state(start);
    do chain.sweep(rng);
    while (visit(chain.state()));
  }
};

/// The same at an inverse temperature of 0.8: converges, to something else.
struct too_warm {
  static constexpr std::string_view name = "too warm";
  template <class Model, class Visit>
  void run(const Model& model, const typename Model::state_type& start, hm::random_engine& rng,
           Visit&& visit) const {
    hm::collapsed_chain<Model> chain(model);
    chain.set_state(start);
    chain.set_inverse_temperature(0.8);
    do chain.sweep(rng);
    while (visit(chain.state()));
  }
};

/// Never leaves its start.
struct lazy {
  template <class Model, class Visit>
  void run(const Model&, const typename Model::state_type& start, hm::random_engine&,
           Visit&& visit) const {
    while (visit(start)) {
    }
  }
};

/// Keeps its starts; for one thread.
struct remembering {
  static inline std::vector<std::vector<double>> starts = {};
  template <class Model, class Visit>
  void run(const Model&, const typename Model::state_type& start, hm::random_engine&,
           Visit&& visit) const {
    starts.emplace_back(start[1].begin(), start[1].end());
    while (visit(start)) {
    }
  }
};

/// Does no model.
struct choosy {
  template <class Model, class Visit>
  void run(const Model&, const typename Model::state_type&, hm::random_engine&, Visit&&) const {
    throw std::invalid_argument("choosy: does no model");
  }
};

using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;
static_assert(hm::contender<sweeping, rbm>);
static_assert(!hm::contender<hm::exact, rbm>);
static_assert(hm::contender<hm::independent_draws<hm::exact>, rbm>);

rbm ten_units() {
  return tiny::with_random_parameters(rbm(hm::negative_binomial(12, 2.0), hm::bernoulli(10)), 5);
}

}  // namespace

TEST_CASE("what is right is accepted and gets a speed, what is not gets none") {
  const auto model = ten_units();
  hm::random_engine rng(1);
  const auto rows = hm::compare_samplers<hm::exact, sweeping, too_warm, lazy, choosy>(
      hm::serial_executor{}, model, {.sweeps = 400}, rng);
  REQUIRE(rows.size() == 5);

  CHECK(rows[0].sampler == "exact");
  CHECK(rows[0].verdict == hm::sampler_verdict::accepted);
  CHECK(rows[0].reason.empty());
  REQUIRE(rows[0].speed);
  const auto independent = rows[0].speed->effective_per_sweep;
  CHECK(independent.middle > 0.7);  // the smallest of a dozen estimates around 1
  CHECK(independent.middle < 1.1);
  CHECK(independent.low < independent.middle);
  CHECK(independent.high > independent.middle);
  CHECK(rows[0].speed->seconds_to_thousand.middle > rows[0].speed->set_up_seconds.middle);
  CHECK(rows[0].nested_r_hat < 1.02);
  CHECK(rows[0].chains == 64);
  CHECK(rows[0].sweeps == 320);
  CHECK(rows[0].stuck_chains == 0);

  CHECK(rows[1].sampler == "sweeping");
  CHECK(rows[1].verdict == hm::sampler_verdict::accepted);
  REQUIRE(rows[1].speed);
  CHECK(rows[1].speed->effective_per_sweep.middle < independent.middle);
  CHECK(rows[1].bias < 0.1);

  CHECK(rows[2].verdict == hm::sampler_verdict::biased);
  CHECK(rows[2].reason.substr(0, 5) == "off: ");
  CHECK(!rows[2].speed);
  CHECK(rows[2].bias_errors > 5);
  CHECK(rows[2].total_variation.value() > 1.2 * rows[1].total_variation.value());

  CHECK(rows[3].sampler == "sampler 4");
  CHECK(rows[3].verdict == hm::sampler_verdict::not_converged);
  CHECK(rows[3].stuck_chains == 64);
  CHECK(std::isinf(rows[3].nested_r_hat));
  CHECK(!rows[3].speed);

  CHECK(rows[4].verdict == hm::sampler_verdict::not_applicable);
  CHECK(rows[4].reason == "choosy: does no model");

  // Total variation falls as visits come in.
  const auto& trace = rows[0].trace;
  REQUIRE(trace.size() == 10);  // 1, 2, 4, ... 256 and 400 sweeps
  CHECK(trace.back().sweeps == 400);
  CHECK(trace.back().total_variation < trace.front().total_variation / 4);
  for (std::size_t k = 1; k < trace.size(); ++k) CHECK(trace[k].sweeps > trace[k - 1].sweeps);
}

TEST_CASE("chains that keep their start's mode are found out by their groups") {
  const auto model = tiny::two_modes();
  hm::random_engine rng(2);
  const auto rows = hm::compare_samplers<sweeping, hm::exact>(hm::serial_executor{}, model,
                                                              {.seeds = 2, .sweeps = 100}, rng);
  CHECK(rows[0].verdict == hm::sampler_verdict::not_converged);
  CHECK(rows[0].nested_r_hat > 10);
  CHECK(rows[1].verdict == hm::sampler_verdict::accepted);
}

TEST_CASE("chains of a group start alike, groups and seeds do not") {
  hm::random_engine rng(6);
  remembering::starts.clear();
  (void)hm::compare_samplers<remembering>(hm::serial_executor{}, ten_units(),
                                          {.seeds = 2, .groups = 3, .chains = 2, .sweeps = 32},
                                          rng);
  const auto& starts = remembering::starts;
  REQUIRE(starts.size() == 12);
  for (std::size_t a = 0; a < starts.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) CHECK((starts[a] == starts[b]) == (a / 2 == b / 2));
}

TEST_CASE("the same figures for any number of threads, and for any company") {
  const auto model = ten_units();
  const hm::comparison_budget budget{.seeds = 2, .groups = 2, .chains = 2, .sweeps = 60};
  hm::random_engine a(3), b(3);
  const auto alone = hm::compare_samplers<sweeping>(hm::serial_executor{}, model, budget, a);
  const auto together =
      hm::compare_samplers<hm::exact, sweeping>(hm::thread_executor(3), model, budget, b);
  CHECK(a == b);
  CHECK(alone[0].bias == together[1].bias);
  CHECK(alone[0].r_hat == together[1].r_hat);
  CHECK(alone[0].nested_r_hat == together[1].nested_r_hat);
  CHECK(alone[0].total_variation == together[1].total_variation);
  CHECK(alone[0].trace[3].total_variation == together[1].trace[3].total_variation);
}

TEST_CASE("a deep model, and one with groups, with samplers of the library") {
  const auto check = [](const auto& model) {
    hm::random_engine rng(4);
    const auto rows = hm::compare_samplers<hm::collapsed, hm::gibbs, hm::tempered>(
        hm::serial_executor{}, model,
        {.seeds = 2, .groups = 4, .chains = 1, .sweeps = 100, .warm_up = 0}, rng);
    for (const auto& row : rows) {
      CAPTURE(row.sampler);
      CHECK(row.verdict == hm::sampler_verdict::accepted);
    }
  };
  check(tiny::deep_of<hm::poisson>(2));
  check(tiny::grouped_of<hm::bernoulli>(3));
}

TEST_CASE("budgets out of range, and another model's reference") {
  const auto model = tiny::rbm_of<hm::negative_binomial>(1);
  hm::random_engine rng(5);
  for (const hm::comparison_budget& budget :
       {hm::comparison_budget{.seeds = 0}, hm::comparison_budget{.groups = 1},
        hm::comparison_budget{.chains = 0}, hm::comparison_budget{.sweeps = 31},
        hm::comparison_budget{.warm_up = 0.6}})
    CHECK_THROWS_AS(
        (void)hm::compare_samplers<hm::exact>(hm::serial_executor{}, model, budget, rng),
        std::invalid_argument);
}
