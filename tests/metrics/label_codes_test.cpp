// SPDX-License-Identifier: MIT
#include "harmonium/metrics/label_codes.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace hm = harmonium;

TEST_CASE("labels are numbered in the order of their sorted names") {
  const std::vector<std::string> labels{"NK", "B", "NK", "T"};
  const auto coded = hm::code_labels(labels);
  CHECK(coded.names == std::vector<std::string>{"B", "NK", "T"});
  CHECK(coded.codes == std::vector<hm::index>{1, 0, 1, 2});
  CHECK(hm::code_labels({}).names.empty());
}

TEST_CASE("labels of other cells get the same numbers, unknown ones -1") {
  const std::vector<std::string> names{"B", "NK", "T"}, labels{"T", "A", "Z", "B"};
  CHECK(hm::code_labels(labels, names).codes == std::vector<hm::index>{2, -1, -1, 0});
}
