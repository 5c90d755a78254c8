// SPDX-License-Identifier: MIT
#include "harmonium/training/stage_concept.hpp"

#include <doctest/doctest.h>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/stages/sampled_em.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "support/checkpoints.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;

namespace {

const auto checkpoint_pilot = tiny::toy_counts(48, 6, 1);

}  // namespace

TEST_CASE("copies of exact EM go on alike") {
  support::check_checkpoints<scdbm>(checkpoint_pilot, {.hidden = {2, 1}},
                                    hm::exact_em{.iterations = 7, .tolerance = 0}, 7, 1);
}

TEST_CASE("copies of sampled EM go on alike") {
  support::check_checkpoints<rbm>(
      checkpoint_pilot, {.hidden = {3}},
      hm::sampled_em{.iterations = 8, .refit_every = 2, .sampling = {.particles = 30}}, 8, 1);
}

TEST_CASE("copies of training on real-valued rows go on alike") {
  using model_type = hm::dbm<hm::gaussian, hm::bernoulli>;
  hm::matrix<double> rows(60, 3);
  hm::random_engine draws(6);
  for (hm::index i = 0; i < rows.size(); ++i)
    rows.data()[i] = (i / 3 % 2 == 0 ? 1.0 : -1.0) + hm::draw::normal(draws);
  const hm::dense_rows<double> data(rows);
  support::check_checkpoints<model_type>(
      data, {.hidden = {2}}, hm::exact_em{.iterations = 6, .tolerance = 0, .refit_every = 2}, 6, 1);
}
