// SPDX-License-Identifier: MIT
#include "harmonium/io/study_csv.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

TEST_CASE("figures come back bit for bit") {
  const temporary_folder folder;
  const std::vector<hm::study_score> rows{{"a", "m", "x", 0.1},
                                          {"a", "m", "y", 1e-300},
                                          {"b", "m", "x", std::numeric_limits<double>::infinity()},
                                          {"b", "n", "z", std::nan("")}};
  const auto text = io::scores_as_csv(rows);
  CHECK(text.starts_with("generator,metric,figure,value\na,m,x,0.1\n"));
  const auto back = io::read_scores(folder.write("fit.csv", text));
  REQUIRE(back.size() == 4);
  for (std::size_t k = 0; k < 3; ++k) CHECK(back[k] == rows[k]);
  CHECK(std::isnan(back[3].value));
}

TEST_CASE("the whole study, a line per figure") {
  const temporary_folder folder;
  hm::study_table table{{10, 20}, 1, {"a"}, {}, {}};
  table.add(20, 1, std::vector<hm::study_score>{{"a", "m", "x", 2}});
  io::write_study_csv(folder / "results.csv", table);
  CHECK(folder.bytes("results.csv") ==
        "size,repeat,generator,metric,figure,value\n10,1,a,m,x,NaN\n20,1,a,m,x,2\n");
}

TEST_CASE("what is no such file") {
  const temporary_folder folder;
  CHECK_THROWS_WITH_AS(io::read_scores(folder.write("a", "x\n")),
                       doctest::Contains("a:1: expected the header"), hm::io_error);
  const std::string head = std::string(io::scores_header) + "\n";
  CHECK_THROWS_WITH_AS(io::read_scores(folder.write("b", head + "a,m,x\n")),
                       doctest::Contains("b:2: expected four fields"), hm::io_error);
  CHECK_THROWS_WITH_AS(io::read_scores(folder.write("c", head + "a,m,x,1z\n")),
                       doctest::Contains("c:2: '1z' is no number"), hm::io_error);
}
