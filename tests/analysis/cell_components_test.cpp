// SPDX-License-Identifier: MIT
#include "harmonium/analysis/cell_components.hpp"

#include <doctest/doctest.h>

#include <numeric>
#include <utility>
#include <vector>

#include "harmonium/analysis/k_means.hpp"
#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/metrics/partition_agreement.hpp"
#include "harmonium/training/training_rows.hpp"

namespace hm = harmonium;

namespace {

/// Two kinds of cells, told apart by 20 of 60 genes; gene 0 is `loud` times larger than the others
/// and the same in both.
struct two_kinds {
  hm::count_matrix<> counts{60};
  std::vector<hm::index> kind;

  two_kinds(double mean, double theta, double loud) {
    hm::random_engine rng(3);
    for (hm::index i = 0; i < 120; ++i) {
      kind.push_back(i % 2);
      for (hm::index m = 0; m < 60; ++m) {
        double mu = mean * (m == 0 ? loud : 1);
        if (m > 0 && m <= 20 && i % 2 == 1) mu *= 4;
        counts.push_back(m, hm::draw::negative_binomial(mu, theta, rng));
      }
      counts.finish_cell();
    }
  }
};

double agreement(const two_kinds& data) {
  const auto scores = hm::cell_components(data.counts, 3);
  hm::random_engine rng(1);
  const auto found = hm::k_means(hm::serial_executor{}, scores, {.clusters = 2}, rng);
  return hm::adjusted_rand_index(data.kind, found.labels);
}

}  // namespace

TEST_CASE("small counts: the scores are those of deviance residuals") {
  const two_kinds data(2, 5, 1);
  const auto expected = hm::pca(hm::deviance_residuals(data.counts), {.components = 3}).scores;
  CHECK(hm::cell_components(data.counts, 3) == expected);
  CHECK(agreement(data) > 0.9);
}

TEST_CASE("read counts: one loud gene does not hide the kinds") {
  const two_kinds data(2000, 1.5, 10);
  CHECK(hm::cell_components(data.counts, 3) !=
        hm::pca(hm::deviance_residuals(data.counts), {.components = 3}).scores);
  CHECK(agreement(data) > 0.9);
}

TEST_CASE("rows count by the ratios of their weights, also where these have mean 1") {
  const auto counts = two_kinds(2, 3, 1).counts;
  const auto scores = [&](double first, double second) {
    std::vector<hm::index> all(120);
    std::iota(all.begin(), all.end(), hm::index{0});
    std::vector<double> weights;
    for (int i = 0; i < 120; ++i) weights.push_back(i % 2 == 0 ? first : second);
    return hm::cell_components(
        hm::training_rows<hm::count_matrix<>>(counts, {std::move(all), weights}), 2);
  };
  const auto whole = scores(1, 3), shares = scores(0.5, 1.5), equal = scores(1, 1);
  CHECK((whole - shares).cwiseAbs().maxCoeff() < 1e-8);
  CHECK((whole - equal).cwiseAbs().maxCoeff() > 1e-2);
}
