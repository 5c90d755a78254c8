// SPDX-License-Identifier: MIT
/// @file
/// Would someone who clusters the synthetic cells find the reference's clusters in them?
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harmonium/analysis/k_means.hpp"
#include "harmonium/analysis/linear_operator.hpp"
#include "harmonium/analysis/pca.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"
#include "harmonium/metrics/partition_agreement.hpp"

namespace harmonium::inline v0_2 {

/// Clusters cells in principal components, without knowing any label: `cluster(points, expected)`
/// gives one label per row of `points`; `expected` is the number of clusters of the reference,
/// which it may ignore. Deterministic. One that has a `key()`, a text of its name and settings,
/// clusters a reference once for all that is compared with it.
template <class C>
concept point_clustering = std::copyable<C> &&
    requires(const C& cluster, matrix_view<double> points, index expected) {
  { cluster(points, expected) } -> std::same_as<std::vector<index>>;
};

/// k-means with as many clusters as the reference has.
struct k_means_clustering {
  index restarts = 10;     ///< of k-means, of which the best counts
  std::uint64_t seed = 1;  ///< of the starts

  [[nodiscard]] std::vector<index> operator()(matrix_view<double> points, index expected) const {
    random_engine rng(seed);
    return k_means(points, {.clusters = expected, .restarts = restarts}, rng).labels;
  }
  [[nodiscard]] std::string key() const {
    return "k-means " + std::to_string(restarts) + " " + std::to_string(seed);
  }
};

/// Agreement of the synthetic cells' labels, transferred from the reference, with clusters found in
/// the synthetic cells alone, in principal components of their own: `adjusted_rand`, `rand` and
/// `mutual_information` (normalised). `..._reference` is the same for the reference's labels and
/// cells. (The "ARI" in the published code of Treppner et al. 2021 is the plain index of two
/// unpaired label vectors.) NaN where no cell has a label.
/// @tparam Clustering how the synthetic cells are clustered
template <point_clustering Clustering>
struct basic_adjusted_rand {
  static constexpr std::string_view name = "adjusted_rand";
  static constexpr bool needs_labels = true;
  static constexpr std::string_view range =
      "adjusted_rand -0.5 to 1 (good); rand and mutual_information 0 to 1 (good)";
  static constexpr std::string_view chance =
      "adjusted_rand 0; rand by the sizes of the clusters; mutual_information just above 0";
  static constexpr std::string_view ceiling = "the reference's own agreement";

  Clustering cluster = {};  ///< how cells are clustered
  index components = 20;    ///< principal components in which cells are clustered

  [[nodiscard]] std::vector<figure> evaluate(const std::same_as<comparison> auto& pair) const {
    require(components >= 1, "adjusted_rand",
            "components must be at least 1, got " + std::to_string(components));
    const reference_cells& reference = pair.reference();
    const auto made = agreement(pair.values(), pair.labels(), pair.clusters());
    const auto own = [&] { return agreement_of(reference, pair.clusters()); };
    contingency_table real({}, {});
    if constexpr (requires {
                    { cluster.key() } -> std::same_as<std::string>;
                  })
      real = reference.template once<contingency_table>(
          "adjusted_rand " + std::to_string(components) + " " + std::to_string(pair.clusters()) +
              " " + cluster.key(),
          own);
    else
      real = own();
    return {{"adjusted_rand", made.adjusted_rand()},
            {"rand", made.rand()},
            {"mutual_information", made.normalised_mutual_information()},
            {"adjusted_rand_reference", real.adjusted_rand()},
            {"rand_reference", real.rand()},
            {"mutual_information_reference", real.normalised_mutual_information()}};
  }

 private:
  /// In the reference's components where it has as many.
  [[nodiscard]] contingency_table agreement_of(const reference_cells& reference,
                                               index clusters) const {
    if (clusters > 0 && reference.components().scores.cols() == components)
      return contingency_table(reference.labels(),
                               cluster(reference.components().scores, clusters));
    return agreement(reference.values(), reference.labels(), clusters);
  }

  [[nodiscard]] contingency_table agreement(const count_matrix<double>& values,
                                            std::span<const index> labels, index clusters) const {
    if (values.cells() == 0 || values.genes() == 0 || clusters == 0)
      return contingency_table({}, {});
    const auto points = pca(sparse_operator(values), {.components = components}).scores;
    return contingency_table(labels, cluster(points, clusters));
  }
};

/// The metric with k-means.
using adjusted_rand = basic_adjusted_rand<k_means_clustering>;

static_assert(metric<adjusted_rand>);

}  // namespace harmonium::inline v0_2
