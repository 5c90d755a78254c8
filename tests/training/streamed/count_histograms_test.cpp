// SPDX-License-Identifier: MIT
#include "harmonium/training/streamed/count_histograms.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/size_factors.hpp"

namespace hm = harmonium;

TEST_CASE("inverse dispersions from histograms are those from the cells") {
  constexpr hm::index cells = 200, genes = 5;
  hm::count_matrix<> counts(genes);
  std::vector<hm::index> component;
  hm::random_engine rng(4);
  for (hm::index i = 0; i < cells; ++i) {
    for (hm::index m = 0; m < genes; ++m)  // of the last gene most are above the small counts
      counts.push_back(m, static_cast<std::int32_t>(rng() % (m == 4 ? 90 : 6)));
    counts.finish_cell();
    component.push_back(i % 3 == 0 ? 1 : 0);
  }
  hm::matrix<double> mean(2, genes);
  mean << 2, 2.5, 2, 3, 40, 3, 2, 2.5, 2, 45;
  const hm::vector<double> start = hm::vector<double>::Constant(genes, 1.5);
  const hm::component_dispersion_options options;
  const auto want = hm::fit_component_dispersions<hm::no_size_factors>(
      hm::serial_executor{}, hm::counts_by_gene<std::int32_t>(counts), component,
      hm::vector<double>::Ones(cells), mean, start, options);
  hm::count_histograms first(2, genes), second(2, genes);
  for (hm::index i = 0; i < cells; ++i)
    (i < 60 ? first : second).add(counts.cell(i), component[static_cast<std::size_t>(i)]);
  second.add(first);
  second.add_up(hm::one_process{});
  CHECK(second.cells()[0] == 133);
  CHECK(second.cells()[1] == 67);
  const auto got = second.dispersions(hm::thread_executor(2), mean, start, options);
  CHECK(got.statuses == want.statuses);
  for (hm::index m = 0; m < genes; ++m) {
    CHECK(got.gene[m] == doctest::Approx(want.gene[m]).epsilon(1e-9));
    for (hm::index c = 0; c < 2; ++c)
      CHECK(got.component(c, m) == doctest::Approx(want.component(c, m)).epsilon(1e-9));
  }
}
