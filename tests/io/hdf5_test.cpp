// SPDX-License-Identifier: MIT
#include "harmonium/io/hdf5.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/golden_h5.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace h5 = harmonium::io::hdf5;

TEST_CASE("a tree of groups and arrays with attributes") {
  const auto root = h5::open(golden_h5("anndata_0.8_csr.h5ad"));
  CHECK(root.path() == "/");
  CHECK(root.is_group());
  const auto x = root.at("X");
  CHECK(x.names() == std::vector<std::string>{"data", "indices", "indptr"});
  CHECK(x.at("data").is_array());
  CHECK(x.at("data").path() == "/X/data");
  CHECK(x.text_attribute("encoding-type") == "csr_matrix");
  CHECK(x.pair_attribute("shape") == std::pair<std::int64_t, std::int64_t>(6, 5));
  CHECK(!x.text_attribute("shape"));
  CHECK(!x.text_attribute("nothing"));
  CHECK(!x.pair_attribute("nothing"));
  CHECK(!root.find("nothing"));
  CHECK(!root.find("X/data"));  // one step at a time
  CHECK(!x.at("data").find("below"));
  CHECK_THROWS_WITH_AS((void)x.at("nothing"),
                       (root.file().name + ": /X/nothing: is missing").c_str(), hm::io_error);
  const auto old = h5::open(golden_h5("anndata_0.7.h5ad"));
  CHECK(old.at("obs").at("cell_type").reference_attribute("categories")->is_array());
  CHECK(!x.reference_attribute("shape"));
}

TEST_CASE("what HDF5 prints of its errors is as it was before") {
  H5E_auto2_t before = nullptr;
  H5E_auto2_t after = nullptr;
  void* data = nullptr;
  H5Eget_auto2(H5E_DEFAULT, &before, &data);
  CHECK_THROWS_AS((void)h5::open("nowhere.h5"), hm::io_error);
  (void)h5::open(golden_h5("tenx_v2.h5")).find("nothing");
  H5Eget_auto2(H5E_DEFAULT, &after, &data);
  CHECK((before == after));
}

TEST_CASE("HDF5 is told by its first bytes") {
  const temporary_folder folder;
  CHECK(h5::is_hdf5(golden_h5("tenx_v2.h5")));
  CHECK(!h5::is_hdf5(folder.write("a.h5", "text")));
  CHECK(!h5::is_hdf5(folder.path()));
  CHECK(!h5::is_hdf5("nowhere.h5"));
}

TEST_CASE("padding of fixed strings") {
  using namespace std::string_literals;
  CHECK(h5::unpadded("abc\0\0"s, H5T_STR_NULLPAD) == "abc");
  CHECK(h5::unpadded("abc  "s, H5T_STR_SPACEPAD) == "abc");
  CHECK(h5::unpadded("   "s, H5T_STR_SPACEPAD).empty());
  CHECK(h5::unpadded("ab c"s, H5T_STR_NULLTERM) == "ab c");
}
