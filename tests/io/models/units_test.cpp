// SPDX-License-Identifier: MIT
#include "harmonium/io/models/units.hpp"

#include <doctest/doctest.h>

#include <string>

#include "harmonium/io/models/dbm.hpp"
#include "support/golden_models.hpp"
#include "support/stored_models.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

TEST_CASE("every unit family, visible or hidden, keeps its sizes and numbers") {
  hm::vector<double> sigma(3);
  sigma << 1, 0.5, 2;
  const auto rectified = golden::filled(
      hm::dbm<hm::rectified_gaussian, hm::spin>(hm::rectified_gaussian(sigma), hm::spin(2)));
  const auto loaded = tiny::through_a_file(rectified);
  CHECK(loaded.parameters() == rectified.parameters());
  CHECK(loaded.visible().standard_deviation() == sigma);
  CHECK(loaded.units<1>().size() == 2);
  CHECK(io::model_format::model<hm::dbm<hm::rectified_gaussian, hm::spin>>::name() ==
        "dbm<rectified_gaussian, spin>");
  const auto spins =
      golden::filled(hm::dbm<hm::spin, hm::gaussian>(hm::spin(4), hm::gaussian(sigma)));
  const auto back = tiny::through_a_file(spins);
  CHECK(back.parameters() == spins.parameters());
  CHECK(back.units<1>().standard_deviation() == sigma);
  const auto counting = tiny::through_a_file(golden::counting_model());
  CHECK(counting.units<1>().groups() == 2);
  CHECK(counting.units<1>().categories() == 3);
}
