// SPDX-License-Identifier: MIT
#include "harmonium/training/prior/match_genes.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace hm = harmonium;

using names = std::vector<std::string>;

TEST_CASE("genes are found by id, else by symbol") {
  const auto match = hm::match_genes(names{"E1", "E9", "CD4"}, names{"A", "B", "CD4"},
                                     names{"E2", "E1", "E4"}, names{"B", "other", "CD4"});
  CHECK(match.place == std::vector<hm::index>{1, 0, 2});
  CHECK(match.by_id == 1);
  CHECK(match.by_symbol == 2);
  CHECK(match.matched() == 3);
  CHECK(match.missing() == 0);
}

TEST_CASE("a name that could be several genes finds none, and no gene is found twice") {
  const auto match =
      hm::match_genes(names{"x", "y", "E3", "z"}, names{"twice", "C", "D", "D"},
                      names{"E1", "E2", "E3", "E4"}, names{"twice", "twice", "D", "C"});
  CHECK(match.place == std::vector<hm::index>{-1, 3, 2, -1});
  CHECK(match.by_id == 1);
  CHECK(match.by_symbol == 1);
  CHECK(match.missing() == 2);
}

TEST_CASE("mouse genes are not human ones") {
  const auto match = hm::match_genes(names{"Cd4"}, names{"Cd4"}, names{"CD4"}, names{"CD4"});
  CHECK(match.matched() == 0);
}

TEST_CASE("ids without symbols are refused") {
  CHECK_THROWS_AS(hm::match_genes(names{"a"}, names{}, names{}, names{}), std::invalid_argument);
}
