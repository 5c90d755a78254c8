// SPDX-License-Identifier: MIT
#include "harmonium/io/feature_types.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "harmonium/core/error.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

TEST_CASE("features of one type are kept, the others counted by type") {
  io::dataset data{{std::vector<std::int32_t>{1, 2, 3}, {0, 1, 2}, {0, 3}, 4}, {}, {"cell"}};
  data.genes.push_back("a", "A", "Gene Expression");
  data.genes.push_back("b", "B", "Protein");
  data.genes.push_back("c", "C", "Gene Expression");
  data.genes.push_back("d", "D", "Peaks");
  CHECK(io::keep_feature_type(data, "", "file") == data);
  const auto genes = io::keep_feature_type(data, "Gene Expression", "file");
  CHECK(genes.genes.ids == std::vector<std::string>{"a", "c"});
  CHECK(genes.counts.cell(0).values[1] == 3);
  CHECK(genes.other_features == std::vector<io::left_out>{{"Protein", 1}, {"Peaks", 1}});
  const auto chosen = io::features_of_type(data.genes, "Gene Expression", "file");
  CHECK(chosen.kept == std::vector<hm::index>{0, 2});
  CHECK(chosen.others == genes.other_features);
  CHECK_THROWS_WITH_AS(io::keep_feature_type(data, "Guides", "file"),
                       "file: no feature is of type 'Guides'; the first is of type 'Gene "
                       "Expression'",
                       hm::io_error);
}
