// SPDX-License-Identifier: MIT
#include "harmonium/core/draw/bernoulli.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "harmonium/core/kernels.hpp"
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

namespace {

/// Words that lie where a coin of odds `eta` is decided, as near as doubles tell, and just beside.
struct close_words {
  using result_type = std::uint64_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }
  double eta;
  int step = 0;
  result_type operator()() {
    const double at = std::ldexp(1 / (1 + std::exp(-eta)), 52);
    const auto word = static_cast<result_type>(std::min(at, 0x1p52 - 1)) << 12;
    const auto beside = static_cast<result_type>(1 + step / 2) << (12 + step % 40);
    return step++ % 2 == 0 ? word + (word > max() - beside ? 0 : beside)
                           : word - std::min(word, beside);
  }
};

}  // namespace

TEST_CASE_TEMPLATE("a layer at once is its units one by one", S, float, double) {
  std::vector<S> eta, out(150);
  for (int k = 0; k < 150; ++k) eta.push_back(static_cast<S>(0.1 * (k - 75)));
  eta[3] = std::numeric_limits<S>::infinity();
  eta[4] = -eta[3];
  eta[5] = S(-95);
  eta[6] = S(95);
  for (const hm::kernel each : hm::available_kernels()) {
    const hm::kernel_scope scope(each);
    hm::random_engine together(5), single(5);
    for (int i = 0; i < 200; ++i) {
      draw::bernoulli_logits<S>(eta, out, together);
      std::size_t differ = 0;
      for (std::size_t k = 0; k < out.size(); ++k)
        differ += (out[k] == S(1)) != draw::bernoulli_logit(static_cast<double>(eta[k]), single);
      CHECK(differ == 0);
    }
    CHECK(together == single);
  }
  eta[5] = std::numeric_limits<S>::quiet_NaN();
  hm::random_engine rng(1);
  CHECK_THROWS_AS(draw::bernoulli_logits<S>(eta, out, rng), std::domain_error);
}

TEST_CASE_TEMPLATE("also where a coin stands nearly on its edge", S, float, double) {
  for (double x = -80; x < 80; x += 0.37) {
    const S eta = static_cast<S>(x);
    const std::vector<S> all(80, eta);
    std::vector<S> out(80);
    close_words together{static_cast<double>(eta)}, single = together;
    draw::bernoulli_logits<S>(all, out, together);
    std::size_t differ = 0;
    for (const S coin : out)
      differ += (coin == S(1)) != draw::bernoulli_logit(static_cast<double>(eta), single);
    CHECK(differ == 0);
  }
}
