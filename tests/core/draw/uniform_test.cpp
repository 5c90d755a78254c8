// SPDX-License-Identifier: MIT
#include "harmonium/core/draw/uniform.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>

#include "support/fingerprint.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;
namespace draw = harmonium::draw;

namespace {

/// An engine that says what it is told.
struct scripted {
  using result_type = std::uint64_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }
  result_type operator()() { return words.at(next++); }
  std::vector<result_type> words;
  std::size_t next = 0;
};

}  // namespace

TEST_CASE_TEMPLATE("uniform numbers are uniform", Engine, hm::random_engine, std::mt19937_64) {
  Engine rng(1);
  const auto sample = statistics::collect(200000, [&] { return draw::uniform(rng); });
  CHECK(statistics::kolmogorov_p(sample, [](double x) { return x; }) > statistics::implausible);
  const statistics::moments m(sample, 0.5, 1.0 / 12);
  CHECK(std::abs(m.mean_z) < 5);
  CHECK(std::abs(m.variance_z) < 5);
  const auto scaled = statistics::collect(200000, [&] { return draw::uniform(-3, 7, rng); });
  CHECK(statistics::kolmogorov_p(scaled, [](double x) { return (x + 3) / 10; }) >
        statistics::implausible);
}

TEST_CASE("uniform never yields 0 or 1") {
  scripted rng{{0, ~std::uint64_t{0}}};
  CHECK(draw::uniform(rng) == 0x1p-53);
  CHECK(draw::uniform(rng) == 1 - 0x1p-53);
}

TEST_CASE_TEMPLATE("filling takes the next words", Engine, hm::random_engine, std::mt19937_64) {
  Engine one(4), other(4);
  std::vector<std::uint64_t> words(5);
  draw::fill(words, one);
  for (const std::uint64_t word : words) CHECK(word == other());
}

TEST_CASE_TEMPLATE("below is even over small, odd and huge ranges", Engine, hm::random_engine,
                   std::mt19937_64) {
  Engine rng(2);
  for (const std::uint64_t n :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{10},
        std::uint64_t{1000}, (std::uint64_t{1} << 62) * 3}) {
    const std::uint64_t cells = std::min<std::uint64_t>(n, 12);
    std::vector<double> observed(cells, 0), expected(cells, 0);
    const int size = 60000;
    for (int i = 0; i < size; ++i) {
      const std::uint64_t word = draw::below(n, rng);
      REQUIRE(word < n);
      ++observed[n <= 12 ? word : word / (n / 12 + (n % 12 ? 1 : 0))];
    }
    if (n == 1) continue;
    const std::uint64_t width = n <= 12 ? 1 : n / 12 + (n % 12 ? 1 : 0);
    for (std::uint64_t c = 0; c < cells; ++c)
      expected[c] =
          size * static_cast<double>(std::min(width, n - c * width)) / static_cast<double>(n);
    CHECK(statistics::chi_square_p(observed, expected) > statistics::implausible);
  }
}

TEST_CASE("below takes the high half of the product and draws incomplete rounds again") {
  // n = 3 * 2^62: words whose product's low half is below 2^64 mod n = 2^62 are drawn again.
  const std::uint64_t n = std::uint64_t{3} << 62;
  scripted rng{{0, ~std::uint64_t{0}, 5}};
  CHECK(draw::below(n, rng) == n - 1);
  CHECK(rng.next == 2);
  scripted mixed{{0x123456789abcdef0u}};
  CHECK(draw::below(0xfedcba9876543211u, mixed) == 0x121fa00ad77d7422u);
  CHECK_THROWS_AS(draw::below(0, rng), std::domain_error);
}

TEST_CASE_TEMPLATE("every order is equally likely", Engine, hm::random_engine, std::mt19937_64) {
  Engine rng(3);
  std::map<std::vector<int>, double> seen;
  const int size = 48000;
  for (int i = 0; i < size; ++i) {
    std::vector<int> items{1, 2, 3, 4};
    draw::shuffle(std::span(items), rng);
    ++seen[items];
  }
  REQUIRE(seen.size() == 24);
  std::vector<double> observed;
  for (const auto& [order, times] : seen) observed.push_back(times);
  CHECK(statistics::chi_square_p(observed, std::vector<double>(24, size / 24.0)) >
        statistics::implausible);
}

TEST_CASE_TEMPLATE("every subset is equally likely, ascending and without repeats", Engine,
                   hm::random_engine, std::mt19937_64) {
  Engine rng(4);
  std::map<std::vector<hm::index>, double> seen;
  const int size = 40000;
  for (int i = 0; i < size; ++i) {
    const auto subset = draw::sample_without_replacement(6, 3, rng);
    REQUIRE(subset.size() == 3);
    REQUIRE((0 <= subset[0] && subset[0] < subset[1] && subset[1] < subset[2] && subset[2] < 6));
    ++seen[subset];
  }
  REQUIRE(seen.size() == 20);
  std::vector<double> observed;
  for (const auto& [subset, times] : seen) observed.push_back(times);
  CHECK(statistics::chi_square_p(observed, std::vector<double>(20, size / 20.0)) >
        statistics::implausible);
}

TEST_CASE("subsets at the edges") {
  hm::random_engine rng(5);
  CHECK(draw::sample_without_replacement(0, 0, rng).empty());
  CHECK(draw::sample_without_replacement(5, 0, rng).empty());
  CHECK(draw::sample_without_replacement(5, 5, rng) == std::vector<hm::index>{0, 1, 2, 3, 4});
  CHECK_THROWS_WITH_AS(draw::sample_without_replacement(5, 6, rng),
                       "sample_without_replacement: k must be in [0, n = 5], got 6",
                       std::invalid_argument);
  CHECK_THROWS_AS(draw::sample_without_replacement(5, -1, rng), std::invalid_argument);
}

TEST_CASE("the same bits from every compiler") {
  hm::random_engine rng(7);
  CHECK(draw::uniform(rng) == 0x1.8013f3b9e8c0fp-1);
  CHECK(draw::uniform(-3, 7, rng) == -0x1.125ba1756dda6p+1);
  CHECK(draw::below(1000, rng) == 795);
  std::vector<int> items{0, 1, 2, 3, 4, 5};
  draw::shuffle(std::span(items), rng);
  CHECK(items == std::vector<int>{1, 2, 4, 3, 0, 5});
  CHECK(draw::sample_without_replacement(100, 4, rng) == std::vector<hm::index>{33, 53, 71, 95});
  CHECK(fingerprint::of(100000, [&] { return draw::uniform(0.1, 0.7, rng); }) ==
        0x4d99de7e81fae62fu);
}
