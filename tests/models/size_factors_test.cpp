// SPDX-License-Identifier: MIT
#include "harmonium/models/size_factors.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "harmonium/units/negative_binomial.hpp"
#include "support/random_counts.hpp"

namespace hm = harmonium;

TEST_CASE("size factors average to one; a cell without counts has half a count") {
  hm::random_engine rng(1);
  const auto counts = support::random_counts(20, 9, rng);  // cell 1 is all zero
  const auto library = hm::library_sizes(counts);
  const double mean = library.sum() / 20;
  for (const auto& sizes : {hm::size_factors<hm::scaled_dispersion>(counts),
                            hm::size_factors<hm::scaled_mean>(counts)}) {
    for (hm::index i = 0; i < 20; ++i)
      CHECK(sizes[i] == doctest::Approx((i == 1 ? 0.5 : library[i]) / mean).epsilon(1e-15));
    CHECK((sizes.sum() - sizes[1]) / 20 == doctest::Approx(1).epsilon(1e-14));
  }
  const auto none = hm::size_factors<hm::no_size_factors>(counts);
  CHECK(none == hm::vector<double>::Ones(20));
}

TEST_CASE("cells without any count, and no cells") {
  hm::count_matrix<> empty(3);
  CHECK(hm::size_factors<hm::scaled_mean>(empty).size() == 0);
  empty.finish_cell();
  empty.finish_cell();
  CHECK(hm::size_factors<hm::scaled_mean>(empty) == hm::vector<double>::Constant(2, 0.5));
}

TEST_CASE("what the policies do to the log-partition") {
  const double mean = 3, theta = 0.7, s = 1.8;
  const double eta = hm::nb_natural_from_mean(mean, theta);
  using scaled = hm::scaled_dispersion;
  // NB(s mean, s theta) keeps eta and multiplies the log-partition.
  CHECK(hm::nb_natural_from_mean(scaled::mean(s, mean), scaled::dispersion(s, theta)) ==
        doctest::Approx(eta).epsilon(1e-15));
  CHECK(hm::nb_log_partition(eta, scaled::dispersion(s, theta)) ==
        doctest::Approx(s * hm::nb_log_partition(eta, theta)).epsilon(1e-14));
  CHECK(hm::scaled_mean::mean(s, mean) == s * mean);
  CHECK(hm::scaled_mean::dispersion(s, theta) == theta);
  CHECK(hm::no_size_factors::mean(s, mean) == mean);
  CHECK(hm::no_size_factors::dispersion(s, theta) == theta);
}
