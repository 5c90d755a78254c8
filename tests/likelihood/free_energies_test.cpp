// SPDX-License-Identifier: MIT
#include "harmonium/likelihood/free_energies.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "harmonium/core/rows.hpp"
#include "harmonium/core/watched_executor.hpp"
#include "harmonium/training/training_rows.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"
#include "support/weighted_copies.hpp"

namespace hm = harmonium;

namespace {

/// Against every row alone; for one and for several threads.
template <class Model, class Data>
void check(const Model& model, const Data& data) {
  const auto base = hm::log_base_measures(model.visible(), data);
  const auto all = hm::free_energies(hm::serial_executor{}, model, data);
  REQUIRE(all.size() == hm::row_count(data));
  CHECK(all == hm::free_energies(hm::thread_executor(3), model, data, base));
  for (hm::index i = 0; i < all.size(); ++i)
    CHECK(all[i] == hm::free_energy(model, hm::row_of(data, i), base[i]));
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

TEST_CASE("free energies of counts, of few and of many, are those of each row") {
  for (const hm::index rows : {0, 1, 64, 65, 200}) {
    const auto counts = tiny::toy_counts(rows, 3, 4);
    const auto dense = hm::to_dense(counts);
    check(tiny::rbm_of<hm::negative_binomial>(3), counts);
    check(tiny::rbm_of<hm::negative_binomial>(3), hm::dense_rows<double>(dense));
  }
}

TEST_CASE_TEMPLATE("free energies of zeros and ones, in either number type", S, float, double) {
  using model_type = hm::rbm<hm::basic_bernoulli<S>, hm::basic_bernoulli<S>>;
  const auto rows = zeros_and_ones<S>(150, 90);
  for (const hm::index hidden : {1, 5, 40, 130}) {
    model_type model(hm::basic_bernoulli<S>(90), hm::basic_bernoulli<S>(hidden));
    hm::random_engine rng(1);
    for (auto& p : model.parameters()) p = static_cast<S>(hm::draw::uniform(-1.0, 1.0, rng));
    check(model, hm::dense_rows<S>(rows));
  }
}

TEST_CASE("one-hot hidden units, spins and chosen rows with weights") {
  const auto counts = tiny::toy_counts(90, 3, 6);
  using grouped = hm::rbm<hm::negative_binomial, hm::categorical>;
  using spins = hm::rbm<hm::negative_binomial, hm::spin>;
  const auto groups = tiny::with_random_parameters(
      grouped(tiny::visible<hm::negative_binomial>(), hm::categorical(2, 3)), 5);
  check(groups, counts);
  check(tiny::with_random_parameters(spins(tiny::visible<hm::negative_binomial>(), hm::spin(4)), 5),
        counts);
  const auto weights = tiny::copied_by_weight(counts).weights;
  const hm::count_view<> view(counts);
  check(groups, hm::training_rows(view, hm::row_choice({5, 3, 80}, weights)));
}

TEST_CASE("who watches the executor can stop between blocks") {
  const auto counts = tiny::toy_counts(200, 3, 4);
  const hm::serial_executor serial;
  auto watch = [](const hm::progress&) { return hm::flow::stop; };
  const hm::progress now{"stage", 1, 3, {}};
  const hm::watched_executor run(serial, watch, now);
  std::this_thread::sleep_for(std::chrono::milliseconds(120));
  CHECK_THROWS_AS(
      static_cast<void>(hm::free_energies(run, tiny::rbm_of<hm::negative_binomial>(3), counts)),
      hm::stopped_by_observer);
}
