// SPDX-License-Identifier: MIT
#include "harmonium/training/component_dispersions.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "harmonium/core/draw/negative_binomial.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::serial_executor serial;
constexpr hm::index cells = 300, genes = 6;

/// Component 0 (two thirds) has mean 4 and theta 1, component 1 mean 12 and theta 8; the last gene
/// is never counted.
struct simulated {
  hm::count_matrix<> counts{genes};
  std::vector<hm::index> component;
  hm::vector<double> sizes = hm::vector<double>::Ones(cells);
  hm::matrix<double> mean{2, genes};
  hm::vector<double> start = hm::vector<double>::Ones(genes);

  explicit simulated(std::uint64_t seed) {
    hm::random_engine rng(seed);
    mean.row(0).setConstant(4);
    mean.row(1).setConstant(12);
    for (hm::index i = 0; i < cells; ++i) {
      const bool second = i % 3 == 2;
      component.push_back(second ? 1 : 0);
      sizes[i] = i % 2 == 0 ? 0.5 : 1.5;
      for (hm::index m = 0; m + 1 < genes; ++m)
        counts.push_back(m, hm::draw::negative_binomial(second ? 12 : 4, second ? 8 : 1, rng));
      counts.finish_cell();
    }
  }
};

/// theta of the cells with `component[i] == own` (all of them for own < 0), found count by count.
template <class Sizes>
hm::dispersion_fit by_hand(const simulated& data, hm::index m, hm::index own, double start,
                           const hm::dispersion_options& options) {
  const auto dense = hm::to_dense(data.counts);
  hm::dispersion_tally tally;
  for (hm::index i = 0; i < cells; ++i) {
    const hm::index c = data.component[static_cast<std::size_t>(i)];
    if (own >= 0 && c != own) continue;
    tally.add_cell(dense(i, m), Sizes::mean(data.sizes[i], data.mean(c, m)),
                   Sizes::dispersion(data.sizes[i], 1.0));
  }
  return hm::fit_inverse_dispersion(tally.data(), start, options);
}

}  // namespace

TEST_CASE_TEMPLATE("a gene's theta is the estimate over all cells, a component's is shrunk to it",
                   Sizes, hm::no_size_factors, hm::scaled_dispersion, hm::scaled_mean) {
  const simulated data(1);
  const hm::counts_by_gene counts(data.counts);
  const hm::component_dispersion_options options;
  const auto fit = hm::fit_component_dispersions<Sizes>(serial, counts, data.component, data.sizes,
                                                        data.mean, data.start, options);
  for (hm::index m = 0; m + 1 < genes; ++m) {
    const auto all = by_hand<Sizes>(data, m, -1, 1, options.gene);
    CHECK(fit.gene[m] == doctest::Approx(all.theta).epsilon(1e-8));
    CHECK(fit.statuses[static_cast<std::size_t>(m)] == all.status);
    for (hm::index c = 0; c < 2; ++c) {
      double k = 0;
      for (const hm::index i : counts.cells(m))
        k += data.component[static_cast<std::size_t>(i)] == c ? 1 : 0;
      const double w = k / (k + options.prior_counts);
      const double own = by_hand<Sizes>(data, m, c, all.theta, options.component).theta;
      CHECK(fit.component(c, m) ==
            doctest::Approx(std::pow(own, w) * std::pow(all.theta, 1 - w)).epsilon(1e-8));
    }
    if (!Sizes::uses_sizes) CHECK(fit.component(1, m) > 2 * fit.component(0, m));
  }
  CHECK(fit.statuses.back() == hm::dispersion_status::all_zero);
  CHECK(fit.gene[genes - 1] == 1);
  CHECK(fit.component.col(genes - 1) == hm::vector<double>::Ones(2));
  const auto threads = hm::fit_component_dispersions<Sizes>(
      hm::thread_executor(2), counts, data.component, data.sizes, data.mean, data.start, options);
  CHECK(threads.gene == fit.gene);
  CHECK(threads.component == fit.component);
}

TEST_CASE("one component, small components, or the gene's theta everywhere") {
  simulated data(2);
  const hm::counts_by_gene counts(data.counts);
  const auto fitted = [&](const hm::component_dispersion_options& options) {
    return hm::fit_component_dispersions<hm::no_size_factors>(
        serial, counts, data.component, data.sizes, data.mean, data.start, options);
  };
  for (const auto& fit : {fitted({.per_component = false}), fitted({.min_cells = 201})})
    for (hm::index c = 0; c < 2; ++c)
      for (hm::index m = 0; m < genes; ++m) CHECK(fit.component(c, m) == fit.gene[m]);
  const auto some = fitted({.min_cells = 101});  // components of 200 and 100 cells
  for (hm::index m = 0; m + 1 < genes; ++m) {
    CHECK(some.component(0, m) != some.gene[m]);
    CHECK(some.component(1, m) == some.gene[m]);
  }
  // Without shrinkage and in one component, both are the same estimate.
  data.component.assign(cells, 0);
  data.mean = hm::matrix<double>::Constant(1, genes, 6);
  const hm::dispersion_options same{.lower = 0.02, .upper = 1e3};
  const auto one = fitted({.gene = same, .component = same, .prior_counts = 0});
  for (hm::index m = 0; m + 1 < genes; ++m) {
    CHECK(one.gene[m] ==
          doctest::Approx(by_hand<hm::no_size_factors>(data, m, -1, 1, same).theta).epsilon(1e-9));
    CHECK(one.component(0, m) == doctest::Approx(one.gene[m]).epsilon(1e-9));
  }
}

TEST_CASE("parts that do not fit together are refused") {
  simulated data(3);
  const hm::counts_by_gene counts(data.counts);
  const auto fitted = [&] {
    return hm::fit_component_dispersions<hm::no_size_factors>(serial, counts, data.component,
                                                              data.sizes, data.mean, data.start);
  };
  CHECK_NOTHROW(fitted());
  data.component[5] = 2;
  CHECK_THROWS_AS(fitted(), std::invalid_argument);
  data.component.pop_back();
  CHECK_THROWS_AS(fitted(), std::invalid_argument);
}
