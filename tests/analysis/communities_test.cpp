// SPDX-License-Identifier: MIT
#include "harmonium/analysis/communities.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "harmonium/analysis/shared_neighbours.hpp"
#include "harmonium/metrics/partition_agreement.hpp"
#include "support/reference_figures.hpp"
#include "support/reference_scores.hpp"
#include "support/shared.hpp"

namespace hm = harmonium;

namespace {

/// A clique of 6, one of 8 and one of 6 vertices in a row, single edges between.
hm::weighted_graph three_cliques() {
  std::vector<std::vector<std::pair<hm::weighted_graph::vertex, double>>> rows(20);
  const auto group = [](int v) { return v < 6 ? 0 : v < 14 ? 1 : 2; };
  for (int i = 0; i < 20; ++i)
    for (int j = 0; j < 20; ++j)
      if (i != j && (group(i) == group(j) || (i - j == 1 || j - i == 1)))
        rows[static_cast<std::size_t>(i)].emplace_back(j, 1.0);
  return hm::weighted_graph(std::move(rows), [](double a, double) { return a; });
}

/// Seurat's clusters of the given cells, from a column of seurat_clusters.tsv.
std::vector<hm::index> seurat_clusters(const std::filesystem::path& file, bool fine,
                                       const std::vector<std::string>& barcodes) {
  std::ifstream in(file);
  std::string barcode, coarse_label, fine_label;
  std::getline(in, barcode);  // the header
  std::map<std::string, hm::index> labels;
  while (in >> barcode >> coarse_label >> fine_label)
    labels[barcode] = std::stol(fine ? fine_label : coarse_label);
  std::vector<hm::index> found;
  for (const auto& cell : barcodes) found.push_back(labels.at(cell));
  return found;
}

}  // namespace

TEST_CASE("cliques are found, the largest is cluster 0") {
  for (const auto method : {hm::community_method::louvain, hm::community_method::leiden}) {
    hm::random_engine rng(3);
    const auto found =
        hm::find_communities(three_cliques(), {.method = method, .resolution = 1}, rng);
    CHECK(rng.position() == 1);
    CHECK(found.clusters == 3);
    for (std::size_t v = 0; v < 20; ++v) CHECK(found.labels[v] == (v < 6 ? 1 : v < 14 ? 0 : 2));
    CHECK(found.modularity == hm::generalised_modularity(three_cliques(), found.labels, 1));
    const auto coarse =
        hm::find_communities(three_cliques(), {.method = method, .resolution = 0}, rng);
    CHECK(coarse.clusters == 1);
  }
}

TEST_CASE("graphs without edges, and options that make no sense") {
  hm::random_engine rng(3);
  const hm::weighted_graph none({{}, {}, {}}, [](double a, double) { return a; });
  const auto found = hm::find_communities(none, {}, rng);
  CHECK(found.clusters == 3);
  CHECK(found.labels == std::vector<hm::index>{0, 1, 2});
  CHECK(std::isnan(found.modularity));
  CHECK(hm::find_communities(hm::weighted_graph(), {}, rng).labels.empty());
  CHECK_THROWS_AS((void)hm::find_communities(none, {.resolution = -1}, rng), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::find_communities(none, {.starts = 0}, rng), std::invalid_argument);
}

TEST_CASE("errors of igraph are exceptions, and the next session works") {
  {
    const hm::igraph_session session(1);
    hm::igraph_integers ends(2);
    VECTOR(ends.values)[0] = -1;
    CHECK_THROWS_AS(hm::igraph_graph(ends, 2), std::runtime_error);
  }
  hm::random_engine rng(3);
  CHECK(hm::find_communities(three_cliques(), {.resolution = 1}, rng).clusters == 3);
}

TEST_CASE("threads wait for each other and get what they would get alone") {
  std::vector<std::vector<hm::index>> together(4);
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < together.size(); ++t)
      threads.emplace_back([&together, t] {
        hm::random_engine rng(t);
        for (int i = 0; i < 20; ++i)
          together[t] = hm::find_communities(three_cliques(), {.resolution = 3}, rng).labels;
      });
  }
  for (std::size_t t = 0; t < together.size(); ++t) {
    hm::random_engine rng(t);
    std::vector<hm::index> alone;
    for (int i = 0; i < 20; ++i)
      alone = hm::find_communities(three_cliques(), {.resolution = 3}, rng).labels;
    CHECK(together[t] == alone);
  }
}

TEST_CASE("clusters of real cells are those of Seurat, or better ones") {
  for (const std::string name : {"pbmc3k", "zeisel_strt"}) {
    const auto cells = support::reference_scores(name);
    const auto folder = shared_path("reference/" + name);
    if (!cells || !folder) {
      MESSAGE("skipped: no shared data set " << name);
      continue;
    }
    const hm::thread_executor run(2);
    const auto graph = hm::shared_neighbour_graph(
        run,
        hm::nearest_others(run, hm::exact_neighbours{}.build(cells->scores), cells->scores, 19));
    for (const double resolution : {0.4, 0.8}) {
      const std::string key = resolution < 0.5 ? "resolution_0.4" : "resolution_0.8";
      const auto theirs =
          seurat_clusters(*folder / "seurat_clusters.tsv", resolution > 0.5, cells->barcodes);
      const double expected = support::reference_figure(
          *folder / "figures.json", {"seurat", key.c_str(), "generalised_modularity"});
      CHECK(hm::generalised_modularity(graph, theirs, resolution) ==
            doctest::Approx(expected).epsilon(1e-5));
      for (const auto method : {hm::community_method::louvain, hm::community_method::leiden}) {
        hm::random_engine rng(1);
        const auto found =
            hm::find_communities(graph, {.method = method, .resolution = resolution}, rng);
        CAPTURE(name);
        CAPTURE(resolution);
        CHECK(found.modularity > expected - 0.002);
        const double agreement = hm::contingency_table(found.labels, theirs).adjusted_rand();
        const std::string shown = method == hm::community_method::louvain ? "Louvain" : "Leiden";
        MESSAGE(name << ", " << shown << ", resolution " << resolution << ": modularity "
                     << found.modularity << " (Seurat " << expected << "), " << found.clusters
                     << " clusters, adjusted Rand " << agreement);
        if (name == "pbmc3k" && resolution < 0.5)
          CHECK(agreement >= (method == hm::community_method::louvain ? 0.95 : 0.9));
      }
    }
  }
}
