// SPDX-License-Identifier: MIT
#include "harmonium/models/residuals/count_thresholds.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "harmonium/core/draw/normals.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::serial_executor serial;

/// Means from a hundredth to 20,000, two states.
hm::count_states simulated() {
  constexpr hm::index genes = 24;
  hm::count_states states;
  states.weights = hm::vector<double>::Constant(2, 0.5);
  states.mean.resize(2, genes);
  states.theta = hm::matrix<double>::Constant(2, genes, 0.7);
  states.theta.row(1).setConstant(12);
  states.sizes.resize(0);
  for (hm::index m = 0; m < genes; ++m)
    for (hm::index s = 0; s < 2; ++s)
      states.mean(s, m) = std::exp(-4.6 + 14.5 * static_cast<double>((m + 5 * s) % genes) / genes);
  return states;
}

hm::vector<double> unlimited(hm::index genes) {
  return hm::vector<double>::Constant(genes, 1e9);
}

}  // namespace

TEST_CASE("counts are those of the score tables") {
  const auto states = simulated();
  const hm::count_thresholds thresholds(serial, states, unlimited(states.genes()), {});
  hm::random_engine rng(1);
  std::vector<float> scores(2000);
  hm::draw::normals(scores, rng);
  // Far out too, where no line through the ends says where they are (but before the last node).
  for (float far = -8; far < 6; far += 0.0371f) scores.push_back(far);
  for (hm::index s = 0; s < 2; ++s)
    for (hm::index m = 0; m < states.genes(); ++m) {
      const hm::nb_score_table table(states.mean(s, m), states.theta(s, m));
      for (const float score : scores) {
        const double want = table.count(static_cast<double>(score));
        const double got = thresholds.count(s, m, score);
        // Ends are floats: beyond 24 a step may fall on the other side of one.
        CHECK(std::abs(got - want) <= (want > 24 ? 1 + 1e-5 * want : 0));
      }
    }
}

TEST_CASE("a cell's counts: those of its scores, zeros left out, the largest kept") {
  const auto states = simulated();
  hm::vector<double> largest = unlimited(states.genes());
  largest[3] = 0;  // never counted
  largest[20] = 9;
  largest[16] = 0.4;  // of a scaled model: 1 is too much
  const hm::count_thresholds thresholds(serial, states, largest, {});
  hm::random_engine rng(2);
  std::vector<float> scores(static_cast<std::size_t>(states.genes()));
  std::vector<std::int32_t> scratch;
  hm::count_matrix<> cells(states.genes());
  for (hm::index n = 0; n < 300; ++n) {
    hm::draw::normals(scores, rng);
    thresholds.append(n % 2, scores, scratch, cells);
    cells.finish_cell();
    const auto cell = cells.cell(n);
    std::size_t next = 0;
    for (hm::index m = 0; m < states.genes(); ++m) {
      const auto want = thresholds.count(n % 2, m, scores[static_cast<std::size_t>(m)]);
      CHECK(want <= largest[m]);
      if (want == 0) continue;
      REQUIRE(next < cell.size());
      CHECK(cell.genes[next] == m);
      CHECK(cell.values[next++] == want);
    }
    CHECK(next == cell.size());
  }
  CHECK(hm::gene_means(cells)[3] == 0);
  CHECK(hm::gene_means(cells)[16] == 0);
  CHECK(thresholds.count(0, 5, std::numeric_limits<float>::infinity()) > 0);
}

TEST_CASE("a calibration moves the ends, not the counts") {
  const auto states = simulated();
  std::vector<hm::score_interval> low;
  for (int i = 0; i < 200; ++i) low.push_back({-hm::score_limit, -0.5 + 0.001 * i});
  const std::vector<hm::score_calibration> maps(static_cast<std::size_t>(states.genes()),
                                                hm::score_calibration(low, 20));
  const hm::count_thresholds thresholds(serial, states, unlimited(states.genes()), maps);
  int different = 0;
  for (hm::index m = 0; m < 12; ++m) {  // small counts, whose ends are exact
    const hm::nb_score_table table(states.mean(0, m), states.theta(0, m));
    for (double z = -3; z < 3; z += 0.0137) {
      const double want = table.count(maps[0].inverse(z));
      const double got = thresholds.count(0, m, static_cast<float>(z));
      CHECK(std::abs(got - want) <= (want > 24 ? 2 : 0));
      different += table.count(z) != want ? 1 : 0;
    }
  }
  CHECK(different > 100);
}

TEST_CASE("drawn counts follow the negative binomial, by chi-square") {
  const auto states = simulated();
  const hm::count_thresholds thresholds(serial, states, unlimited(states.genes()), {});
  for (const hm::index m : {4, 8, 11}) {
    hm::random_engine rng(static_cast<std::uint64_t>(m));
    std::vector<float> z(40'000);
    hm::draw::normals(z, rng);
    // Cells of about equal probability from the distribution itself.
    const double mean = states.mean(0, m), theta = states.theta(0, m);
    std::vector<double> expected, ends;
    double below = 0;
    for (double x = 0; below < 0.999; x += 1) {
      const double upto = hm::nb_cdf(x, mean, theta);
      if ((upto - below) * 40'000 < 50) continue;
      ends.push_back(x);
      expected.push_back((upto - below) * 40'000);
      below = upto;
    }
    expected.push_back((1 - below) * 40'000);
    std::vector<double> seen(expected.size(), 0.0);
    for (const float score : z) {
      const double x = thresholds.count(0, m, score);
      seen[static_cast<std::size_t>(std::lower_bound(ends.begin(), ends.end(), x) -
                                    ends.begin())] += 1;
    }
    double chi_square = 0;
    for (std::size_t k = 0; k < seen.size(); ++k)
      chi_square += (seen[k] - expected[k]) * (seen[k] - expected[k]) / expected[k];
    const auto freedom = static_cast<double>(seen.size() - 1);
    CHECK(chi_square < freedom + 5 * std::sqrt(2 * freedom));
  }
}
