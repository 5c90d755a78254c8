// SPDX-License-Identifier: MIT
#include "harmonium/study/study.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "harmonium/metrics/cluster_proportions.hpp"
#include "harmonium/metrics/gene_marginals.hpp"
#include "harmonium/study/baseline_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

using toy_study = hm::study<hm::generators<hm::bootstrap_model, hm::independent_nb_model>,
                            hm::metrics<hm::cluster_proportions, hm::marginals>>;

std::vector<hm::index> labels_of(hm::index cells) {
  std::vector<hm::index> labels;
  for (hm::index i = 0; i < cells; ++i) labels.push_back(i % 2);
  return labels;
}

}  // namespace

TEST_CASE("size x repeat x generator x figure, the same for any number of threads") {
  const auto counts = tiny::toy_counts(80, 9, 1);
  const toy_study study({.sizes = {16, 40}, .repeats = 2, .seed = 3});
  const auto one = study.run(hm::thread_dealer(1), counts, labels_of(80), hm::silent{});
  const auto three = study.run(hm::thread_dealer(3), counts, labels_of(80), hm::silent{});
  CHECK(one.figures.size() == 8);
  CHECK(one.figures.front() == "cluster_proportions.total_variation");
  REQUIRE(one.values.size() == 2 * 2 * 2 * 8);
  for (std::size_t k = 0; k < one.values.size(); ++k)
    CHECK((one.values[k] == three.values[k] ||
           (std::isnan(one.values[k]) && std::isnan(three.values[k]))));
  // Independent genes know nothing of two far kinds of cells that copies reproduce.
  for (const double missed :
       one.over_repeats(40, "bootstrap", "cluster_proportions.total_variation"))
    CHECK(missed < 0.3);
}

TEST_CASE("a study can be watched and stopped, and says which fit failed") {
  const auto counts = tiny::toy_counts(80, 9, 1);
  const toy_study study({.sizes = {16}, .repeats = 3});
  hm::index seen = 0;
  const auto table = study.run(hm::thread_dealer(1), counts, labels_of(80), [&](const auto& now) {
    CHECK(now.total == 6);
    seen = now.done;
    return now.done < 2 ? hm::flow::proceed : hm::flow::stop;
  });
  CHECK(seen == 2);
  CHECK(table.over_repeats(16, "bootstrap", "marginals.cv").size() == 1);

  using failing = hm::study<hm::generators<hm::cluster_nb_model>, hm::metrics<hm::marginals>>;
  const failing bad({.sizes = {16}, .repeats = 1}, {{.clusters = 0}});
  CHECK_THROWS_WITH_AS((void)bad.run(hm::thread_dealer(1), counts, labels_of(80), hm::silent{}),
                       doctest::Contains("fit 16-1-cluster-nb: "), std::runtime_error);
}
