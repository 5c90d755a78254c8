// SPDX-License-Identifier: MIT
#include "harmonium/metrics/gene_marginals.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "harmonium/io/mex.hpp"
#include "support/random_counts.hpp"
#include "support/score.hpp"
#include "support/shared.hpp"

namespace hm = harmonium;

namespace {

hm::count_matrix<> one_gene(const std::vector<int>& values) {
  hm::count_matrix<> counts(1);
  for (const int x : values) {
    counts.push_back(0, x);
    counts.finish_cell();
  }
  return counts;
}

}  // namespace

TEST_CASE("figures of one gene by hand") {
  const hm::gene_marginals gene(one_gene({0, 5, 0, 1, 4}));  // sorted 0 0 1 4 5
  CHECK(gene.mean[0] == 2);
  CHECK(gene.variance[0] == doctest::Approx((4 + 9 + 4 + 1 + 4) / 5.0).epsilon(1e-15));
  CHECK(gene.median[0] == 1);
  CHECK(gene.iqr[0] == 4);
  CHECK(gene.cv[0] == doctest::Approx(std::sqrt(4.4) / 2).epsilon(1e-15));
  CHECK(gene.zero_fraction[0] == 0.4);

  const hm::gene_marginals even(one_gene({0, 3, 1, 8}));  // quartiles 0.75, 2, 4.25
  CHECK(even.median[0] == 2);
  CHECK(even.iqr[0] == 3.5);
}

TEST_CASE("constant genes, no count, one cell") {
  const hm::gene_marginals constant(one_gene({3, 3, 3})), none(one_gene({0, 0})),
      single(one_gene({7}));
  CHECK(constant.cv[0] == 0);
  CHECK(constant.iqr[0] == 0);
  CHECK(none.cv[0] == 0);
  CHECK(none.zero_fraction[0] == 1);
  CHECK(single.median[0] == 7);
}

TEST_CASE("the metric is the mean absolute difference over genes") {
  hm::random_engine rng(1);
  const auto real = support::random_counts(50, 12, rng), made = support::random_counts(30, 12, rng);
  const std::vector<hm::index> labels(50, 0), others(30, 0);
  const auto figures = support::score(hm::marginals{}, real, labels, made, others);
  const hm::gene_marginals a(real), b(made);
  CHECK(figures.at("median") == doctest::Approx((a.median - b.median).cwiseAbs().mean()));
  CHECK(figures.at("iqr") == doctest::Approx((a.iqr - b.iqr).cwiseAbs().mean()));
  CHECK(figures.at("cv") == doctest::Approx((a.cv - b.cv).cwiseAbs().mean()));
  CHECK(figures.at("zero_fraction") ==
        doctest::Approx((a.zero_fraction - b.zero_fraction).cwiseAbs().mean()));
  CHECK(figures.at("cv") > 0);
  for (const auto& [name, value] : support::score(hm::marginals{}, real, labels, real, labels))
    CHECK(value == 0);
  for (const auto& [name, value] :
       support::score(hm::marginals{}, real, labels, hm::count_matrix<>(12), {}))
    CHECK(std::isnan(value));
}

TEST_CASE("genes of real cells have the marginals of the reference") {
  for (const std::string name :
       {"pbmc3k", "celseq2_5cl", "zeisel_strt", "zeisel_7class_200g", "bmdc_smarter"}) {
    const auto folder = shared_path("data/" + name);
    const auto table = shared_path("reference/" + name + "/gene_marginals.tsv");
    if (!folder || !table) {
      MESSAGE("skipped: no shared data set " << name);
      continue;
    }
    CAPTURE(name);
    const hm::gene_marginals found(hm::io::read_10x(*folder).counts);
    std::ifstream lines(*table);
    std::string line, gene;
    std::getline(lines, line);  // gene, mean, variance, median, iqr, cv, zero_fraction
    double worst = 0;           // the file has ten digits
    hm::index j = 0;
    for (; std::getline(lines, line); ++j) {
      std::istringstream fields(line);
      std::getline(fields, gene, '\t');
      for (const auto* figure : {&found.mean, &found.variance, &found.median, &found.iqr, &found.cv,
                                 &found.zero_fraction}) {
        double expected = 0;
        fields >> expected;
        worst =
            std::max(worst, std::abs((*figure)[j] - expected) / std::max(1.0, std::abs(expected)));
      }
      REQUIRE(fields);
    }
    CHECK(j == found.mean.size());
    CHECK(worst < 1e-9);
  }
}
