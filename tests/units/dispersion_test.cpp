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

double objective(const hm::dispersion_data& data, double theta, double penalty) {
  double value = -penalty / (theta * theta);
  const auto entry = [](std::span<const double> of, std::size_t i) {
    return of.empty() ? 1 : of[i];
  };
  const auto term = [&](double x, double mu, double cells, double scale) {
    const double own = scale * theta;
    value += cells * (std::lgamma(x + own) - std::lgamma(own) + own * std::log(own / (own + mu)) +
                      (x > 0 ? x * std::log(mu / (own + mu)) : 0.0));
  };
  for (std::size_t i = 0; i < data.counts.size(); ++i)
    term(data.counts[i], data.means[i], entry(data.count_cells, i), entry(data.count_scales, i));
  for (std::size_t i = 0; i < data.zero_means.size(); ++i)
    term(0, data.zero_means[i], entry(data.zero_cells, i), entry(data.zero_scales, i));
  return value;
}

const std::vector<double> counts{1, 5, 2, 40, 3, 7, 1};
const std::vector<double> means{2, 4, 1, 20, 5, 5, 0.5};
const std::vector<double> zero_means{0.3, 1, 2, 6};
const hm::dispersion_data data{counts, means, zero_means};

const std::vector<double> some_cells{3, 1, 2, 1, 1, 4, 1}, some_zeros{5, 1, 2, 7};
const std::vector<double> factors{1, 0.4, 2, 1.5, 1, 0.7, 3}, zero_factors{1, 2, 0.3, 1.2};
const hm::dispersion_data scaled{counts,     means,   zero_means,  some_cells,
                                 some_zeros, factors, zero_factors};

}  // namespace

TEST_CASE("score and curvature are the derivatives of the penalised log-likelihood") {
  for (const auto& of : {data, scaled}) {
    for (const double penalty : {0.0, 1.0, 100.0}) {
      for (const double theta : {0.05, 0.7, 3.0, 50.0}) {
        const double h = 1e-4 * theta;
        const auto [score, curvature] = hm::penalised_dispersion_score(of, theta, penalty);
        const double up = objective(of, theta + h, penalty);
        const double down = objective(of, theta - h, penalty);
        CHECK(score == doctest::Approx((up - down) / (2 * h)).epsilon(1e-6));
        const auto above = hm::penalised_dispersion_score(of, theta + h, penalty).score;
        const auto below = hm::penalised_dispersion_score(of, theta - h, penalty).score;
        CHECK(curvature == doctest::Approx((above - below) / (2 * h)).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("cells behind an entry count as so many entries") {
  std::vector<double> x, mu, s, mu0, s0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto times = static_cast<std::size_t>(some_cells[i]);
    x.insert(x.end(), times, counts[i]);
    mu.insert(mu.end(), times, means[i]);
    s.insert(s.end(), times, factors[i]);
  }
  for (std::size_t i = 0; i < zero_means.size(); ++i) {
    const auto times = static_cast<std::size_t>(some_zeros[i]);
    mu0.insert(mu0.end(), times, zero_means[i]);
    s0.insert(s0.end(), times, zero_factors[i]);
  }
  for (const bool with_scales : {false, true}) {
    hm::dispersion_data once{counts, means, zero_means, some_cells, some_zeros};
    hm::dispersion_data repeated{x, mu, mu0};
    if (with_scales) {
      once.count_scales = factors;
      once.zero_scales = zero_factors;
      repeated.count_scales = s;
      repeated.zero_scales = s0;
    }
    const auto a = hm::penalised_dispersion_score(once, 0.8, 1);
    const auto b = hm::penalised_dispersion_score(repeated, 0.8, 1);
    CHECK(a.score == doctest::Approx(b.score).epsilon(1e-12));
    CHECK(a.curvature == doctest::Approx(b.curvature).epsilon(1e-12));
    CHECK(hm::fit_inverse_dispersion(once, 1).theta ==
          doctest::Approx(hm::fit_inverse_dispersion(repeated, 1).theta).epsilon(1e-9));
  }
}

TEST_CASE("the estimate is the maximum, from any start") {
  for (const double penalty : {0.0, 1.0, 100.0}) {
    const auto fit = hm::fit_inverse_dispersion(data, 1, {.penalty = penalty});
    CHECK(fit.status == hm::dispersion_status::converged);
    const double best = objective(data, fit.theta, penalty);
    CHECK(best > objective(data, fit.theta * 1.01, penalty));
    CHECK(best > objective(data, fit.theta / 1.01, penalty));
    for (const double start : {1e-9, 0.02, 0.5, 40.0, 1e9}) {
      const auto again = hm::fit_inverse_dispersion(data, start, {.penalty = penalty});
      CHECK(again.status == hm::dispersion_status::converged);
      CHECK(again.theta == doctest::Approx(fit.theta).epsilon(1e-9));
    }
  }
}

TEST_CASE("every gene ends with a status") {
  const std::vector<double> none, ones(50, 1.0), mean_one(50, 1.0), spread(3, 1000.0),
      mean_spread(3, 30.0), zeros(97, 30.0);
  CHECK(hm::fit_inverse_dispersion({none, none, ones}, 0.5).status ==
        hm::dispersion_status::all_zero);
  CHECK(hm::fit_inverse_dispersion({none, none, ones}, 0.5).theta == 0.5);
  const auto poisson = hm::fit_inverse_dispersion({ones, mean_one, none}, 0.5);
  CHECK(poisson.status == hm::dispersion_status::poisson_like);
  CHECK(poisson.theta == 1e4);
  const auto low =
      hm::fit_inverse_dispersion({spread, mean_spread, zeros}, 0.5, {.penalty = 0, .lower = 0.5});
  CHECK(low.status == hm::dispersion_status::at_lower_bound);
  CHECK(low.theta == 0.5);
  CHECK(hm::fit_inverse_dispersion(data, 1e3, {.max_iterations = 1}).status ==
        hm::dispersion_status::not_converged);
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
        std::vector<double> nonzero, zero;
        std::size_t next = 0;
        for (hm::index i = 0; i < pilot.counts.cells(); ++i) {
          const double mu = library ? exact_mean * sizes[i] / mean_size : exact_mean;
          if (next < counted.size() && counted[next] == i) {
            nonzero.push_back(mu);
            ++next;
          } else {
            zero.push_back(mu);
          }
        }
        const auto fit =
            hm::fit_inverse_dispersion({values, nonzero, zero}, 0.5, {.penalty = penalty});
        CHECK(fit.status == hm::dispersion_status::converged);
        worst = std::max(worst, std::abs(fit.theta / expected - 1));
      }
    }
    ++genes;
  }
  CHECK(genes == 64);
  CHECK(worst < 1e-6);
  MESSAGE("largest relative deviation over " << genes << " genes: " << worst);
}
