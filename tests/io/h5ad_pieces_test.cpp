// SPDX-License-Identifier: MIT
#include "harmonium/io/h5ad_pieces.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "harmonium/io/h5ad_frame.hpp"
#include "harmonium/io/hdf5_array.hpp"
#include "support/temporary_folder.hpp"

namespace h5 = harmonium::io::hdf5;

TEST_CASE("names that repeat are told apart by what was not there before") {
  CHECK(h5::made_unique(std::vector<std::string>{"a", "b", "a", "a-1", "a"}) ==
        std::vector<std::string>{"a", "b", "a-2", "a-1", "a-3"});
}

TEST_CASE("categories of values and of codes are the same, sorted, without those that nobody has") {
  const temporary_folder folder;
  const std::vector<std::string> values{"T", "B", "T", "NK"};
  const std::vector<std::string> categories{"T", "none", "NK", "B"};
  const std::vector<std::int32_t> codes{0, 3, 0, 2};
  h5::output file(folder / "a.h5ad");
  {
    const h5::h5ad_pieces put(file, 4);
    const auto root = file.root();
    put.categorical(root, "by_value", values);
    put.categorical(root, "by_code", codes, categories);
    put.reals(root, "numbers", std::vector<double>{0.5, -1});
  }
  file.commit();
  const auto root = h5::open(folder / "a.h5ad");
  for (const char* name : {"by_value", "by_code"}) {
    CHECK(h5::columns::read(root.at(name)).values == values);
    CHECK(h5::array(root.at(name).at("categories"), 1).strings() ==
          std::vector<std::string>{"B", "NK", "T"});
  }
  std::vector<double> numbers(2);
  h5::array(root.at("numbers"), 1).read(0, 2, numbers.data());
  CHECK(numbers == std::vector<double>{0.5, -1});
}
