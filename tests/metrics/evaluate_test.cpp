// SPDX-License-Identifier: MIT
#include "harmonium/metrics/evaluate.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "harmonium/metrics/cluster_proportions.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

struct cells_made {
  static constexpr std::string_view name = "cells_made";
  static constexpr std::string_view range = "0 to infinity";
  static constexpr std::string_view chance = "any";
  static constexpr std::string_view ceiling = "any";

  double scale = 1;

  [[nodiscard]] std::vector<hm::figure> evaluate(const hm::comparison& pair) const {
    if (scale < 0) throw std::domain_error("negative");
    return {{"cells", scale * static_cast<double>(pair.counts().cells())}};
  }
};

}  // namespace

TEST_CASE("metrics are named as template arguments or given with options") {
  const auto real = tiny::toy_counts(20, 6, 1), made = tiny::toy_counts(10, 6, 2);
  const std::vector<hm::index> types(20, 0), others(10, 1);

  const auto score = hm::evaluate<cells_made, hm::cluster_proportions>(real, types, made, others);
  REQUIRE(score.metrics.size() == 2);
  CHECK(score.metrics[0].name == "cells_made");
  CHECK(score.metrics[1].ceiling == hm::cluster_proportions::ceiling);
  CHECK(score("cells_made", "cells") == 10);
  CHECK(score("cluster_proportions", "total_variation") == 1);
  CHECK_THROWS_AS((void)score("cells_made", "genes"), std::out_of_range);
  CHECK_THROWS_AS((void)score("nothing", "cells"), std::out_of_range);

  const auto transferred = hm::evaluate<hm::cluster_proportions>(real, types, made);
  CHECK(transferred("cluster_proportions", "total_variation") == 0);

  const hm::reference_cells reference(real, types);
  const hm::comparison pair(reference, made, others);
  CHECK(hm::evaluate(pair, cells_made{.scale = 3})("cells_made", "cells") == 30);
  const auto parallel =
      hm::evaluate(hm::thread_executor(2), pair, cells_made{}, hm::cluster_proportions{});
  CHECK(parallel("cells_made", "cells") == 10);
  CHECK(parallel("cluster_proportions", "total_variation") == 1);
  CHECK_THROWS_AS((void)hm::evaluate(pair, cells_made{.scale = -1}), std::domain_error);
}

TEST_CASE("labels are for the metrics that need them") {
  const auto real = tiny::toy_counts(20, 6, 1), made = tiny::toy_counts(10, 6, 2);
  static_assert(hm::label_free_metric<cells_made>);
  static_assert(!hm::label_free_metric<hm::cluster_proportions>);
  CHECK(hm::evaluate<cells_made>(real, made)("cells_made", "cells") == 10);

  // Chosen at run time, such a metric cannot tell.
  const hm::reference_cells reference(real);
  CHECK(reference.cells().clusters() == 0);
  const hm::comparison pair(reference, made);
  CHECK(pair.labels()[9] == -1);
  const auto score = hm::evaluate(pair, hm::cluster_proportions{});
  CHECK(std::isnan(score("cluster_proportions", "total_variation")));
}
