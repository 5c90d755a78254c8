// SPDX-License-Identifier: MIT
#include "harmonium/units/dispersion.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/io/mex.hpp"
#include "support/shared.hpp"

namespace hm = harmonium;

namespace {

/// Cells with the same count, mean and factor of theta.
struct entry {
  double x, mean, cells = 1, scale = 1;
};

double objective(const std::vector<entry>& data, double theta, double penalty) {
  double value = -penalty / (theta * theta);
  for (const auto& [x, mu, cells, scale] : data) {
    const double own = scale * theta;
    value += cells * (std::lgamma(x + own) - std::lgamma(own) + own * std::log(own / (own + mu)) +
                      (x > 0 ? x * std::log(mu / (own + mu)) : 0.0));
  }
  return value;
}

hm::dispersion_tally tally_of(const std::vector<entry>& data) {
  hm::dispersion_tally tally;
  for (const auto& [x, mu, cells, scale] : data) {
    tally.add_cells(mu, cells, cells * x, scale);
    tally.add_count(x, cells, scale);
  }
  return tally;
}

hm::dispersion_fit fit(const std::vector<entry>& data, double start,
                       const hm::dispersion_options& options = {}) {
  return hm::fit_inverse_dispersion(tally_of(data).data(), start, options);
}

const std::vector<entry> plain{{1, 2},   {5, 4},   {2, 1}, {40, 20}, {3, 5}, {7, 5},
                               {1, 0.5}, {0, 0.3}, {0, 1}, {0, 2},   {0, 6}};
const std::vector<entry> scaled{{1, 2, 3, 1}, {5, 4, 1, 0.4}, {2, 1, 2, 2},   {40, 20, 1, 1.5},
                                {3, 5, 1, 1}, {7, 5, 4, 0.7}, {1, 0.5, 1, 3}, {0, 0.3, 5, 1},
                                {0, 1, 1, 2}, {0, 2, 2, 0.3}, {0, 6, 7, 1.2}};
// Counts beyond what a tally keeps in a table, in no order.
const std::vector<entry> large{{900, 300, 2}, {3, 20},  {255, 200}, {5000, 4000}, {256, 200, 3},
                               {900, 40},     {0, 0.5}, {3, 1, 2},  {257, 300},   {1e6, 5e5}};

}  // namespace

