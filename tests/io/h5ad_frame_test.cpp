// SPDX-License-Identifier: MIT
#include "harmonium/io/h5ad_frame.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/golden_h5.hpp"

namespace hm = harmonium;
namespace h5 = harmonium::io::hdf5;

namespace {

h5::frame obs_of(const std::string& name) {
  const auto root = h5::open(golden_h5(name));
  return {root.at("obs"), root.find("uns")};
}

}  // namespace

TEST_CASE("index and columns of records, groups, and groups with arrays that may miss values") {
  for (const char* name :
       {"anndata_0.6.h5ad", "anndata_0.7.h5ad", "anndata_0.8_csr.h5ad",
        "anndata_0.11_nullable.h5ad", "anndata_0.12_uint16.h5ad", "layer_counts.h5ad"}) {
    CAPTURE(name);
    const auto obs = obs_of(name);
    CHECK(obs.index().values == golden_cells().barcodes);
    CHECK(obs.rows() == 6);
    CHECK(obs.column("cell_type").values == golden_types);
    CHECK(obs.has("cell_type"));
    CHECK(!obs.has("nothing"));
    CHECK_THROWS_AS((void)obs.column("nothing"), hm::io_error);
  }
}

TEST_CASE("what is missing is told apart") {
  const auto donor = obs_of("anndata_0.11_nullable.h5ad").column("donor");
  CHECK(donor.values == std::vector<std::string>{"a", "a", "b", "b", "b", ""});
  CHECK(donor.missing == std::vector<bool>{false, false, false, false, false, true});
  const auto leiden = obs_of("anndata_0.8_csr.h5ad").column("leiden");
  CHECK(leiden.values[3] == "4");
  CHECK(leiden.missing[5]);
  CHECK(obs_of("anndata_0.8_csr.h5ad").names() == "cell_type, doublet, leiden");
  CHECK(obs_of("anndata_0.6.h5ad").names() == "cell_type, percent_mito");
}
