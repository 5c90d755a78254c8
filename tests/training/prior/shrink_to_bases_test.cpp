// SPDX-License-Identifier: MIT
#include "harmonium/training/prior/shrink_to_bases.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/random_engine.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::serial_executor serial;

/// Totals of 300 genes in two components: negative binomial about the first base; the second base
/// is off by a factor of about e^1.
struct genes_of_base {
  static constexpr hm::index genes = 300;
  hm::matrix<double> totals{2, genes}, dispersion = hm::matrix<double>::Constant(2, genes, 20);
  std::array<hm::matrix<double>, 2> bases{hm::matrix<double>(2, genes),
                                          hm::matrix<double>(2, genes)};
  std::vector<char> used = std::vector<char>(genes, 1);

  genes_of_base() {
    hm::random_engine rng(1);
    for (hm::index c = 0; c < 2; ++c)
      for (hm::index m = 0; m < genes; ++m) {
        bases[0](c, m) = std::exp(3 + hm::draw::normal(rng));
        bases[1](c, m) = bases[0](c, m) * std::exp(hm::draw::normal(rng));
        totals(c, m) = static_cast<double>(hm::draw::negative_binomial(bases[0](c, m), 20, rng));
      }
  }
};

}  // namespace

TEST_CASE("the grid goes from e^-6 to e^6 with 1 in its middle, densest there") {
  const auto fold = hm::fold_grid();
  CHECK(fold.front() == doctest::Approx(std::exp(-6.0)));
  CHECK(fold[24] == 1);
  CHECK(fold.back() == doctest::Approx(std::exp(6.0)));
  CHECK(fold[25] < 1.1);
  for (std::size_t j = 1; j < fold.size(); ++j) CHECK(fold[j] > fold[j - 1]);
}

TEST_CASE("the base that the genes follow takes the weight, and totals shrink to it") {
  const genes_of_base data;
  const auto found =
      hm::shrink_to_bases(serial, data.totals, data.bases, data.dispersion, data.used);
  for (hm::index c = 0; c < 2; ++c) {
    CHECK(found.weight(c, 0) > 0.9);
    CHECK(found.weight.row(c).sum() == doctest::Approx(1));
  }
  double off = 0, raw = 0;
  for (hm::index k = 0; k < data.totals.size(); ++k) {
    const double base = data.bases[0].data()[k];
    off += std::abs(found.total.data()[k] / base - 1);
    raw += std::abs(data.totals.data()[k] / base - 1);
  }
  CHECK(off < 0.3 * raw);
}

TEST_CASE("totals that are known well keep what they say of any base") {
  // A thousand times the expectation's inverse standard deviation away from the base.
  hm::matrix<double> totals(1, 2), base(1, 2);
  totals << 50000, 200000;
  base << 100000, 100000;
  const auto found =
      hm::shrink_to_bases(serial, totals, std::span<const hm::matrix<double>>(&base, 1),
                          hm::matrix<double>::Constant(1, 2, 1e7), std::vector<char>{1, 1});
  // The grid's steps are below 8 per cent within a factor of two of 1.
  CHECK(std::abs(std::log(found.total(0, 0) / 50000)) < 0.08);
  CHECK(std::abs(std::log(found.total(0, 1) / 200000)) < 0.08);
}

TEST_CASE("genes that the prior is not learned from are shrunk all the same") {
  genes_of_base data;
  for (hm::index m = 0; m < 150; ++m) data.used[static_cast<std::size_t>(m)] = 0;
  const auto found =
      hm::shrink_to_bases(serial, data.totals, data.bases, data.dispersion, data.used);
  genes_of_base other;
  for (hm::index m = 0; m < 150; ++m) other.used[static_cast<std::size_t>(m)] = 0;
  other.totals(0, 0) = 1e6;
  const auto same =
      hm::shrink_to_bases(serial, other.totals, other.bases, other.dispersion, other.used);
  CHECK(found.weight == same.weight);
  CHECK(same.total(0, 0) > 100 * found.total(0, 0));
  CHECK(found.total.rightCols(299) == same.total.rightCols(299));
}

TEST_CASE("the same bits for any number of threads; sizes are checked") {
  const genes_of_base data;
  const auto one = hm::shrink_to_bases(serial, data.totals, data.bases, data.dispersion, data.used);
  const auto three = hm::shrink_to_bases(hm::thread_executor(3), data.totals, data.bases,
                                         data.dispersion, data.used);
  CHECK(one.total == three.total);
  CHECK(one.weight == three.weight);
  CHECK_THROWS_AS(hm::shrink_to_bases(serial, data.totals, {}, data.dispersion, data.used),
                  std::invalid_argument);
  CHECK_THROWS_AS(
      hm::shrink_to_bases(serial, data.totals, data.bases, data.dispersion, std::vector<char>{1}),
      std::invalid_argument);
}
