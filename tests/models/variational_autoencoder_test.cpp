// SPDX-License-Identifier: MIT
#include "harmonium/models/variational_autoencoder.hpp"
#include "harmonium/core/select_counts.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

hm::variational_autoencoder<> small_model(hm::index genes) {
  hm::random_engine rng(4);
  return {genes, {.encoder = {6}, .decoder = {5}, .latent = 2}, rng};
}

}  // namespace

TEST_CASE("decoded means add up to the library, at any latent point") {
  const auto model = small_model(30);
  hm::matrix<float> z(3, 2);
  z << 0, 0, 2, -3, -50, 50;
  const std::vector<double> library{std::log(100.0), std::log(7.0), 12};
  const auto decoded = model.decode(hm::serial_executor{}, z, library);
  for (hm::index i = 0; i < 3; ++i) {
    CHECK(static_cast<double>(decoded.mean.row(i).sum()) ==
          doctest::Approx(std::exp(library[static_cast<std::size_t>(i)])).epsilon(1e-5));
    CHECK(decoded.mean.row(i).minCoeff() > 0);
  }
  CHECK_THROWS_AS((void)model.decode(hm::serial_executor{}, hm::matrix<float>(3, 1), library),
                  std::invalid_argument);
  CHECK_THROWS_AS((void)model.decode(hm::serial_executor{}, hm::matrix<float>(2, 2), library),
                  std::invalid_argument);
}

TEST_CASE("a cell is encoded the same alone, among others, and by any number of threads") {
  const auto model = small_model(12);
  const auto counts = tiny::toy_counts(150, 12, 8);
  const auto all = model.encode(hm::serial_executor{}, counts);
  const auto threaded = model.encode(hm::thread_executor(3), counts);
  CHECK(all.mean == threaded.mean);
  CHECK(all.log_library_variance == threaded.log_library_variance);
  const std::vector<hm::index> row{93};
  const auto alone = model.encode(hm::serial_executor{},
                                  hm::select_cells(counts, std::span<const hm::index>(row)));
  CHECK(alone.mean.row(0) == all.mean.row(93));
  CHECK(alone.log_library_mean[0] == all.log_library_mean[93]);
  CHECK(all.variance.minCoeff() > 0);
  CHECK_THROWS_AS((void)model.encode(hm::serial_executor{}, tiny::toy_counts(2, 11, 1)),
                  std::invalid_argument);
}

TEST_CASE("an observed library is that of the cell; a cell without counts has one") {
  hm::random_engine rng(1);
  const hm::variational_autoencoder<hm::zero_inflated_counts> model(
      3, {.encoder = {4}, .decoder = {4}, .encode_library = false}, rng);
  hm::count_matrix<> counts(3);
  counts.push_back(1, 20);
  counts.finish_cell();
  counts.finish_cell();
  const auto encoded = model.encode(hm::serial_executor{}, counts);
  CHECK(encoded.log_library_mean[0] == static_cast<float>(std::log(20.0)));
  CHECK(encoded.log_library_mean[1] == 0);
  CHECK(encoded.log_library_variance.maxCoeff() == 0);
  CHECK(encoded.mean.allFinite());
}

TEST_CASE("libraries of one size keep a little variance; none is an error") {
  const std::vector<double> same{3, 3, 3};
  CHECK(hm::library_distribution::of(same).mean == 3);
  CHECK(hm::library_distribution::of(same).variance == 1e-4);
  CHECK_THROWS_AS((void)hm::library_distribution::of({}), std::invalid_argument);
  auto model = small_model(3);
  CHECK_THROWS_AS(model.set_library({1, 0}), std::invalid_argument);
}
