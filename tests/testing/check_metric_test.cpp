// SPDX-License-Identifier: MIT
#include "harmonium/testing/check_metric.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <string>

#include "harmonium/metrics/adjusted_rand.hpp"
#include "harmonium/metrics/bimodality.hpp"
#include "harmonium/metrics/cluster_proportions.hpp"
#include "harmonium/metrics/davies_bouldin.hpp"
#include "harmonium/metrics/forest_auc.hpp"
#include "harmonium/metrics/gene_correlation.hpp"
#include "harmonium/metrics/gene_distributions.hpp"
#include "harmonium/metrics/gene_marginals.hpp"
#include "harmonium/metrics/gene_trends.hpp"
#include "harmonium/metrics/library_size.hpp"
#include "harmonium/metrics/lisi.hpp"
#include "harmonium/metrics/log_fold_change.hpp"
#include "harmonium/metrics/maximum_mean_discrepancy.hpp"
#include "harmonium/metrics/memorisation.hpp"
#include "harmonium/metrics/same_neighbours.hpp"

namespace hm = harmonium;

namespace {

struct right {
  static constexpr std::string_view name = "cells", range = "any", chance = "any", ceiling = "any";
  std::vector<hm::figure> evaluate(const hm::comparison& pair) const {
    return {{"made", static_cast<double>(pair.counts().cells())}};
  }
};
struct silent_of_chance : right {
  static constexpr std::string_view chance = "";
};
struct forgets_a_name : right {
  std::vector<hm::figure> evaluate(const hm::comparison& pair) const {
    if (pair.empty()) return {};
    return right::evaluate(pair);
  }
};
struct minds_labels : right {
  std::vector<hm::figure> evaluate(const hm::comparison& pair) const {
    return {{"label", static_cast<double>(pair.labels().empty() ? -1 : pair.labels()[0])}};
  }
};
struct counts_calls : right {
  static inline std::atomic<int> calls = 0;
  std::vector<hm::figure> evaluate(const hm::comparison&) const {
    return {{"calls", static_cast<double>(++calls)}};
  }
};

template <class M>
std::string found(const M& metric) {
  return hm::testing::check_metric(metric).text();
}

}  // namespace

TEST_CASE("the suite of metrics passes what is right and names what is wrong") {
  CHECK(found(right{}) == "");
  CHECK(found(silent_of_chance{}).find("chance says nothing") != std::string::npos);
  CHECK(found(forgets_a_name{}).find("no cells: the names of its figures are others") !=
        std::string::npos);
  CHECK(found(minds_labels{}).find("needs_labels") != std::string::npos);
  CHECK(found(counts_calls{}).find("asked twice") != std::string::npos);
}

TEST_CASE_TEMPLATE("the library's metrics obey the laws", M, hm::cluster_proportions,
                   hm::davies_bouldin, hm::adjusted_rand, hm::log_fold_change, hm::marginals,
                   hm::gene_distributions, hm::gene_trends, hm::bimodality, hm::gene_correlation,
                   hm::library_size, hm::forest_auc, hm::same_neighbours, hm::lisi,
                   hm::maximum_mean_discrepancy, hm::memorisation) {
  CHECK(found(M{}) == "");
}
