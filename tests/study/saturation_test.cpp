// SPDX-License-Identifier: MIT
#include "harmonium/study/saturation.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

namespace hm = harmonium;

namespace {

const std::vector<hm::index> sizes{100, 200, 400, 800};

hm::matrix<double> curve(std::vector<double> means, double spread, hm::index repeats) {
  hm::matrix<double> values(static_cast<hm::index>(means.size()), repeats);
  for (hm::index s = 0; s < values.rows(); ++s)
    for (hm::index r = 0; r < repeats; ++r)  // the spread changes its sign from size to size
      values(s, r) = means[static_cast<std::size_t>(s)] + ((s + r) % 2 == 0 ? spread : -spread);
  return values;
}

}  // namespace

TEST_CASE("the first size that no larger one beats by more than the tolerance") {
  hm::random_engine rng(3);
  const auto found = hm::find_saturation(sizes, curve({0.2, 0.6, 0.9, 0.91}, 0, 5), {}, rng);
  CHECK(found.size == 400);
  CHECK(found.confidence == 1);
  CHECK(found.mean[1] == doctest::Approx(0.6));
  CHECK(found.lower[1] == doctest::Approx(0.6));
}

TEST_CASE("a curve that rises to its end has none; one that falls is enough at once") {
  hm::random_engine rng(3);
  CHECK(!hm::find_saturation(sizes, curve({0.2, 0.4, 0.6, 0.8}, 0, 5), {}, rng).size);
  CHECK(hm::find_saturation(sizes, curve({0.8, 0.7, 0.7, 0.7}, 0, 5), {}, rng).size == 100);
  CHECK(!hm::find_saturation(std::vector<hm::index>{100}, curve({0.8}, 0, 5), {}, rng).size);
}

TEST_CASE("noise takes confidence away, and the band shows it") {
  hm::random_engine rng(3);
  const auto sure = hm::find_saturation(sizes, curve({0.2, 0.6, 0.9, 0.9}, 0.001, 6), {}, rng);
  const auto unsure = hm::find_saturation(sizes, curve({0.2, 0.6, 0.9, 0.9}, 0.1, 6), {}, rng);
  CHECK(sure.confidence == 1);
  CHECK(unsure.size == 400);
  CHECK(unsure.confidence < 0.8);
  CHECK(unsure.confidence > 0.3);
  CHECK(unsure.upper[0] - unsure.lower[0] == doctest::Approx(0.2));
}

TEST_CASE("what cannot be") {
  hm::random_engine rng(3);
  CHECK_THROWS_AS(hm::find_saturation(sizes, curve({0.2}, 0, 5), {}, rng), std::invalid_argument);
  CHECK_THROWS_AS(
      hm::find_saturation(std::vector<hm::index>{2, 1}, curve({0.2, 0.3}, 0, 5), {}, rng),
      std::invalid_argument);
}
