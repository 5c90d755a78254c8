// SPDX-License-Identifier: MIT
#include "harmonium/testing/check_unit.hpp"

#include <doctest/doctest.h>

#include <span>
#include <vector>

#include "harmonium/core/draw/bernoulli.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/poisson.hpp"

namespace hm = harmonium;

namespace {

// Right but for one law each.
struct twice_the_mean : hm::poisson {
  using hm::poisson::poisson;
  void mean(std::span<const double> eta, std::span<double> out) const {
    hm::poisson::mean(eta, out);
    for (double& m : out) m *= 2;
  }
};
struct adds_to_its_output : hm::poisson {
  using hm::poisson::poisson;
  void variance(std::span<const double> eta, std::span<double> out) const {
    const double before = out[0] > -1e9 ? out[0] : 0;
    hm::poisson::variance(eta, out);
    out[0] += before;
  }
};
struct supports_all : hm::poisson {
  using hm::poisson::poisson;
  bool supports(std::span<const double>) const { return true; }
};
struct one_state_too_few : hm::bernoulli {
  using hm::bernoulli::bernoulli;
  hm::index states() const { return hm::bernoulli::states() - 1; }
};
struct always_one : hm::bernoulli {
  using hm::bernoulli::bernoulli;
  void sample(std::span<const double>, std::span<double> out, hm::random_engine&) const {
    for (double& x : out) x = 1;
  }
};

template <class U>
std::string found(U units, std::vector<double> eta) {
  return hm::testing::check_unit<U>({.layers = {{std::move(units), std::move(eta)}},
                                     .whole_numbers = !hm::enumerable_unit_family<U>})
      .text();
}

bool says(const std::string& text, const char* what) {
  return text.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("the suite of units passes what is right and names what is wrong") {
  CHECK(found(hm::poisson(1), {0.5}) == "");
  CHECK(found(hm::bernoulli(2), {0.5, -1}) == "");
  CHECK(says(found(twice_the_mean(1), {0.5}), "layer 0: unit 0: mean"));
  CHECK(says(found(adds_to_its_output(1), {0.5}), "not overwritten whole"));
  CHECK(says(found(supports_all(1), {0.5}), "NaN or infinity is supported"));
  CHECK(says(found(one_state_too_few(2), {0.5, -1}), "the listed states have the mass"));
  CHECK(says(found(always_one(1), {0.5}), "samples average to"));
  CHECK(says(found(hm::poisson(2), {0.5}), "one eta for each unit"));
}

TEST_CASE("findings are counted, worded and thrown") {
  hm::testing::findings all;
  CHECK(all.passed());
  CHECK_NOTHROW(all.or_throw());
  {
    const auto where = all.in("here");
    for (int i = 0; i < 25; ++i) all.expect(i < 0, "a law");
  }
  all.expect_throw<std::invalid_argument>([] {}, "it throws");
  CHECK(!all);
  CHECK(all.asked() == 26);
  CHECK(all.failures().size() == 20);
  CHECK(all.failures().front() == "here: a law");
  CHECK(says(all.text(), "and 6 more"));
  CHECK_THROWS_AS(all.or_throw(), hm::testing::law_broken);
}
