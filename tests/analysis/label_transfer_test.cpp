// SPDX-License-Identifier: MIT
#include "harmonium/analysis/label_transfer.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

/// Odd cells of `tiny::toy_counts` are of the second kind.
std::vector<hm::index> kinds(hm::index cells) {
  std::vector<hm::index> labels;
  for (hm::index i = 0; i < cells; ++i) labels.push_back(i % 2);
  return labels;
}

}  // namespace

TEST_CASE("two kinds of cells are told apart in components and in a layout") {
  const auto original = tiny::toy_counts(80, 60, 1), synthetic = tiny::toy_counts(50, 60, 2);
  for (const auto space : {hm::transfer_space::pca, hm::transfer_space::umap}) {
    hm::random_engine first(4), second(4);
    const hm::label_transfer_options options{
        .space = space, .components = 5, .layout = {.neighbours = 10, .epochs = 60}};
    const auto labels =
        hm::transfer_labels(hm::serial_executor{}, original, kinds(80), synthetic, options, first);
    CHECK(labels == kinds(50));
    CHECK(first.position() == 1);
    CHECK(labels == hm::transfer_labels(hm::thread_executor(2), original, kinds(80), synthetic,
                                        options, second));
  }
}

TEST_CASE("the protocol of the paper compares two layouts that have nothing in common") {
  const auto original = tiny::toy_counts(80, 60, 1), synthetic = tiny::toy_counts(50, 60, 2);
  const hm::label_transfer_options options{.space = hm::transfer_space::paper_protocol,
                                           .components = 5,
                                           .layout = {.neighbours = 10, .epochs = 60}};
  hm::random_engine rng(4), again(4);
  const auto labels =
      hm::transfer_labels(hm::serial_executor{}, original, kinds(80), synthetic, options, rng);
  REQUIRE(labels.size() == 50);
  // The same steps by hand.
  const auto values = hm::log_normalise(original);
  const auto imitated = hm::log_normalise(synthetic, {.target_sum = hm::median_library(original)});
  hm::random_engine own(again());
  hm::umap a(hm::serial_executor{}, hm::pca(hm::sparse_operator(values), {.components = 5}).scores,
             options.layout, own);
  a.run(hm::serial_executor{}, hm::silent{});
  hm::umap b(hm::serial_executor{},
             hm::pca(hm::sparse_operator(imitated), {.components = 5}).scores, options.layout, own);
  b.run(hm::serial_executor{}, hm::silent{});
  CHECK(labels ==
        hm::labels_of_nearest(hm::serial_executor{}, a.positions(), kinds(80), b.positions()));
}

TEST_CASE("preconditions of label transfer, and no synthetic cells") {
  const auto original = tiny::toy_counts(20, 12, 1), others = tiny::toy_counts(5, 13, 2);
  hm::random_engine rng(4);
  CHECK_THROWS_AS(
      (void)hm::transfer_labels(hm::serial_executor{}, original, kinds(20), others, {}, rng),
      std::invalid_argument);
  CHECK_THROWS_AS(
      (void)hm::transfer_labels(hm::serial_executor{}, original, kinds(19), original, {}, rng),
      std::invalid_argument);
  CHECK(hm::transfer_labels(hm::serial_executor{}, original, kinds(20), hm::count_matrix<>(12), {},
                            rng)
            .empty());
}
