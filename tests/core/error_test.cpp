// SPDX-License-Identifier: MIT
#include "harmonium/core/error.hpp"

#include <doctest/doctest.h>

namespace hm = harmonium;

TEST_CASE("an io_error names file and line") {
  const hm::io_error at_line("genes.tsv", 12, "two columns expected, got one");
  CHECK(std::string(at_line.what()) == "genes.tsv:12: two columns expected, got one");
  CHECK(at_line.file() == "genes.tsv");
  CHECK(at_line.line() == 12);
  const hm::io_error whole_file("matrix.mtx", 0, "no such file");
  CHECK(std::string(whole_file.what()) == "matrix.mtx: no such file");
  CHECK_THROWS_AS(throw at_line, std::runtime_error);
}

TEST_CASE("require names the function") {
  CHECK_NOTHROW(hm::require(true, "train", "never said"));
  CHECK_THROWS_WITH_AS(hm::require(false, "train", "epochs must be positive"),
                       "train: epochs must be positive", std::invalid_argument);
  CHECK_THROWS_WITH_AS(hm::require(false, "train", "got " + std::to_string(3)), "train: got 3",
                       std::invalid_argument);
}
