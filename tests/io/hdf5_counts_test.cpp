// SPDX-License-Identifier: MIT
#include "harmonium/io/hdf5_counts.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "harmonium/io/hdf5_output.hpp"
#include "support/h5_editor.hpp"
#include "support/random_counts.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace h5 = harmonium::io::hdf5;

TEST_CASE_TEMPLATE("numbers as counts", T, std::int32_t, std::uint32_t, std::int64_t, std::uint64_t,
                   float, double) {
  const std::vector<T> good{T(0), T(1), T(2147483520)};
  std::vector<std::int32_t> out(3);
  CHECK(h5::to_counts(good.data(), 3, out.data()) == 3);
  CHECK(out == std::vector<std::int32_t>{0, 1, 2147483520});
  std::vector<T> bad{T(5), T(0.5), T(1)};
  if constexpr (std::floating_point<T>) {
    CHECK(h5::to_counts(bad.data(), 3, out.data()) == 1);
    bad[1] = std::numeric_limits<T>::quiet_NaN();
    CHECK(h5::to_counts(bad.data(), 3, out.data()) == 1);
    bad[1] = std::numeric_limits<T>::infinity();
    CHECK(h5::to_counts(bad.data(), 3, out.data()) == 1);
  }
  if constexpr (!std::same_as<T, std::int32_t>) {
    bad[1] = T(2147483648.0);
    CHECK(h5::to_counts(bad.data(), 3, out.data()) == 1);
  }
  if constexpr (std::is_signed_v<T>) {
    bad[1] = T(-1);
    CHECK(h5::to_counts(bad.data(), 3, out.data()) == 1);
  }
}

TEST_CASE("the same counts compressed by cell, by gene, and dense, over several blocks") {
  const temporary_folder folder;
  hm::random_engine rng(5);
  const hm::index cells = 900;
  const hm::index genes = 700;
  const auto counts = support::random_counts(cells, genes, rng);
  REQUIRE(counts.nonzeros() > 262144);
  std::vector<std::int32_t> values, gene_of, dense(static_cast<std::size_t>(cells * genes), 0);
  std::vector<std::int64_t> pointers(1, 0);
  std::vector<std::vector<std::pair<std::uint16_t, float>>> by_gene(700);
  for (hm::index i = 0; i < cells; ++i) {
    const auto cell = counts.cell(i);
    for (std::size_t k = cell.size(); k-- > 0;) {  // descending: to be sorted by the reader
      values.push_back(cell.values[k]);
      gene_of.push_back(cell.genes[k]);
    }
    for (std::size_t k = 0; k < cell.size(); ++k) {
      by_gene[static_cast<std::size_t>(cell.genes[k])].emplace_back(
          static_cast<std::uint16_t>(i), static_cast<float>(cell.values[k]));
      dense[static_cast<std::size_t>(i * genes + cell.genes[k])] = cell.values[k];
    }
    pointers.push_back(std::ssize(values));
  }
  std::vector<std::uint16_t> cell_of;
  std::vector<float> reals;
  std::vector<std::uint32_t> gene_pointers(1, 0);
  for (const auto& gene : by_gene) {
    for (const auto& [cell, value] : gene) {
      cell_of.push_back(cell);
      reals.push_back(value);
    }
    gene_pointers.push_back(static_cast<std::uint32_t>(reals.size()));
  }
  h5::output(folder / "a.h5").commit();
  {
    h5_editor file(folder / "a.h5");
    file.put_group("by_cell").put("by_cell/data", values).put("by_cell/indices", gene_of);
    file.put("by_cell/indptr", pointers);
    file.put_group("by_gene").put("by_gene/data", reals).put("by_gene/indices", cell_of);
    file.put("by_gene/indptr", gene_pointers);
    file.put("dense", dense, {900, 700});
  }
  const auto root = h5::open(folder / "a.h5");
  using h5::compressed_by;
  CHECK(h5::compressed_reader(root.at("by_cell"), compressed_by::cell, cells, genes).read() ==
        counts);
  CHECK(h5::compressed_reader(root.at("by_gene"), compressed_by::gene, cells, genes).read() ==
        counts);
  CHECK(h5::read_dense(root.at("dense"), cells, genes) == counts);
  CHECK(h5::looks_like_counts(h5::array(root.at("dense"), 2)));
  CHECK(h5::looks_like_counts(h5::array(root.at("by_gene").at("data"), 1)));
}
