// SPDX-License-Identifier: MIT
#include "harmonium/report/candidates.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/metrics/cluster_proportions.hpp"
#include "harmonium/metrics/gene_correlation.hpp"
#include "harmonium/metrics/memorisation.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

std::vector<hm::index> kinds(hm::index cells) {
  std::vector<hm::index> labels;
  for (hm::index i = 0; i < cells; ++i) labels.push_back(i % 2);
  return labels;
}

/// Cheap, and enough to tell candidates from each other.
struct few_metrics {
  hm::evaluation operator()(const hm::comparison& pair) const {
    return hm::evaluate(pair, hm::cluster_proportions{}, hm::gene_correlation{}, hm::memorisation{},
                        sizes{});
  }
  struct sizes {
    static constexpr std::string_view name = "sizes", range = "", chance = "", ceiling = "";
    [[nodiscard]] std::vector<hm::figure> evaluate(const hm::comparison& pair) const {
      return {{"cells", static_cast<double>(pair.counts().cells())},
              {"reference", static_cast<double>(pair.reference().counts().cells())},
              {"pilot", static_cast<double>(pair.reference().pilot().size())}};
    }
  };
};

hm::candidates_result judged(const hm::candidates_options& options, int threads = 1,
                             std::uint64_t seed = 5) {
  const auto real = tiny::toy_counts(200, 15, 1), made = tiny::toy_counts(90, 15, 2);
  hm::random_engine rng(seed);
  return hm::compare_candidates(hm::thread_executor(threads), real, kinds(200), made, options,
                                few_metrics{}, hm::silent{}, rng);
}

const std::vector<hm::index> pilot{3, 0, 7, 8, 10, 21, 30, 33, 40, 41, 50, 57, 60, 66, 70, 75};

}  // namespace

TEST_CASE("labels are transferred where the options say") {
  const auto in_components = judged({.repeats = 1, .pilot = pilot});
  const auto in_layout =
      judged({.repeats = 1, .transfer = hm::transfer_space::umap, .pilot = pilot});
  const auto apart =
      judged({.repeats = 1, .transfer = hm::transfer_space::paper_protocol, .pilot = pilot}, 2);
  const auto difference = [](const hm::candidates_result& found) {
    return found.scores.values(hm::candidate::fresh, "cluster_proportions", "total_variation")[0];
  };
  CHECK(difference(in_layout) == doctest::Approx(difference(in_components)));
  CHECK(difference(apart) != difference(in_components));
}

TEST_CASE("every candidate has as many cells, judged against the pilot and half of the others") {
  const auto found = judged({.repeats = 2, .pilot = pilot});
  CHECK(found.finished);
  CHECK(found.pilot_known);
  CHECK(found.cells == 90);
  CHECK(found.judged_against == 16 + 92);
  for (const auto who :
       {hm::candidate::submitted, hm::candidate::fresh, hm::candidate::copies, hm::candidate::noisy,
        hm::candidate::independent, hm::candidate::clustered}) {
    CAPTURE(who);
    CHECK(found.scores.values(who, "sizes", "cells") == std::vector<double>{90, 90});
    CHECK(found.scores.values(who, "sizes", "reference") == std::vector<double>{108, 108});
    CHECK(found.scores.values(who, "sizes", "pilot") == std::vector<double>{16, 16});
  }
  CHECK(found.scores.values(hm::candidate::submitted_whole, "sizes", "reference") ==
        std::vector<double>{200});
  CHECK(found.scores.rows.back().repeat == 0);

  const auto unknown = judged({.repeats = 1, .cells = 50});
  CHECK(!unknown.pilot_known);
  CHECK(unknown.cells == 50);
  CHECK(unknown.judged_against == 100);
  CHECK(unknown.scores.values(hm::candidate::fresh, "sizes", "pilot") == std::vector<double>{0});
}

TEST_CASE("ceilings and floors are where they belong") {
  const auto found = judged({.pilot = pilot});
  const auto mean = [&](std::string_view who, const char* metric, const char* figure) {
    return hm::summarise(found.scores.values(who, metric, figure)).mean;
  };
  // A third of the genes rises in one kind, a third in the other: independent genes lose that.
  CHECK(mean(hm::candidate::fresh, "gene_correlation", "r") > 0.8);
  CHECK(mean(hm::candidate::submitted, "gene_correlation", "r") > 0.8);
  CHECK(mean(hm::candidate::clustered, "gene_correlation", "r") > 0.7);
  CHECK(std::abs(mean(hm::candidate::independent, "gene_correlation", "r")) < 0.4);
  // Fresh cells are as near to cells that they have not seen; copies are pilot cells.
  CHECK(mean(hm::candidate::copies, "memorisation", "nearer_to_pilot") == 1);
  CHECK(mean(hm::candidate::fresh, "memorisation", "nearer_to_pilot") ==
        doctest::Approx(0.5).epsilon(0.4));
}

