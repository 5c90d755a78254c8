// SPDX-License-Identifier: MIT
#include "harmonium/training/empirical_bayes_means.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/core/draw/uniform.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::serial_executor serial;
constexpr hm::index cells = 120, genes = 400, components = 3;
constexpr double theta = 2;

/// Component of cell i: three of unequal size.
hm::index component_of(hm::index i) {
  return i % 6 < 3 ? 0 : i % 6 < 5 ? 1 : 2;
}

struct simulated {
  hm::count_matrix<> counts{genes};
  hm::matrix<double> truth{components, genes};
  hm::matrix<double> responsibilities = hm::matrix<double>::Zero(cells, components);
  hm::matrix<double> plain = hm::matrix<double>::Zero(components, genes);  ///< means of cells
  hm::vector<double> sizes = hm::vector<double>::Ones(cells);
  hm::vector<double> thetas = hm::vector<double>::Constant(genes, theta);

  /// `markers` genes of each component are 8 times as strong there; component 1 has
  /// `depth` times the counts.
  explicit simulated(hm::index markers, std::uint64_t seed, double depth = 1) {
    hm::random_engine rng(seed);
    for (hm::index m = 0; m < genes; ++m) {
      const double base = 0.2 + 3 * hm::draw::uniform(rng);
      for (hm::index c = 0; c < components; ++c)
        truth(c, m) = base * (m / std::max<hm::index>(markers, 1) == c && markers > 0 ? 8 : 1) *
                      (c == 1 ? depth : 1);
    }
    hm::vector<double> number = hm::vector<double>::Zero(components);
    for (hm::index i = 0; i < cells; ++i) {
      const hm::index c = component_of(i);
      responsibilities(i, c) = 1;
      number[c] += 1;
      for (hm::index m = 0; m < genes; ++m) {
        const auto x = hm::draw::negative_binomial(truth(c, m), theta, rng);
        counts.push_back(m, x);
        plain(c, m) += static_cast<double>(x);
      }
      counts.finish_cell();
    }
    for (hm::index c = 0; c < components; ++c) plain.row(c) /= number[c];
  }

  [[nodiscard]] hm::matrix<double> shrunk(const hm::empirical_bayes_options& options = {}) const {
    return hm::empirical_bayes_means(serial, hm::counts_by_gene(counts), responsibilities, sizes,
                                     thetas, options);
  }
};

/// Root mean square of the log of got over want.
double log_error(const hm::matrix<double>& got, const hm::matrix<double>& want) {
  double sum = 0;
  for (hm::index k = 0; k < got.size(); ++k) {
    const double d = std::log((got.data()[k] + 0.01) / (want.data()[k] + 0.01));
    sum += d * d;
  }
  return std::sqrt(sum / static_cast<double>(got.size()));
}

}  // namespace

TEST_CASE("where no gene differs, fold changes shrink to about none") {
  const simulated data(0, 1);
  const auto shrunk = data.shrunk();
  hm::matrix<double> common(components, genes);
  for (hm::index m = 0; m < genes; ++m) common.col(m).setConstant(hm::gene_means(data.counts)[m]);
  CHECK(log_error(data.plain, common) > 0.15);  // 20 to 60 cells at theta 2
  CHECK(log_error(shrunk, common) < 0.05);
  CHECK(log_error(shrunk, data.truth) < 0.6 * log_error(data.plain, data.truth));
}

TEST_CASE("strong markers survive, and means are nearer to the truth than plain ones") {
  const simulated data(20, 2);
  const auto shrunk = data.shrunk();
  CHECK(log_error(shrunk, data.truth) < 0.7 * log_error(data.plain, data.truth));
  for (hm::index m = 0; m < 60; ++m) {
    const hm::index own = m / 20, other = (own + 1) % components;
    const double change = std::log(shrunk(own, m) / shrunk(other, m));
    // The noise of a log fold change of two means of 20 to 60 cells at theta 2 is below 0.3.
    CHECK(std::abs(change - std::log(8.0)) < 1.2);
  }
}

TEST_CASE("a component's depth is no fold change of its genes") {
  const simulated data(20, 3, 5);
  CHECK(log_error(data.shrunk(), data.truth) < 0.7 * log_error(data.plain, data.truth));
}

TEST_CASE("gene means are kept, or not where told so") {
  const simulated data(20, 4);
  const auto kept = data.shrunk(), free = data.shrunk({.keep_gene_means = false});
  const auto means = hm::gene_means(data.counts);
  double off = 0;
  for (hm::index m = 0; m < genes; ++m) {
    const auto mean_of = [&](const hm::matrix<double>& of) {
      return (60 * of(0, m) + 40 * of(1, m) + 20 * of(2, m)) / cells;
    };
    CHECK(mean_of(kept) == doctest::Approx(means[m]).epsilon(1e-12));
    off = std::max(off, std::abs(mean_of(free) / means[m] - 1));
  }
  CHECK(off > 1e-3);
}

TEST_CASE("sizes stand for cells: half of them in double size is the same data") {
  const simulated data(20, 5);
  const hm::counts_by_gene counts(data.counts);
  const hm::vector<double> sizes = 2 * data.sizes;
  const auto doubled =
      hm::empirical_bayes_means(serial, counts, data.responsibilities, sizes, data.thetas / 2);
  const auto shrunk = data.shrunk();
  for (hm::index k = 0; k < shrunk.size(); ++k)
    CHECK(2 * doubled.data()[k] == doctest::Approx(shrunk.data()[k]).epsilon(1e-12));
}

TEST_CASE("the same bits for any number of threads") {
  const simulated data(20, 6);
  const hm::counts_by_gene counts(data.counts);
  CHECK(hm::empirical_bayes_means(hm::thread_executor(3), counts, data.responsibilities, data.sizes,
                                  data.thetas) == data.shrunk());
}

TEST_CASE("a gene without counts and an empty component stay finite; nothing at all is refused") {
  hm::count_matrix<> counts(2);
  for (int i = 0; i < 4; ++i) {
    counts.push_back(0, i + 1);
    counts.finish_cell();
  }
  hm::matrix<double> responsibilities = hm::matrix<double>::Zero(4, 2);
  responsibilities.col(0).setOnes();
  const hm::vector<double> sizes = hm::vector<double>::Ones(4),
                           thetas = hm::vector<double>::Ones(2);
  const auto means = hm::empirical_bayes_means(serial, hm::counts_by_gene(counts), responsibilities,
                                               sizes, thetas);
  CHECK(means(0, 0) == doctest::Approx(2.5).epsilon(1e-9));
  CHECK(means.allFinite());
  CHECK(means.minCoeff() > 0);
  CHECK(means(0, 1) < 1e-9);
  CHECK_THROWS_AS(hm::empirical_bayes_means(serial, hm::counts_by_gene(counts), responsibilities,
                                            hm::vector<double>(sizes.head(3)), thetas),
                  std::invalid_argument);
  hm::count_matrix<> none(2);
  for (int i = 0; i < 4; ++i) none.finish_cell();
  CHECK_THROWS_AS(
      hm::empirical_bayes_means(serial, hm::counts_by_gene(none), responsibilities, sizes, thetas),
      std::invalid_argument);
}