TEST_CASE("score and curvature are the derivatives of the penalised log-likelihood") {
  for (const auto& of : {plain, scaled}) {
    for (const double penalty : {0.0, 1.0, 100.0}) {
      for (const double theta : {0.05, 0.7, 3.0, 50.0}) {
        const double h = 1e-4 * theta;
        auto tally = tally_of(of);
        const auto data = tally.data();
        const auto [score, curvature] = hm::penalised_dispersion_score(data, theta, penalty);
        const double up = objective(of, theta + h, penalty);
        const double down = objective(of, theta - h, penalty);
        CHECK(score == doctest::Approx((up - down) / (2 * h)).epsilon(1e-6));
        const auto above = hm::penalised_dispersion_score(data, theta + h, penalty).score;
        const auto below = hm::penalised_dispersion_score(data, theta - h, penalty).score;
        CHECK(curvature == doctest::Approx((above - below) / (2 * h)).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("steps between distinct counts say the same as the counts one by one") {
  for (const auto& of : {plain, scaled, large}) {
    for (const double theta : {0.01, 0.7, 12.0, 4e3}) {
      double score = 0, curvature = 0, terms = 0, bends = 0;
      for (const auto& [x, mu, cells, scale] : of) {
        const double own = scale * theta, sum = own + mu;
        const double parts[] = {hm::math::digamma_difference(x, own), -std::log1p(mu / own),
                                (mu - x) / sum};
        const double curves[] = {hm::math::trigamma_difference(x, own), mu / (own * sum),
                                 -(mu - x) / (sum * sum)};
        for (const double part : parts) {
          score += cells * scale * part;
          terms += cells * scale * std::abs(part);
        }
        for (const double curve : curves) {
          curvature += cells * scale * scale * curve;
          bends += cells * scale * scale * std::abs(curve);
        }
      }
      auto tally = tally_of(of);
      const auto got = hm::penalised_dispersion_score(tally.data(), theta, 0);
      CHECK(std::abs(got.score - score) < 1e-14 * terms);
      CHECK(std::abs(got.curvature - curvature) < 1e-14 * bends);
    }
  }
}

TEST_CASE("a tally has one step per distinct count, and forgets when cleared") {
  auto tally = tally_of(large);
  CHECK(tally.data().steps.size() == 7);
  CHECK(tally.data().steps.size() == 7);
  CHECK(tally.data().steps.front().cells == 13);
  CHECK(tally.data().steps.back().cells == 1);
  tally.clear();
  CHECK(tally.data().steps.empty());
  CHECK(tally.data().cells.empty());
  for (const auto& [x, mu, cells, scale] : scaled) {
    tally.add_cells(mu, cells, cells * x, scale);
    tally.add_count(x, cells, scale);
  }
  CHECK(hm::fit_inverse_dispersion(tally.data(), 1).theta == fit(scaled, 1).theta);
}

TEST_CASE("cells behind an entry count as so many entries") {
  for (const bool with_scales : {false, true}) {
    hm::dispersion_tally once, repeated;
    for (const auto& [x, mu, cells, factor] : scaled) {
      const double scale = with_scales ? factor : 1;
      once.add_cells(mu, cells, cells * x, scale);
      once.add_count(x, cells, scale);
      for (int i = 0; i < static_cast<int>(cells); ++i) repeated.add_cell(x, mu, scale);
    }
    const auto a = hm::penalised_dispersion_score(once.data(), 0.8, 1);
    const auto b = hm::penalised_dispersion_score(repeated.data(), 0.8, 1);
    CHECK(a.score == doctest::Approx(b.score).epsilon(1e-12));
    CHECK(a.curvature == doctest::Approx(b.curvature).epsilon(1e-12));
    CHECK(hm::fit_inverse_dispersion(once.data(), 1).theta ==
          doctest::Approx(hm::fit_inverse_dispersion(repeated.data(), 1).theta).epsilon(1e-9));
  }
}

TEST_CASE("the estimate is the maximum, from any start") {
  for (const double penalty : {0.0, 1.0, 100.0}) {
    const auto found = fit(plain, 1, {.penalty = penalty});
    CHECK(found.status == hm::dispersion_status::converged);
    const double best = objective(plain, found.theta, penalty);
    CHECK(best > objective(plain, found.theta * 1.01, penalty));
    CHECK(best > objective(plain, found.theta / 1.01, penalty));
    for (const double start : {1e-9, 0.02, 0.5, 40.0, 1e9}) {
      const auto again = fit(plain, start, {.penalty = penalty});
      CHECK(again.status == hm::dispersion_status::converged);
      CHECK(again.theta == doctest::Approx(found.theta).epsilon(1e-9));
    }
  }
}

TEST_CASE("every gene ends with a status") {
  CHECK(fit({{0, 1, 50}}, 0.5).status == hm::dispersion_status::all_zero);
  CHECK(fit({{0, 1, 50}}, 0.5).theta == 0.5);
  const auto poisson = fit({{1, 1, 50}}, 0.5);
  CHECK(poisson.status == hm::dispersion_status::poisson_like);
  CHECK(poisson.theta == 1e4);
  const auto low = fit({{1000, 30, 3}, {0, 30, 97}}, 0.5, {.penalty = 0, .lower = 0.5});
  CHECK(low.status == hm::dispersion_status::at_lower_bound);
  CHECK(low.theta == 0.5);
  CHECK(fit(plain, 1e3, {.max_iterations = 1}).status == hm::dispersion_status::not_converged);
  CHECK(to_string(poisson.status) == "Poisson-like");
}

TEST_CASE("moments give a start within the bounds") {
  CHECK(hm::moment_inverse_dispersion(2, 4) == 2.0);
  CHECK(hm::moment_inverse_dispersion(2, 2) == 1e4);
  CHECK(hm::moment_inverse_dispersion(0, 0) == 1e4);
  CHECK(hm::moment_inverse_dispersion(0.001, 100) == 1e-3);
}

TEST_CASE("agrees with MASS::theta.ml and its penalised relatives on pbmc3k") {
  const auto table = shared_path("reference/theta_estimates.tsv");
  const auto folder = shared_path("data/pbmc3k");
  if (!table || !folder) {
    MESSAGE("skipped: the shared reference figures are not here");
    return;
  }
  const auto pilot = hm::io::read_10x(*folder);
  const hm::counts_by_gene by_gene(pilot.counts);
  const auto sizes = hm::library_sizes(pilot.counts);
  const double mean_size = sizes.mean();
  std::map<std::string, hm::index> position;
  for (std::size_t m = 0; m < pilot.genes.symbols.size(); ++m)
    position[pilot.genes.symbols[m]] = static_cast<hm::index>(m);

  std::ifstream file(*table);
  std::string line;
  std::getline(file, line);
  int genes = 0;
  double worst = 0;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string name;
    double mean = 0;
    fields >> name >> mean;
    const auto counted = by_gene.cells(position.at(name));
    const auto values = by_gene.values(position.at(name));
    for (const bool library : {false, true}) {
      for (const double penalty :
           library ? std::vector<double>{0, 1} : std::vector<double>{0, 1, 100}) {
        double expected = 0;
        fields >> expected;
        double exact_mean = 0;
        for (const double x : values) exact_mean += x;
        exact_mean /= static_cast<double>(pilot.counts.cells());
        CHECK(exact_mean == doctest::Approx(mean).epsilon(1e-8));
        hm::dispersion_tally tally;
        std::size_t next = 0;
        for (hm::index i = 0; i < pilot.counts.cells(); ++i) {
          const bool found = next < counted.size() && counted[next] == i;
          tally.add_cell(found ? values[next] : 0,
                         library ? exact_mean * sizes[i] / mean_size : exact_mean);
          next += found ? 1 : 0;
        }
        const auto estimate = hm::fit_inverse_dispersion(tally.data(), 0.5, {.penalty = penalty});
        CHECK(estimate.status == hm::dispersion_status::converged);
        worst = std::max(worst, std::abs(estimate.theta / expected - 1));
      }
    }
    ++genes;
  }
  CHECK(genes == 64);
  CHECK(worst < 1e-6);
  MESSAGE("largest relative deviation over " << genes << " genes: " << worst);
}