TEST_CASE("equal seeds give the same bits for any number of threads, other seeds others") {
  const auto one = judged({.repeats = 2, .pilot = pilot}, 1);
  const auto three = judged({.repeats = 2, .pilot = pilot}, 3);
  const auto other = judged({.repeats = 2, .pilot = pilot}, 1, 6);
  REQUIRE(one.scores.rows.size() == three.scores.rows.size());
  std::size_t differ = 0;
  for (std::size_t k = 0; k < one.scores.rows.size(); ++k) {
    CHECK(one.scores.rows[k].candidate == three.scores.rows[k].candidate);
    CHECK(std::bit_cast<std::uint64_t>(one.scores.rows[k].value) ==
          std::bit_cast<std::uint64_t>(three.scores.rows[k].value));
    if (one.scores.rows[k].value != other.scores.rows[k].value) ++differ;
  }
  CHECK(differ > 10);
  CHECK(one.scores.values(hm::candidate::fresh, "gene_correlation", "r")[0] !=
        one.scores.values(hm::candidate::fresh, "gene_correlation", "r")[1]);
}

TEST_CASE("fresh cells are none of those judged against") {
  // Every cell has one count, in a gene of its own: copies would show as equal cells.
  hm::count_matrix<> real(40);
  for (hm::index i = 0; i < 40; ++i) {
    real.push_back(i, 1);
    real.finish_cell();
  }
  hm::random_engine rng(1);
  const auto overlap = [](const hm::comparison& pair) {
    const auto here = hm::gene_means(pair.counts()),
               there = hm::gene_means(pair.reference().counts());
    double shared = 0;
    for (hm::index j = 0; j < 40; ++j) shared += here[j] > 0 && there[j] > 0 ? 1 : 0;
    return hm::evaluation{{{"overlap", "", "", "", {{"genes", shared}}}}};
  };
  const std::vector<hm::index> labels(40, 0), rows{1, 4, 9, 16};
  const auto found =
      hm::compare_candidates(hm::serial_executor{}, real, labels, real,
                             {.repeats = 5, .pilot = rows}, overlap, hm::silent{}, rng);
  CHECK(found.scores.values(hm::candidate::fresh, "overlap", "genes") ==
        std::vector<double>(5, 0.0));
  for (const double genes : found.scores.values(hm::candidate::copies, "overlap", "genes"))
    CHECK(genes > 0);
}

TEST_CASE("an observer sees every candidate and can stop") {
  const auto real = tiny::toy_counts(60, 6, 1);
  std::vector<hm::index> seen;
  const auto watch = [&](const hm::progress& now) {
    CHECK(now.total == 13);
    seen.push_back(now.done);
    return now.done == 9 ? hm::flow::stop : hm::flow::proceed;
  };
  hm::random_engine rng(5);
  const auto found = hm::compare_candidates(hm::serial_executor{}, real, kinds(60), real,
                                            {.repeats = 2}, few_metrics{}, watch, rng);
  CHECK(!found.finished);
  CHECK(seen.front() == 1);
  CHECK(seen.back() == 9);
}

TEST_CASE("what does not fit is refused") {
  const auto real = tiny::toy_counts(20, 6, 1), narrow = tiny::toy_counts(20, 5, 1);
  hm::random_engine rng(1);
  const auto attempt = [&](const hm::count_matrix<>& made, std::vector<hm::index> labels,
                           const hm::candidates_options& options) {
    (void)hm::compare_candidates(hm::serial_executor{}, real, labels, made, options, few_metrics{},
                                 hm::silent{}, rng);
  };
  const auto all_but_three = [] {
    std::vector<hm::index> rows;
    for (hm::index i = 0; i < 17; ++i) rows.push_back(i);
    return rows;
  }();
  CHECK_THROWS_AS(attempt(narrow, kinds(20), {}), std::invalid_argument);
  CHECK_THROWS_AS(attempt(real, kinds(19), {}), std::invalid_argument);
  CHECK_THROWS_AS(attempt(real, std::vector<hm::index>(20, -1), {}), std::invalid_argument);
  CHECK_THROWS_AS(attempt(real, kinds(20), {.repeats = 0}), std::invalid_argument);
  CHECK_THROWS_AS(attempt(real, kinds(20), {.cells = 11}), std::invalid_argument);
  CHECK_THROWS_AS(attempt(real, kinds(20), {.pilot = {20}}), std::invalid_argument);
  CHECK_THROWS_AS(attempt(real, kinds(20), {.pilot = all_but_three}), std::invalid_argument);
  CHECK_THROWS_AS(attempt(hm::count_matrix<>(6), kinds(20), {}), std::invalid_argument);
  CHECK_NOTHROW(attempt(real, kinds(20), {.repeats = 1, .cells = 10}));
}
