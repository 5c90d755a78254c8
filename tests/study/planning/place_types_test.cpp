// SPDX-License-Identifier: MIT
#include "harmonium/study/planning/place_types.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

#include "harmonium/core/draw/normal.hpp"

namespace hm = harmonium;

namespace {

/// Cells of two types that differ along the first component only, whose within-type variance is
/// small, beside noise along the second that is forty times as wide.
hm::matrix<double> two_types(int each, std::uint64_t seed, std::vector<hm::index>& types) {
  hm::random_engine rng(seed);
  hm::matrix<double> scores(2 * each, 2);
  types.clear();
  for (int i = 0; i < 2 * each; ++i) {
    types.push_back(i < each ? 0 : 1);
    scores(i, 0) = (i < each ? -1.5 : 1.5) + hm::draw::normal(rng);
    scores(i, 1) = 40 * hm::draw::normal(rng);
  }
  return scores;
}

double right_share(const std::vector<hm::index>& found, const std::vector<hm::index>& types) {
  double right = 0;
  for (std::size_t i = 0; i < types.size(); ++i) right += found[i] == types[i] ? 1 : 0;
  return right / static_cast<double>(types.size());
}

}  // namespace

TEST_CASE("types that differ where there is little noise, as well as can be") {
  std::vector<hm::index> types, others;
  const auto scores = two_types(200, 1, types);
  const auto fresh = two_types(1000, 2, others);
  const hm::type_discriminant placing(scores, types, 3);  // the third has no cell
  // At best 1 - P(Z > 1.5) = 93.3 %; five standard errors are 2.8 %. The covariance that was evened
  // out costs a little of that.
  CHECK(right_share(placing.types_of(fresh), others) > 0.9);
  // The nearest cell is hardly better than a guess.
  std::vector<hm::index> nearest;
  for (hm::index i = 0; i < fresh.rows(); ++i) {
    double least = std::numeric_limits<double>::infinity();
    hm::index type = 0;
    for (hm::index j = 0; j < scores.rows(); ++j) {
      const double distance = (fresh.row(i) - scores.row(j)).squaredNorm();
      if (distance < least) {
        least = distance;
        type = types[static_cast<std::size_t>(j)];
      }
    }
    nearest.push_back(type);
  }
  CHECK(right_share(nearest, others) < right_share(placing.types_of(fresh), others));
}

TEST_CASE("without components the most frequent type; what cannot be") {
  const std::vector<hm::index> types{0, 1, 1};
  const hm::type_discriminant none(hm::matrix<double>(3, 0), types, 2);
  CHECK(none.types_of(hm::matrix<double>(2, 0)) == std::vector<hm::index>{1, 1});
  const hm::matrix<double> scores = hm::matrix<double>::Zero(3, 2);
  CHECK(hm::type_discriminant(scores, types, 2).types_of(scores)[0] == 1);
  const std::vector<hm::index> few{0, 1}, beyond{0, 1, 2};
  CHECK_THROWS_AS(hm::type_discriminant(scores, few, 2), std::invalid_argument);
  CHECK_THROWS_AS(hm::type_discriminant(scores, beyond, 2), std::invalid_argument);
}
