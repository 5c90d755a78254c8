// SPDX-License-Identifier: MIT
#include "harmonium/samplers/latent_cells.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "support/statistics.hpp"

namespace hm = harmonium;

namespace {

/// Untrained: means are what the decoder says, which is all that matters here.
hm::variational_autoencoder<> untrained() {
  hm::random_engine rng(7);
  return {6, {.encoder = {4}, .decoder = {4}, .latent = 2}, rng};
}

hm::count_matrix<> at_one_point(const hm::variational_autoencoder<>& model, hm::index cells,
                                const hm::depth_change& depth, int threads,
                                hm::random_engine& rng) {
  return hm::cells_from_latent(
      hm::thread_executor(threads), model, cells, depth,
      [] {
        return [](hm::index, hm::random_engine&, hm::latent_point& point) {
          point.z[0] = 1, point.z[1] = -2, point.log_library = std::log(60.0);
        };
      },
      hm::silent{}, rng);
}

}  // namespace

TEST_CASE("counts have the moments of the decoder's distribution, thinned or not") {
  const auto model = untrained();
  hm::matrix<float> z(1, 2);
  z << 1, -2;
  const std::vector<double> library{std::log(60.0)};
  const auto decoded = model.decode(hm::serial_executor{}, z, library);
  for (const double wanted : {60.0, 15.0, 180.0}) {
    const auto depth = hm::depth_change::of({.mean_library = wanted}, 60);
    CHECK((depth.kept < 1) == (wanted < 60));
    hm::random_engine rng(3);
    const auto cells = hm::to_dense<double>(at_one_point(model, 4000, depth, 2, rng));
    for (hm::index m = 0; m < 6; ++m) {
      const double mean = static_cast<double>(decoded.mean(0, m)) * wanted / 60;
      const std::vector<double> sample(cells.col(m).begin(), cells.col(m).end());
      const statistics::moments found(sample, mean, mean + mean * mean / model.theta()[m]);
      CHECK(std::abs(found.mean_z) < 5);
      CHECK(std::abs(found.variance_z) < 5);
    }
  }
}

TEST_CASE("the same cells for any number of threads, and the first do not depend on the rest") {
  const auto model = untrained();
  hm::random_engine a(5), b(5), c(5);
  const auto all = at_one_point(model, 600, {}, 1, a);
  CHECK(all == at_one_point(model, 600, {}, 4, b));
  CHECK(a == b);
  CHECK(hm::to_dense<int>(at_one_point(model, 50, {}, 1, c)) == hm::to_dense<int>(all).topRows(50));
  CHECK(a == c);
  CHECK_THROWS_AS((void)at_one_point(model, -1, {}, 1, a), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::depth_change::of({.mean_library = -1}, 60), std::invalid_argument);
}

TEST_CASE("candidates serve equally often") {
  hm::random_engine rng(1);
  const std::vector<hm::index> candidates{3, 5, 8};
  const auto picks = hm::spread_over(candidates, 10, rng);
  CHECK(picks.size() == 10);
  for (const hm::index candidate : candidates) {
    const auto copies = std::count(picks.begin(), picks.end(), candidate);
    CHECK((copies == 3 || copies == 4));
  }
  CHECK(hm::spread_over({}, 0, rng).empty());
  CHECK_THROWS_AS((void)hm::spread_over({}, 1, rng), std::invalid_argument);
}
