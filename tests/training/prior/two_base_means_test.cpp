// SPDX-License-Identifier: MIT
#include "harmonium/training/prior/two_base_means.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "support/atlas_cells.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::serial_executor serial;
constexpr hm::index cells = 60, genes = 200;

struct pilot_means {
  hm::atlas known = support::make_atlas(genes, 1);
  support::atlas_pilot pilot = support::make_pilot(known, cells, 2);
  hm::counts_by_gene<std::int32_t> by_gene{pilot.counts};
  hm::matrix<double> own = support::one_hot(pilot.component);
  hm::vector<double> sizes = hm::vector<double>::Ones(cells);
  hm::vector<double> theta = hm::vector<double>::Constant(genes, 2);

  [[nodiscard]] hm::two_base_means_of with(const hm::atlas_prior& prior) const {
    const auto placed = hm::place_in_atlas<hm::no_size_factors>(serial, pilot.counts, sizes, prior);
    return hm::two_base_means(serial, by_gene, own, sizes, theta, prior, placed);
  }
  [[nodiscard]] hm::matrix<double> alone() const {
    return hm::empirical_bayes_means(serial, by_gene, own, sizes, theta);
  }
};

}  // namespace

TEST_CASE("an atlas of the same law takes nearly all genes, and the means come near the truth") {
  const pilot_means data;
  const auto found = data.with(hm::prior_for(data.known, data.known.ids, data.known.symbols));
  CHECK(found.weight > 0.9);
  CHECK(support::log_error(found.mean, data.known.mean) <
        0.6 * support::log_error(data.alone(), data.known.mean));
}

TEST_CASE("an atlas of other genes loses its weight and does little harm") {
  const pilot_means data;
  const auto wrong = support::with_wrong_genes(data.known);
  const auto found = data.with(hm::prior_for(wrong, data.known.ids, data.known.symbols));
  CHECK(found.weight < 0.6);
  CHECK(support::log_error(found.mean, data.known.mean) <
        1.25 * support::log_error(data.alone(), data.known.mean));
}

TEST_CASE("genes that the atlas lacks are learned from the pilot alone") {
  const pilot_means data;
  auto ids = data.known.ids, symbols = data.known.symbols;
  for (std::size_t m = 0; m < 50; ++m) ids[m] = symbols[m] = "new" + std::to_string(m);
  const auto found = data.with(hm::prior_for(data.known, ids, symbols));
  const auto alone = data.alone();
  CHECK(found.mean.leftCols(50) == alone.leftCols(50));
  CHECK(found.mean.rightCols(150) != alone.rightCols(150));
}

TEST_CASE("the same bits for any number of threads; an empty component stays finite") {
  pilot_means data;
  const auto prior = hm::prior_for(data.known, data.known.ids, data.known.symbols);
  const auto placed =
      hm::place_in_atlas<hm::no_size_factors>(serial, data.pilot.counts, data.sizes, prior);
  hm::matrix<double> own = hm::matrix<double>::Zero(cells, 4);
  own.leftCols(3) = data.own;
  const auto one =
      hm::two_base_means(serial, data.by_gene, own, data.sizes, data.theta, prior, placed);
  const auto three = hm::two_base_means(hm::thread_executor(3), data.by_gene, own, data.sizes,
                                        data.theta, prior, placed);
  CHECK(one.mean == three.mean);
  CHECK(one.mean.allFinite());
  CHECK(one.mean.minCoeff() > 0);
  CHECK_THROWS_AS(hm::two_base_means(serial, data.by_gene, hm::matrix<double>(own.topRows(10)),
                                     data.sizes, data.theta, prior, placed),
                  std::invalid_argument);
}
