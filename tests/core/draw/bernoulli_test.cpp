// SPDX-License-Identifier: MIT
#include "harmonium/core/draw/bernoulli.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <random>

#include "support/fingerprint.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;
namespace draw = harmonium::draw;

namespace {

constexpr int size = 200000;

/// Standard errors between the number of heads and its expectation.
template <class Toss>
double heads_z(double p, Toss toss) {
  double heads = 0;
  for (int i = 0; i < size; ++i) heads += toss();
  return (heads - size * p) / std::sqrt(size * p * (1 - p));
}

}  // namespace

TEST_CASE_TEMPLATE("coins fall as told", Engine, hm::random_engine, std::mt19937_64) {
  Engine rng(51);
  for (const double p : {1e-4, 0.1, 0.5, 0.77, 0.9999}) {
    CAPTURE(p);
    CHECK(std::abs(heads_z(p, [&] { return draw::bernoulli(p, rng); })) < 5);
    const double eta = std::log(p / (1 - p));
    CHECK(std::abs(heads_z(p, [&] { return draw::bernoulli_logit(eta, rng); })) < 5);
  }
}

TEST_CASE("certain coins") {
  hm::random_engine rng(52);
  const double infinity = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 1000; ++i) {
    CHECK(!draw::bernoulli(0, rng));
    CHECK(draw::bernoulli(1, rng));
    for (const double eta : {800.0, infinity}) {
      CHECK(draw::bernoulli_logit(eta, rng));
      CHECK(!draw::bernoulli_logit(-eta, rng));
    }
  }
}

TEST_CASE("coins that are none are refused") {
  hm::random_engine rng(53);
  CHECK_THROWS_AS(draw::bernoulli(-1e-9, rng), std::domain_error);
  CHECK_THROWS_AS(draw::bernoulli(1 + 1e-9, rng), std::domain_error);
  CHECK_THROWS_AS(draw::bernoulli(std::nan(""), rng), std::domain_error);
  CHECK_THROWS_AS(draw::bernoulli_logit(std::nan(""), rng), std::domain_error);
}

TEST_CASE("the same bits from every compiler") {
  hm::random_engine rng(7);
  CHECK(fingerprint::of(10000, [&] { return draw::bernoulli(0.3, rng); }) == 0xe574cc28b7959002u);
  fingerprint all;
  for (int i = 0; i < 100000; ++i) all.add(draw::bernoulli_logit(i * 1e-4 - 5, rng));
  CHECK(all.value() == 0x1fdf7340e9e34f8du);
}

TEST_CASE_TEMPLATE("a layer at once is its units one by one", S, float, double) {
  std::vector<S> eta, out(150);
  for (int k = 0; k < 150; ++k) eta.push_back(static_cast<S>(0.1 * (k - 75)));
  eta[3] = std::numeric_limits<S>::infinity();
  eta[4] = -eta[3];
  hm::random_engine together(5), single(5);
  for (int i = 0; i < 20; ++i) {
    draw::bernoulli_logits<S>(eta, out, together);
    for (std::size_t k = 0; k < out.size(); ++k)
      CHECK((out[k] == S(1)) == draw::bernoulli_logit(static_cast<double>(eta[k]), single));
  }
  CHECK(together == single);
  eta[5] = std::numeric_limits<S>::quiet_NaN();
  CHECK_THROWS_AS(draw::bernoulli_logits<S>(eta, out, together), std::domain_error);
}
