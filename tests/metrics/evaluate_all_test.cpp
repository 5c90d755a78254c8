// SPDX-License-Identifier: MIT
#include "harmonium/metrics/evaluate_all.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

hm::evaluation judge(const hm::count_matrix<>& real, const hm::count_matrix<>& made, bool pilot,
                     int threads = 1) {
  const std::vector<hm::index> labels(static_cast<std::size_t>(real.cells()), 0);
  const hm::reference_cells reference(
      real, labels, {.pilot = pilot ? std::vector<hm::index>{0, 1, 2} : std::vector<hm::index>{}});
  const hm::comparison pair(reference, made);
  return hm::evaluate_all(hm::thread_executor(threads), pair);
}

std::vector<std::string> names(const hm::evaluation& found) {
  std::vector<std::string> all;
  for (const auto& scored : found.metrics)
    for (const auto& figure : scored.figures)
      all.push_back(std::string(scored.name) + "." + figure.name);
  return all;
}

}  // namespace

TEST_CASE("every metric says what its figures mean and names each once") {
  const auto found = judge(tiny::toy_counts(60, 12, 1), tiny::toy_counts(40, 12, 2), true);
  CHECK(found.metrics.size() == 15);
  for (const auto& scored : found.metrics) {
    CHECK(!scored.range.empty());
    CHECK(!scored.chance.empty());
    CHECK(!scored.ceiling.empty());
  }
  const auto all = names(found);
  CHECK(std::set(all.begin(), all.end()).size() == all.size());
  CHECK(found("forest_auc", "auc_fresh") > 0);
}

TEST_CASE("the same bits for any number of threads") {
  const auto real = tiny::toy_counts(60, 12, 1), made = tiny::toy_counts(40, 12, 2);
  const auto one = judge(real, made, true, 1), four = judge(real, made, true, 4);
  for (std::size_t m = 0; m < one.metrics.size(); ++m)
    for (std::size_t f = 0; f < one.metrics[m].figures.size(); ++f)
      CHECK(std::bit_cast<std::uint64_t>(one.metrics[m].figures[f].value) ==
            std::bit_cast<std::uint64_t>(four.metrics[m].figures[f].value));
}

TEST_CASE("the same names for any cells: no cell, one cell, no gene, no count, constant genes") {
  const auto some = tiny::toy_counts(30, 12, 1);
  const auto expected = names(judge(some, some, true));
  hm::count_matrix<> blank(12), constant(12);
  for (int i = 0; i < 30; ++i) {
    blank.finish_cell();
    for (hm::index j = 0; j < 12; ++j) constant.push_back(j, 2);
    constant.finish_cell();
  }
  const hm::count_matrix<> nobody(12);
  const auto one = tiny::toy_counts(1, 12, 3);
  const std::vector<const hm::count_matrix<>*> kinds{&some, &blank, &constant, &one, &nobody};
  for (const auto* real : kinds)
    for (const auto* made : kinds) CHECK(names(judge(*real, *made, real->cells() > 3)) == expected);

  hm::count_matrix<> no_genes(0);
  for (int i = 0; i < 30; ++i) no_genes.finish_cell();
  CHECK(names(judge(no_genes, no_genes, true)) == expected);
}
