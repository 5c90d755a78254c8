// SPDX-License-Identifier: MIT
#include "harmonium/io/dataset.hpp"
#include "harmonium/core/select_counts.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

io::dataset three_cells() {
  io::dataset data{
      hm::count_matrix<>({1, 2, 3, 4}, {0, 1, 0, 1}, {0, 2, 3, 4}, 2), {}, {"A", "B", "C"}};
  data.genes.push_back("g1", "G1", "x");
  data.genes.push_back("g2", "G2", "y");
  data.other_features = {{"Antibody Capture", 4}};
  return data;
}

}  // namespace

TEST_CASE("cells keep their barcodes") {
  const auto chosen = io::select_cells(three_cells(), std::vector<hm::index>{2, 0, 2});
  CHECK(chosen.barcodes == std::vector<std::string>{"C", "A", "C"});
  CHECK(hm::to_dense<int>(chosen.counts) == (hm::matrix<int>(3, 2) << 0, 4, 1, 2, 0, 4).finished());
  CHECK(chosen.genes == three_cells().genes);
  CHECK(chosen.other_features == three_cells().other_features);
  CHECK_THROWS_AS(io::select_cells(three_cells(), std::vector<hm::index>{3}),
                  std::invalid_argument);
}

TEST_CASE("genes keep their names") {
  const auto chosen = io::select_genes(three_cells(), std::vector<hm::index>{1});
  CHECK(chosen.genes.ids == std::vector<std::string>{"g2"});
  CHECK(chosen.genes.symbols == std::vector<std::string>{"G2"});
  CHECK(chosen.genes.types == std::vector<std::string>{"y"});
  CHECK(hm::to_dense<int>(chosen.counts) == (hm::matrix<int>(3, 1) << 2, 0, 4).finished());
  CHECK(chosen.barcodes == three_cells().barcodes);
  CHECK_THROWS_AS(io::select(three_cells().genes, std::vector<hm::index>{-1}),
                  std::invalid_argument);
}
