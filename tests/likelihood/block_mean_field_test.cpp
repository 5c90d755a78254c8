// SPDX-License-Identifier: MIT
#include "harmonium/likelihood/block_mean_field.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>
#include <span>
#include <vector>

#include "harmonium/core/rows.hpp"
#include "harmonium/likelihood/mean_field.hpp"
#include "harmonium/models/row_block.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

/// Means and sweeps of a block, against each row alone.
/// @return the numbers of sweeps that there were
template <class Model, class Data>
std::set<hm::index> check(const Model& model, const Data& data,
                          const hm::mean_field_options& options,
                          const hm::input_factors<Model>& factors = {}) {
  using scalar = typename Model::scalar;
  const hm::index rows = hm::row_count(data);
  hm::row_block<Model> block(model, data, 0, rows);
  hm::mean_field_block<Model> own(model, rows);
  for (std::size_t l = 1; l < Model::layers; ++l)
    std::fill_n(own.means[l], rows * model.size(l), std::numeric_limits<scalar>::quiet_NaN());
  const hm::block_mean_field<Model> field(model, options, factors);
  std::vector<hm::index> made(static_cast<std::size_t>(rows));
  field.write(block.input().data(), rows, own.means, made.data());
  std::set<hm::index> sweeps;
  hm::mean_field_workspace<Model> work(model);
  auto means = model.make_state();
  for (hm::index i = 0; i < rows; ++i) {
    const auto alone = hm::mean_field(model, hm::row_of(data, i), means, work, options, factors);
    const hm::index here = made[static_cast<std::size_t>(i)];
    CHECK(here == alone.sweeps + (alone.converged ? 0 : 1));
    sweeps.insert(here);
    for (std::size_t l = 1; l < Model::layers; ++l)
      CHECK(std::equal(means[l].begin(), means[l].end(), own.means[l] + i * model.size(l)));
  }
  return sweeps;
}

template <class S>
hm::matrix<S> zeros_and_ones(hm::index rows, hm::index columns) {
  hm::random_engine rng(8);
  hm::matrix<S> all(rows, columns);
  for (hm::index k = 0; k < all.size(); ++k)
    all.data()[k] = hm::draw::uniform(0.0, 1.0, rng) < 0.3 ? S(1) : S(0);
  return all;
}

}  // namespace

TEST_CASE_TEMPLATE("the bits and the sweeps of each row, which leave when they are done", S, float,
                   double) {
  using units = hm::basic_bernoulli<S>;
  using model_type = hm::dbm<units, units, units>;
  const auto rows = zeros_and_ones<S>(64, 50);
  for (const auto& [first, second] : {std::pair{3, 2}, {20, 7}, {33, 8}, {40, 21}}) {
    model_type model(units(50), units(first), units(second));
    hm::random_engine rng(1);
    for (auto& p : model.parameters()) p = static_cast<S>(hm::draw::uniform(-1.0, 1.0, rng));
    const hm::dense_rows<S> data(rows);
    const auto sweeps = check(model, data, {});
    CHECK(sweeps.size() > 1);  // not all at once
    check(model, data, {.max_sweeps = 100, .tolerance = 1e-6, .damping = 0});
    check(model, data, {.max_sweeps = 100, .tolerance = 1e-6, .damping = 0.5});
    const auto half = *std::next(sweeps.begin(), static_cast<long>(sweeps.size() / 2));
    const auto capped = check(model, data, {.max_sweeps = half});
    CHECK(*capped.rbegin() == half + 1);
    check(model, data, {.max_sweeps = 0});
  }
}

TEST_CASE("counts, one-hot units, spins and unbounded units above, one layer, no row") {
  const auto counts = tiny::toy_counts(64, 3, 4);
  check(tiny::rbm_of<hm::negative_binomial>(1), counts, {});
  check(tiny::deep_of<hm::negative_binomial>(2), counts, {});
  check(tiny::grouped_of<hm::negative_binomial>(3), counts, {});
  check(tiny::spins_of<hm::negative_binomial>(4), counts, {});
  check(tiny::deepest_of<hm::negative_binomial>(5), counts, {.damping = 0});
  const auto binary = zeros_and_ones<double>(64, 3);
  check(tiny::topped_of<hm::bernoulli>(6), hm::dense_rows<double>(binary), {});
  check(tiny::deep_of<hm::negative_binomial>(2), tiny::toy_counts(0, 3, 4), {});
}

TEST_CASE("factors of inputs") {
  const auto model = tiny::deep_of<hm::negative_binomial>(2);
  hm::input_factors<std::remove_cvref_t<decltype(model)>> factors;
  factors.factor[1] = 2;
  factors.factor[2] = 1.5;
  check(model, tiny::toy_counts(40, 3, 4), {}, factors);
}
