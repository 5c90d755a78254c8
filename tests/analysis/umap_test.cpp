// SPDX-License-Identifier: MIT
#include "harmonium/analysis/umap.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/analysis/normalise.hpp"
#include "harmonium/io/labels.hpp"
#include "harmonium/io/mex.hpp"
#include "support/shared.hpp"

namespace hm = harmonium;

namespace {

/// Three clouds in five dimensions; point i belongs to cloud i % 3.
hm::matrix<double> clouds(hm::index count, std::uint64_t seed) {
  hm::random_engine rng(seed);
  hm::matrix<double> points(count, 5);
  for (hm::index i = 0; i < count; ++i)
    for (hm::index d = 0; d < 5; ++d) points(i, d) = (d == i % 3 ? 8 : 0) + hm::draw::normal(rng);
  return points;
}

/// Share of the rows of `queries` whose nearest row of `points` has the same label.
template <class Label>
double accuracy(const hm::matrix<double>& points, const std::vector<Label>& labels,
                const hm::matrix<double>& queries, const std::vector<Label>& query_labels) {
  const auto prepared = hm::exact_neighbours{}.build(points);
  const auto table = hm::nearest(hm::serial_executor{}, prepared, queries, 1);
  double right = 0;
  for (hm::index i = 0; i < queries.rows(); ++i)
    if (labels[static_cast<std::size_t>(table.points(i, 0))] ==
        query_labels[static_cast<std::size_t>(i)])
      right += 1;
  return right / static_cast<double>(queries.rows());
}

std::vector<hm::index> cloud_labels(hm::index count) {
  std::vector<hm::index> labels;
  for (hm::index i = 0; i < count; ++i) labels.push_back(i % 3);
  return labels;
}

}  // namespace

TEST_CASE("clouds stay apart, and new points fall into theirs") {
  const auto points = clouds(150, 1), others = clouds(90, 2);
  for (const auto metric : {hm::distance::cosine, hm::distance::euclidean}) {
    for (const auto start : {hm::umap_start::spectral, hm::umap_start::pca}) {
      hm::random_engine rng(5);
      hm::umap map(hm::serial_executor{}, points,
                   {.neighbours = 15, .search = {metric}, .start = start, .epochs = 100}, rng);
      CHECK(map.run(hm::serial_executor{}, hm::silent{}));
      const auto placed = map.transform(hm::serial_executor{}, others, rng);
      CHECK(accuracy(map.positions(), cloud_labels(150), placed, cloud_labels(90)) == 1);
    }
  }
}

TEST_CASE("equal seeds, equal bits: for any threads, watched or not, stopped or not") {
  const auto points = clouds(120, 1), others = clouds(20, 2);
  hm::random_engine first(5), second(5);
  hm::umap a(hm::serial_executor{}, points, {.neighbours = 10, .epochs = 40}, first);
  hm::umap b(hm::thread_executor(3), points, {.neighbours = 10, .epochs = 40}, second);
  CHECK(first == second);
  std::vector<hm::index> seen;
  CHECK_FALSE(a.run(hm::serial_executor{}, [&](const hm::progress& now) {
    seen.push_back(now.done);
    return now.done == 7 ? hm::flow::stop : hm::flow::proceed;
  }));
  CHECK(seen.size() == 7);
  CHECK_FALSE(a.finished());
  auto copy = a;
  CHECK(a.run(hm::thread_executor(2), hm::silent{}));
  CHECK(copy.run(hm::serial_executor{}, hm::silent{}));
  CHECK(b.run(hm::thread_executor(3), hm::silent{}));
  CHECK(a.positions() == b.positions());
  CHECK(a.positions() == copy.positions());
  CHECK(a.transform(hm::serial_executor{}, others, first) ==
        b.transform(hm::thread_executor(2), others, second));
  CHECK(first == second);
}

TEST_CASE("few points, equal points, another number of dimensions") {
  hm::random_engine rng(6);
  const auto few = clouds(4, 1);
  hm::umap small(hm::serial_executor{}, few, {.epochs = 20}, rng);
  CHECK(small.run(hm::serial_executor{}, hm::silent{}));
  CHECK(small.positions().allFinite());

  const hm::matrix<double> equal = hm::matrix<double>::Constant(25, 3, 2.0);
  hm::umap same(hm::serial_executor{}, equal, {.neighbours = 5, .dimensions = 3, .epochs = 20},
                rng);
  CHECK(same.run(hm::serial_executor{}, hm::silent{}));
  CHECK(same.positions().cols() == 3);
  CHECK(same.positions().allFinite());
  CHECK(same.transform(hm::serial_executor{}, equal, rng).allFinite());
}

TEST_CASE("preconditions of umap") {
  hm::random_engine rng(6);
  const hm::serial_executor run;
  const auto points = clouds(30, 1);
  CHECK_THROWS_AS(hm::umap(run, points.topRows(1), {}, rng), std::invalid_argument);
  CHECK_THROWS_AS(hm::umap(run, points, {.neighbours = 1}, rng), std::invalid_argument);
  CHECK_THROWS_AS(hm::umap(run, points, {.min_distance = 2}, rng), std::invalid_argument);
  CHECK_THROWS_AS(hm::umap(run, points, {.epochs = -1}, rng), std::invalid_argument);
  auto broken = points;
  broken(3, 2) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(hm::umap(run, broken, {}, rng), std::domain_error);
  const hm::umap map(run, points, {.epochs = 1}, rng);
  CHECK_THROWS_AS((void)map.transform(run, hm::matrix<double>::Zero(2, 4), rng),
                  std::invalid_argument);
}

TEST_CASE("five cell lines are told apart, also by cells that were not fitted") {
  const auto folder = shared_path("data/celseq2_5cl");
  if (!folder) {
    MESSAGE("skipped: no shared data set celseq2_5cl");
    return;
  }
  const auto data = hm::io::read_10x(*folder);
  const auto joined =
      hm::io::join_labels(hm::io::read_labels(*folder / "labels.tsv"), data.barcodes);
  const auto values = hm::log_normalise(data.counts);
  const auto scores = hm::pca(hm::sparse_operator(values), {.components = 20}).scores;
  // Odd cells are fitted, even ones transformed. umap-learn 0.5.3 puts all of them right.
  hm::matrix<double> fitted(scores.rows() / 2, 20), others(scores.rows() - scores.rows() / 2, 20);
  std::vector<std::string> fitted_labels, other_labels;
  for (hm::index i = 0; i < scores.rows(); ++i) {
    (i % 2 == 1 ? fitted : others).row(i / 2) = scores.row(i);
    (i % 2 == 1 ? fitted_labels : other_labels)
        .push_back(joined.labels[static_cast<std::size_t>(i)]);
  }
  hm::random_engine rng(1);
  hm::umap map(hm::thread_executor(2), fitted, {}, rng);
  map.run(hm::thread_executor(2), hm::silent{});
  const auto placed = map.transform(hm::thread_executor(2), others, rng);
  CHECK(accuracy(map.positions(), fitted_labels, placed, other_labels) >= 0.99);
}
